import { formatRate, formatSize } from "../copy/sizes.ts";

/** What a relay did so far. */
export class Tally {
  /** Connections that are open. */
  open = 0;
  /** Connections that are over. */
  over = 0;
  /** Those of them that did not come to a good end. */
  failed = 0;
  /** Bytes from clients to the target. */
  up = 0;
  /** Bytes from the target to clients. */
  down = 0;

  /** All of it in one line. */
  toString(): string {
    const failed = this.failed > 0 ? `, ${this.failed} failed` : "";
    return `${this.open} open, ${this.over} over${failed}, ${formatSize(this.up)} up, ${
      formatSize(this.down)
    } down`;
  }
}

/**
 * Writes live figures on one line.
 *
 * @param tally What was done so far
 * @param before How many bytes had been moved each way some time ago
 * @param seconds How long ago
 * @param columns The width of the terminal
 * @returns A line that is shorter than the terminal is wide, so that it never wraps
 */
export function figures(
  tally: Tally,
  before: Pick<Tally, "up" | "down">,
  seconds: number,
  columns: number,
): string {
  const up = formatRate(tally.up - before.up, seconds);
  const down = formatRate(tally.down - before.down, seconds);
  return `${tally}; now ${up} up, ${down} down`.slice(0, Math.max(0, columns - 1));
}
