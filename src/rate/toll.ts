import type { Bucket } from "./bucket.ts";
import type { Share } from "./share.ts";

/**
 * What a user of a throttled stream pays to every bucket before its bytes pass.
 *
 * First it is admitted with some of its bytes, then they pass. What was paid for bytes that did not pass in the end
 * is for those that come next.
 */
export class Toll {
  readonly #share: Share;
  #credit = 0;
  /** How often it was left. */
  #visits = 0;
  #stopWaiting: (() => void) | null = null;

  constructor(share: Share) {
    this.#share = share;
  }

  /**
   * Waits until some bytes may pass.
   *
   * @param max How many there are
   * @returns How many of them may pass, at least 1 unless there are none. After `leave` it rejects
   */
  async admit(max: number): Promise<number> {
    const share = this.#share;
    if (this.#credit === 0 && max > 0) {
      const visit = this.#visits;
      const n = Math.min(max, share.next());
      if (share.take(n)) this.#credit = n + await share.takeMore(max - n);
      else {
        await this.#wait(n, visit);
        this.#credit = n;
      }
      if (visit !== this.#visits) return this.#turnAway();
    }
    return Math.min(max, this.#credit);
  }

  /** As `admit`, at once, if all of the bytes may pass and nothing has to be weighed; otherwise false. */
  admitNow(n: number): boolean {
    if (this.#credit >= n) return true;
    if (this.#credit > 0 || !this.#share.takeAgain(n)) return false;
    this.#credit = n;
    return true;
  }

  /** As `admitNow`, and lets them pass. */
  passNow(n: number): boolean {
    if (!this.admitNow(n)) return false;
    this.#credit -= n;
    return true;
  }

  /**
   * Lets some bytes pass once they may.
   *
   * @param max How many there are
   * @param move Moves as many of them as it is told; it is never called after `leave`
   * @returns What that returns. After `leave` it rejects
   */
  async pass<T>(max: number, move: (n: number) => T | Promise<T>): Promise<T> {
    const visit = this.#visits;
    const n = await this.admit(max);
    if (visit !== this.#visits) throw gone();
    this.#credit -= n;
    return await move(n);
  }

  /** Notes that `n` of the bytes that were to pass have not: they are paid for. */
  keep(n: number): void {
    this.#credit += n;
  }

  /** Ends the waiting, and gives back what was paid for nothing. */
  leave(): void {
    this.#visits++;
    this.#stopWaiting?.();
    this.#share.refund(this.#credit);
    this.#credit = 0;
  }

  #turnAway(): never {
    this.leave();
    throw gone();
  }

  /** The slowest bucket is asked first, so that no other has to keep for long what is paid already. */
  async #wait(n: number, visit: number): Promise<void> {
    const buckets = [...this.#share.buckets];
    if (buckets.length > 1) buckets.sort((a, b) => b.delayFor(n) - a.delayFor(n));
    const paid: Bucket[] = [];
    let failed = true;
    try {
      for (const bucket of buckets) {
        if (!bucket.take(n)) await this.#queue(bucket, n);
        bucket.hold(n);
        paid.push(bucket);
        if (visit !== this.#visits) throw gone();
      }
      failed = false;
    } finally {
      for (const bucket of paid) {
        bucket.hold(-n);
        if (failed) bucket.refund(n);
      }
    }
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
}

function gone(): TypeError {
  return new TypeError("Cannot go on with a transfer that was given up");
}
