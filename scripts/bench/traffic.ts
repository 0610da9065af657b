/**
 * What flows in the benchmarks: bytes of which every 509th tells its place, so that what arrives can be checked whatever
 * the chunks were. Nothing else is filled in: the speed of memory is the same for everybody, and would hide the rest.
 *
 * @module
 */

/** How far apart the bytes that are checked lie. It is no power of two, and every page of memory has some. */
const STRIDE = 509;

const SLAB = 256 * 1024; // 256 KiB

/** What arrived somewhere: how many bytes, and a hash over those that tell their place. */
export interface Received {
  count: number;
  hash: number;
}

function mark(index: number): number {
  return Math.imul(index, 0x9e3779b1) >>> 24;
}

function mix(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** What has to arrive of so many bytes. */
export function expected(count: number): Received {
  let hash = 0;
  for (let index = 0; index * STRIDE < count; index++) hash = mix(hash, mark(index));
  return { count, hash };
}

/** Makes the bytes, a chunk at a time. */
export class Sender {
  readonly #chunk: number;
  #left: number;
  #index = 0;
  #offset = 0;
  #slab = new ArrayBuffer(0);
  #used = 0;

  /**
   * @param total How many bytes in all
   * @param chunk The most bytes of one chunk
   */
  constructor(total: number, chunk: number) {
    this.#left = total;
    this.#chunk = chunk;
  }

  /** Fills `p` with the next bytes, one chunk at most; returns how many, 0 at the end. */
  fill(p: Uint8Array): number {
    const n = Math.min(p.byteLength, this.#chunk, this.#left);
    let at = this.#offset;
    for (; at < n; at += STRIDE) p[at] = mark(this.#index++);
    this.#offset = at - n;
    this.#left -= n;
    return n;
  }

  /**
   * The next chunk, or null at the end: new memory, but small chunks share a slab, as those of sockets do. To allocate one by
   * one costs more than the streams do.
   */
  carve(): Uint8Array<ArrayBuffer> | null {
    if (this.#chunk > SLAB / 16) return this.next();
    if (this.#left === 0) return null;
    if (this.#slab.byteLength - this.#used < this.#chunk) {
      this.#slab = new ArrayBuffer(SLAB);
      this.#used = 0;
    }
    const chunk = new Uint8Array(this.#slab, this.#used, Math.min(this.#chunk, this.#left));
    this.#used += this.fill(chunk);
    return chunk;
  }

  /** The next chunk, in memory that it shares with nothing, or null at the end. */
  next(): Uint8Array<ArrayBuffer> | null {
    if (this.#left === 0) return null;
    const chunk = new Uint8Array(Math.min(this.#chunk, this.#left));
    this.fill(chunk);
    return chunk;
  }
}

/** Takes the bytes: looks at those that tell their place, in whatever chunks they come. */
export class Receiver implements Received {
  count = 0;
  hash = 0;
  #offset = 0;

  /** Consumes the next bytes. */
  accept(p: Uint8Array): void {
    const n = p.byteLength;
    let at = this.#offset;
    // The bound was checked: there is a byte.
    for (; at < n; at += STRIDE) this.hash = mix(this.hash, p[at] as number);
    this.#offset = at - n;
    this.count += n;
  }
}
