import type { Clock } from "../../src/rate/mod.ts";
import { settled } from "./waiting.ts";

/** A clock that stands still until it is told, and knows who sleeps. */
export interface FakeClock extends Clock {
  /** How many sleep at this moment. */
  readonly sleeping: number;
  /** How often anybody lay down. */
  readonly sleeps: number;
  /** Moves the time without waking anybody, also back. */
  jump(ms: number): void;
  /** Lets time pass; wakes everybody at his moment, one after the other, and lets everything run in between. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  at: number;
  wake(): void;
}

/**
 * Makes a clock.
 *
 * @param now What it shows in the beginning, in milliseconds
 * @param settle Lets everything run that is due
 */
export function fakeClock(now = 0, settle: () => Promise<void> = settled): FakeClock {
  const sleepers: Sleeper[] = [];
  let sleeps = 0;

  function remove(sleeper: Sleeper): void {
    const place = sleepers.indexOf(sleeper);
    if (place >= 0) sleepers.splice(place, 1);
  }

  return {
    get sleeping() {
      return sleepers.length;
    },
    get sleeps() {
      return sleeps;
    },
    now: () => now,
    sleep(ms, signal) {
      sleeps++;
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper: Sleeper = {
          at: now + ms,
          wake() {
            remove(sleeper);
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        const onAbort = () => {
          remove(sleeper);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort);
        sleepers.push(sleeper);
      });
    },
    jump(ms) {
      now += ms;
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = sleepers.toSorted((a, b) => a.at - b.at);
        if (next === undefined || next.at > end) break;
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}
