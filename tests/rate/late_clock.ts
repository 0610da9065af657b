import { type Clock, systemClock } from "../../src/rate/mod.ts";

/** The clock of the platform, which adds up by how much it woke sleepers too late. */
export interface LateClock extends Clock {
  /** How many milliseconds the machine was late, all together. */
  readonly late: number;
}

/**
 * Makes a clock for tests by real time. What takes long because the machine is busy with others is known to it, so that
 * the rest can be held to a bound.
 */
export function lateClock(): LateClock {
  let late = 0;
  return {
    get late() {
      return late;
    },
    now: () => systemClock.now(),
    async sleep(ms, signal) {
      const start = systemClock.now();
      await systemClock.sleep(ms, signal);
      late += systemClock.now() - start - ms;
    },
  };
}
