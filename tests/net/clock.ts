import type { Clock } from "../../src/rate/mod.ts";
import { settled } from "../support/waiting.ts";

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Goes on by so many milliseconds, and lets everything run that becomes due on the way. */
  advance(ms: number): Promise<void>;
  /** How many are waiting for it now. */
  readonly sleepers: number;
  /** How often somebody began to wait. */
  readonly naps: number;
}

/** Makes one. */
export function manualClock(): ManualClock {
  const sleepers = new Set<{ due: number; wake: () => void }>();
  let now = 1000;
  let naps = 0;
  return {
    now: () => now,
    sleep(ms, signal) {
      naps++;
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper = {
          due: now + ms,
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        if (signal?.aborted) return reject(signal.reason);
        sleepers.add(sleeper);
        signal?.addEventListener("abort", onAbort);
      });
    },
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (;;) {
        const [next] = [...sleepers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (next === undefined) break;
        now = Math.max(now, next.due);
        next.wake();
        await settled();
      }
      now = end;
    },
    get sleepers() {
      return sleepers.size;
    },
    get naps() {
      return naps;
    },
  };
}
