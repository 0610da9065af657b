import { formatClock, formatSize } from "./sizes.ts";

/** What a progress bar shows. */
export interface Progress {
  /** Bytes so far. */
  written: number;
  /** Bytes expected in all, or null if nobody knows. */
  total: number | null;
  /** Bytes per second of late. */
  rate: number;
  /** Seconds since the start. */
  elapsed: number;
}

const LONGEST_BAR = 40;
const SHORTEST_BAR = 8;

/**
 * Draws the progress on one line. Where it gets narrow the bar goes first, then the rate, then the time, then the
 * expected size; the bytes stay.
 *
 * @param progress What to show
 * @param columns The width of the terminal
 * @returns A line that is shorter than the terminal is wide, so that it never wraps
 */
export function drawBar({ written, total, rate, elapsed }: Progress, columns: number): string {
  const width = Math.max(0, columns - 1);
  const speed = `${formatSize(Math.round(rate))}/s`.padStart(10);
  if (total === null) {
    return fit(width, [
      [formatSize(written).padStart(8), speed, formatClock(elapsed)],
      [formatSize(written).padStart(8), speed],
      [formatSize(written)],
    ]);
  }

  const part = total > 0 ? Math.min(1, written / total) : 1;
  // Rounded down: 100% is said when it is true.
  const percent = `${Math.floor(100 * part)}%`.padStart(4);
  const left = rate > 0 ? `${formatClock(Math.max(0, total - written) / rate)} left` : "-:-- left";
  const sizes = `${formatSize(written).padStart(8)} of ${formatSize(total)}`;
  const tail = [sizes, speed, left.padStart(10)];
  const room = width - [percent, "[]", ...tail].join("  ").length;
  if (room >= SHORTEST_BAR) {
    return [percent, `[${bar(part, Math.min(room, LONGEST_BAR))}]`, ...tail].join("  ");
  }
  return fit(width, [
    [percent, ...tail],
    [percent, sizes, left.padStart(10)],
    [percent, sizes],
    [percent, formatSize(written)],
    [formatSize(written)],
  ]);
}

function bar(part: number, length: number): string {
  const done = Math.floor(part * length);
  return "#".repeat(done).padEnd(length, "-");
}

/** The first row that fits, or as much of the last as does. */
function fit(width: number, rows: string[][]): string {
  const lines = rows.map((row) => row.join("  "));
  return lines.find((line) => line.length <= width) ?? (lines.at(-1) ?? "").slice(0, width);
}
