import { checkCount, checkSignal, checkSize, describe } from "../core/checks.ts";
import { Bucket } from "./bucket.ts";
import { checkClock, type Clock, systemClock } from "./clock.ts";

/** How a {@linkcode Limiter} is made. */
export interface LimiterOptions {
  /** Bytes per second; `Infinity` for no limit, 0 to let nothing pass until it is raised. */
  rate: number;
  /**
   * The most bytes that may pass at once.
   *
   * @default what the rate lets pass in a sixteenth of a second, at least 1; it then follows the rate until it is set
   */
  burst?: number;
  /**
   * The clock that it goes by.
   *
   * @default the clock of the platform
   */
  clock?: Clock;
}

/** What can be asked of {@linkcode Limiter.wait}. */
export interface WaitOptions {
  /** Ends the waiting: it rejects with `signal.reason` at once, and what was waited for is there for others. */
  signal?: AbortSignal;
}

/** Tokens that were promised. Made by {@linkcode Limiter.reserve}. */
export interface Reservation {
  /** Whether they were promised; false for more than the burst. */
  readonly ok: boolean;
  /**
   * How many milliseconds are left until they may be used, at the rate as it is now. `Infinity` if they were not
   * promised, or while the rate is 0.
   */
  readonly delay: number;
  /**
   * Gives back what no later reservation builds on, if its moment has not passed. From that moment on they count as used.
   */
  cancel(): void;
}

const buckets = new WeakMap<Limiter, Bucket>();

/**
 * A token bucket: it holds up to `burst` bytes, `rate` bytes flow in every second, and what passes takes its bytes out.
 * So in any span of time at most `burst` bytes pass, and what flows in meanwhile.
 *
 * Any number of streams may share a limiter, and a stream may obey several: see {@linkcode throttleReader} and
 * {@linkcode throttleWriter}. Who waits is served first come, first served; nobody overtakes, not even somebody who
 * wants less. There is one timer while somebody waits, and none otherwise.
 *
 * Ported from Go `golang.org/x/time/rate.Limiter`, with bytes for events. What differs: those who wait move up when
 * somebody before them gives up, and a change of the rate or the burst counts for all who wait already.
 *
 * @example Let a burst pass, then one more when there is time for it
 * ```ts
 * import { Limiter } from "@sluice/io/rate";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const limiter = new Limiter({ rate: 100_000, burst: 1000 });
 * assert(limiter.allow(1000));
 * assertEquals(limiter.allow(1000), false);
 * await limiter.wait(1000); // 10 ms
 * ```
 */
export class Limiter {
  readonly #bucket: Bucket;

  /**
   * Makes a limiter whose bucket is full.
   *
   * @param options The rate, and if wanted the burst and a clock
   */
  constructor(options: LimiterOptions) {
    if (typeof options !== "object" || options === null) {
      throw new TypeError(`Cannot use ${describe(options)} as options of a Limiter`);
    }
    const { rate, burst, clock = systemClock } = options;
    checkRate(rate);
    if (burst !== undefined) checkSize("burst", burst);
    checkClock(clock);
    this.#bucket = new Bucket(rate, burst, clock);
    buckets.set(this, this.#bucket);
  }

  /** Bytes per second. */
  get rate(): number {
    return this.#bucket.rate;
  }

  /** The most bytes that may pass at once. */
  get burst(): number {
    return this.#bucket.burst;
  }

  /** The bytes that may pass at this moment, a fraction included; below 0 if more was promised or is waited for. */
  get tokens(): number {
    return this.#bucket.tokens;
  }

  /**
   * Changes the rate, also for all who wait and for reservations whose moment is to come.
   *
   * Ported from Go `Limiter.SetLimit`, which leaves those as they are.
   *
   * @param rate Bytes per second, 0 or more; may be `Infinity`
   */
  setRate(rate: number): void {
    checkRate(rate);
    this.#bucket.rate = rate;
  }

  /**
   * Changes the burst. Who waits for more than the new burst already goes once the bucket is full.
   *
   * Ported from Go `Limiter.SetBurst`.
   *
   * @param burst Bytes, 0 or more
   */
  setBurst(burst: number): void {
    checkSize("burst", burst);
    this.#bucket.burst = burst;
  }

  /**
   * Lets `n` bytes pass if they may at this moment and nobody waits.
   *
   * Ported from Go `Limiter.AllowN`.
   *
   * @param n How many bytes; none, or a negative number, always pass
   * @returns Whether they may pass, and were taken out of the bucket; never for more than the burst
   */
  allow(n = 1): boolean {
    n = checkCount("n", n);
    return this.#fits(n) && this.#bucket.take(n);
  }

  /**
   * Promises `n` bytes for the first moment at which they may pass, behind everybody who waits or has reserved before.
   *
   * Ported from Go `Limiter.ReserveN`.
   *
   * @example Go on with something else if it would take too long
   * ```ts
   * import { Limiter } from "@sluice/io/rate";
   * import { assert } from "@std/assert";
   *
   * const limiter = new Limiter({ rate: 1000, burst: 500 });
   * limiter.allow(500);
   * const reservation = limiter.reserve(400);
   * assert(reservation.ok && reservation.delay > 300);
   * reservation.cancel();
   * ```
   *
   * @param n How many bytes
   * @returns When they may pass; its `ok` is false for more than the burst
   */
  reserve(n = 1): Reservation {
    n = checkCount("n", n);
    const bucket = this.#bucket;
    if (!this.#fits(n)) return { ok: false, delay: Infinity, cancel() {} };
    if (n === 0) return { ok: true, delay: 0, cancel() {} };
    const booking = bucket.book(n);
    let cancelled = false;
    return {
      ok: true,
      get delay() {
        return bucket.delayOf(booking);
      },
      cancel() {
        if (!cancelled) bucket.cancel(booking);
        cancelled = true;
      },
    };
  }

  /**
   * Waits until `n` bytes may pass, and takes them out of the bucket.
   *
   * Ported from Go `Limiter.WaitN`, which looks at the deadline of its context beforehand.
   *
   * **On error** more than the burst is a `RangeError` at once, for it could never pass. What a clock of your own throws
   * comes out as it was.
   *
   * **Cancellation** with `options.signal` rejects with its reason at once and takes nothing; those behind move up.
   *
   * @example Send messages at a steady pace
   * ```ts
   * import { Limiter } from "@sluice/io/rate";
   * import { assert } from "@std/assert";
   *
   * const limiter = new Limiter({ rate: 10_000, burst: 100 });
   * const start = performance.now();
   * for (let i = 0; i < 3; i++) await limiter.wait(100);
   * assert(performance.now() - start >= 19);
   * ```
   *
   * @param n How many bytes; none, or a negative number, never wait
   * @param options The signal
   */
  wait(n = 1, options: WaitOptions = {}): Promise<void> {
    // Settled by nothing in between, so that those who are let go in turn also go on in turn.
    return new Promise((resolve, reject) => {
      const size = checkCount("n", n);
      const { signal } = options;
      checkSignal(signal);
      if (!this.#fits(size)) {
        throw new RangeError(
          `Cannot wait for ${size} bytes: never more than the burst of ${this.burst} pass at once`,
        );
      }
      signal?.throwIfAborted();
      const bucket = this.#bucket;
      if (bucket.take(size)) return resolve();

      function leave(): void {
        signal?.removeEventListener("abort", onAbort);
      }
      function onAbort(): void {
        bucket.leave(ticket);
        leave();
        reject(signal?.reason);
      }
      const ticket = bucket.enter(size, {
        resolve() {
          leave();
          resolve();
        },
        reject(reason) {
          leave();
          reject(reason);
        },
      });
      signal?.addEventListener("abort", onAbort);
    });
  }

  #fits(n: number): boolean {
    return n <= this.#bucket.burst || this.#bucket.rate === Infinity;
  }
}

/** The bucket of a limiter, for those who throttle by it. */
export function bucketOf(limiter: Limiter): Bucket {
  const bucket = buckets.get(limiter);
  if (bucket === undefined) throw new TypeError(`Cannot throttle by ${describe(limiter)}: it is no Limiter`);
  return bucket;
}

function checkRate(rate: number): void {
  if (typeof rate !== "number") throw new TypeError(`Cannot use ${describe(rate)} as rate: it is no number`);
  if (!(rate >= 0)) throw new RangeError(`Cannot use ${rate} as rate: it is below 0 or no number`);
}
