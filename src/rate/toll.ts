import type { Bucket } from "./bucket.ts";
import { bucketOf, type Limiter } from "./limiter.ts";

/**
 * How much a throttled stream takes at a time: as much as the bursts allow while it is alone, and the less, the more
 * wait beside it. Where there are several streams, each begins with little and takes more as long as nobody waits, so that
 * of many that begin together the first do not run ahead.
 */
export class Share {
  readonly buckets: readonly Bucket[];
  #size = 0;

  constructor(limiters: readonly Limiter[]) {
    this.buckets = limiters.map(bucketOf);
    for (const bucket of this.buckets) bucket.streams++;
  }

  /** The most bytes to take next, at least 1. */
  next(): number {
    let most = Infinity;
    let least = Infinity;
    let alone = true;
    let busy = false;
    for (const bucket of this.buckets) {
      most = Math.min(most, bucket.share);
      least = Math.min(least, bucket.leastShare);
      alone &&= bucket.streams === 1;
      busy ||= bucket.busy;
    }
    const atOnce = alone || busy && this.#size > most;
    return this.#size = atOnce ? most : Math.min(most, Math.max(least, 2 * this.#size));
  }
}

/** What a user of a throttled stream pays before its bytes pass: to every bucket. */
export class Toll {
  readonly #share: Share;
  /** What was paid for bytes that have not passed yet. */
  #credit = 0;
  /** How often it was left. */
  #visits = 0;
  #stopWaiting: (() => void) | null = null;

  constructor(share: Share) {
    this.#share = share;
  }

  /** How many of `max` bytes to let pass next, at least 1 of them. */
  most(max: number): number {
    return Math.min(max, this.#credit > 0 ? this.#credit : this.#share.next());
  }

  /**
   * Pays for `n` bytes and lets them pass.
   *
   * @param n How many
   * @param move Moves them, once they may pass; never called after `leave`
   * @returns What that resolves to. After `leave` it rejects, with everything given back
   */
  async pass<T>(n: number, move: () => T | Promise<T>): Promise<T> {
    const price = n - Math.min(n, this.#credit);
    this.#credit -= n - price;
    const { buckets } = this.#share;
    const [first] = buckets;
    if (price > 0 && first !== undefined && (buckets.length > 1 || !first.take(price))) {
      const visit = this.#visits;
      await this.#pay([...buckets], price);
      this.#checkVisit(visit, buckets, price);
    }
    return await move();
  }

  /** Notes that `n` of the bytes that were paid for have not passed: they are for those that pass next. */
  keep(n: number): void {
    this.#credit += n;
  }

  /** Ends the waiting, and gives back what was paid for nothing. */
  leave(): void {
    this.#visits++;
    this.#stopWaiting?.();
    refund(this.#share.buckets, this.#credit);
    this.#credit = 0;
  }

  /** The slowest bucket is asked first, so that no other has to keep for long what is paid already. */
  async #pay(buckets: Bucket[], n: number): Promise<void> {
    const visit = this.#visits;
    if (buckets.length > 1) buckets.sort((a, b) => b.delayFor(n) - a.delayFor(n));
    const paid: Bucket[] = [];
    const release = () => paid.forEach((bucket) => bucket.hold(-n));
    try {
      for (const bucket of buckets) {
        if (!bucket.take(n)) await this.#queue(bucket, n);
        bucket.hold(n);
        paid.push(bucket);
        this.#checkVisit(visit, [], 0);
      }
    } catch (reason) {
      release();
      refund(paid, n);
      throw reason;
    }
    release();
  }

  #queue(bucket: Bucket, n: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        this.#stopWaiting = null;
        settle();
      };
      const ticket = bucket.enter(n, {
        resolve: () => done(resolve),
        reject: (reason) => done(() => reject(reason)),
      });
      this.#stopWaiting = () => {
        bucket.leave(ticket);
        done(() => reject(gone()));
      };
    });
  }

  #checkVisit(visit: number, buckets: readonly Bucket[], n: number): void {
    if (visit === this.#visits) return;
    refund(buckets, n);
    throw gone();
  }
}

function refund(buckets: readonly Bucket[], n: number): void {
  if (n > 0) { for (const bucket of buckets) bucket.refund(n); }
}

function gone(): TypeError {
  return new TypeError("Cannot go on with a transfer that was given up");
}
