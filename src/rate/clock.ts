import { checkSignal, misuse } from "../core/checks.ts";

/** What time it is, and how to wait: everything of time that is used here, so that a test can bring its own. */
export interface Clock {
  /**
   * Tells the time.
   *
   * @returns Milliseconds since whenever, fractions included
   */
  now(): number;
  /**
   * Waits.
   *
   * @param ms For how long, in milliseconds
   * @param signal Ends the waiting: it rejects with the reason of the signal, and no timer stays behind
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest that a timer of the platforms can wait, in milliseconds: about 24 days. Beyond it they fire at once. */
const LONGEST = 0x7fffffff;

/** The clock of the platform. It never goes back, and a sleep is never too short. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      checkSignal(signal);
      if (signal?.aborted) return reject(signal.reason);
      const end = performance.now() + ms;
      let timer: ReturnType<typeof setTimeout> | undefined;

      function onAbort(): void {
        clearTimeout(timer);
        reject(signal?.reason);
      }

      function wind(left: number): void {
        timer = setTimeout(() => {
          const still = end - performance.now();
          if (still > 0) return wind(still);
          signal?.removeEventListener("abort", onAbort);
          resolve();
        }, Math.min(Math.ceil(left), LONGEST));
      }

      signal?.addEventListener("abort", onAbort);
      wind(ms);
    });
  },
};

/** Throws a TypeError for what is no clock. */
export function checkClock(clock: Clock): void {
  if (typeof clock?.now !== "function" || typeof clock.sleep !== "function") {
    throw misuse(clock, "a clock", "has no now() and sleep() methods");
  }
}
