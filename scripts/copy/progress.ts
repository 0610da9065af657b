import { drawBar } from "./bar.ts";
import { say } from "./say.ts";

const EVERY = 100; // ms
const WINDOW = 3000; // ms over which the rate is taken

/** A progress bar on the terminal. */
export interface ProgressBar {
  /** Takes the bytes so far. It is cheap: the drawing has its own clock. */
  update(written: number): void;
  /** Takes the bar off the terminal. */
  remove(): void;
}

/**
 * Shows a progress bar on standard error until it is removed.
 *
 * @param total Bytes expected in all, or null if nobody knows
 * @returns The bar
 */
export function showProgress(total: number | null): ProgressBar {
  const start = performance.now();
  const samples = [{ time: start, written: 0 }];
  let written = 0;

  function draw(): void {
    const time = performance.now();
    samples.push({ time, written });
    while (samples.length > 2 && time - (samples[0]?.time ?? 0) > WINDOW) samples.shift();
    const first = samples[0] ?? { time: start, written: 0 };
    const rate = (written - first.written) / Math.max(1, time - first.time) * 1000;
    const line = drawBar({ written, total, rate, elapsed: (time - start) / 1000 }, columns());
    say(`\r${line}\x1b[K`);
  }

  draw();
  const timer = setInterval(draw, EVERY);
  return {
    update(now) {
      written = now;
    },
    remove() {
      clearInterval(timer);
      say("\r\x1b[K");
    },
  };
}

/** Asked anew each time: terminals are resized. */
function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}
