import { type Clock, Limiter, systemClock } from "../../src/rate/mod.ts";
import { Ledger } from "./ledger.ts";

/**
 * A limiter and what it lets pass, at the time that its clock told it then.
 *
 * Every window of the far end of a socket also holds what was late: an end that was not awake for 10 ms takes in at once
 * what was let pass in 10 ms. Whether the limiter keeps its word is seen where it lets the bytes pass.
 */
export class Trial {
  readonly limiter: Limiter;
  readonly passed = new Ledger();
  /**
   * For how many milliseconds the program stood still beyond what a full bucket makes up for: a machine that is busy
   * with others takes them away, and no limiter may give them back.
   */
  lost = 0;
  /** When it was first asked to let anything pass. */
  #start: number | null = null;
  /** What the limiter was told last of the time: what it lets pass, it lets pass at that moment. */
  #now = NaN;

  /**
   * Makes a limiter with the burst that it has by default.
   *
   * @param rate Bytes a second
   */
  constructor(rate: number) {
    const clock: Clock = { now: () => this.#look(), sleep: (ms, signal) => systemClock.sleep(ms, signal) };
    this.limiter = new Limiter({ rate, clock });
    this.#start = null; // its bucket is full so far
  }

  /** The moment at which the limiter let pass what passes now. */
  get now(): number {
    return this.#now;
  }

  /** The mean rate from the beginning until now, as a share of what it should be. */
  mean(total: number): number {
    const seconds = (performance.now() - (this.#start ?? NaN) - this.lost) / 1000;
    return total / seconds / this.limiter.rate;
  }

  #look(): number {
    const now = systemClock.now();
    if (this.#start === null) this.#start = now;
    else {
      const { rate, burst } = this.limiter;
      this.lost += Math.max(0, now - this.#now - burst / rate * 1000);
    }
    return this.#now = now;
  }
}
