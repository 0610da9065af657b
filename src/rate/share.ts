import type { Bucket } from "./bucket.ts";
import { bucketOf, type Limiter } from "./limiter.ts";

/** By how much a stream may take more than the last time. */
const GROWTH = 2;

/** How much a stream may read ahead, however little it takes at a time: 16 KiB. */
const READ_AHEAD = 16 * 1024;

/**
 * How much a throttled stream takes at a time from the buckets that it obeys: all that is there while nobody waits beside
 * it, and the less, the more do. It begins with little, so that of many that begin together the first do not run ahead.
 */
export class Share {
  readonly buckets: readonly Bucket[];
  #size = 0;

  constructor(limiters: readonly Limiter[]) {
    this.buckets = limiters.map(bucketOf);
  }

  /** How many bytes to take next, at least 1. */
  next(): number {
    const least = this.#least((bucket) => bucket.leastShare);
    return this.#size = Math.min(this.#most, Math.max(least, this.#size * GROWTH));
  }

  /**
   * Takes more of what is there, if the last time was for little only because the time before was. Those who want to
   * begin at this very moment are left as much.
   *
   * @param max The most bytes to take
   * @returns How many were taken
   */
  async takeMore(max: number): Promise<number> {
    if (max === 0 || this.#size >= this.#most) return 0;
    const alone = () => this.buckets.every(({ beginners }) => beginners === 1);
    for (const bucket of this.buckets) bucket.beginners++;
    const first = alone();
    await null;
    if (first && alone()) this.#size = this.#most;
    const n = Math.min(max, this.#least((bucket) => bucket.fairPart));
    const taken = this.take(n);
    for (const bucket of this.buckets) bucket.beginners--;
    return taken ? n : 0;
  }

  /** How many bytes to read before they are paid for: no more than ever pass at once. */
  get reach(): number {
    let burst = Infinity;
    for (const bucket of this.buckets) if (bucket.rate !== Infinity) burst = Math.min(burst, bucket.burst);
    return burst === Infinity ? burst : Math.max(1, Math.min(burst, Math.max(READ_AHEAD, this.#size)));
  }

  /** Takes `n` bytes if that is no more than the last time and they are there. */
  takeAgain(n: number): boolean {
    return n <= this.#size && this.take(n);
  }

  /** Takes `n` bytes from every bucket if they are there. */
  take(n: number): boolean {
    const { buckets } = this;
    if (buckets.length > 1 && !buckets.every((bucket) => bucket.has(n))) return false;
    for (const bucket of buckets) if (!bucket.take(n)) return false;
    return true;
  }

  /** Puts `n` bytes back. */
  refund(n: number): void {
    if (n > 0) { for (const bucket of this.buckets) bucket.refund(n); }
  }

  get #most(): number {
    return this.#least((bucket) => bucket.share);
  }

  #least(of: (bucket: Bucket) => number): number {
    return this.buckets.reduce((least, bucket) => Math.min(least, of(bucket)), Infinity);
  }
}
