/**
 * What flows in the benchmarks: bytes that tell their place, so that what arrives can be checked whatever the chunks
 * were. To check a path, every byte is looked at (a stride of 1). While it is timed, only every 509th is, and nothing
 * else is filled in: the speed of memory is the same for everybody, and would hide the rest.
 *
 * @module
 */

/** How far apart the bytes that are looked at lie in a timed run. It is no power of two, and every page has some. */
export const SPARSE = 509;

const SLAB = 256 * 1024; // 256 KiB

/** What arrived somewhere: how many bytes, and a hash over those that were looked at. */
export interface Received {
  count: number;
  hash: number;
}

/** The byte that belongs at a place. */
function mark(place: number): number {
  return Math.imul(place, 0x9e3779b1) >>> 24;
}

function mix(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** What has to arrive of so many bytes. */
export function expected(count: number, stride: number = SPARSE): Received {
  let hash = 0;
  for (let place = 0; place < count; place += stride) hash = mix(hash, mark(place));
  return { count, hash };
}

/** Makes the bytes, a chunk at a time. */
export class Sender {
  readonly #chunk: number;
  readonly #stride: number;
  #left: number;
  #place = 0;
  #offset = 0;
  #slab = new ArrayBuffer(0);
  #used = 0;

  /**
   * @param total How many bytes in all
   * @param chunk The most bytes of one chunk
   * @param stride How far apart the bytes are that are filled in
   */
  constructor(total: number, chunk: number, stride: number = SPARSE) {
    this.#left = total;
    this.#chunk = chunk;
    this.#stride = stride;
  }

  /** Fills `p` with the next bytes, one chunk at most; returns how many, 0 at the end. */
  fill(p: Uint8Array): number {
    const n = Math.min(p.byteLength, this.#chunk, this.#left);
    const stride = this.#stride;
    let at = this.#offset;
    let place = this.#place;
    for (; at < n; at += stride, place += stride) p[at] = mark(place);
    this.#place = place;
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

/** Takes the bytes and looks at those that were filled in, in whatever chunks they come. */
export class Receiver implements Received {
  count = 0;
  hash = 0;
  readonly #stride: number;
  #offset = 0;

  /** @param stride How far apart the bytes are that are looked at */
  constructor(stride: number = SPARSE) {
    this.#stride = stride;
  }

  /** Consumes the next bytes. */
  accept(p: Uint8Array): void {
    const n = p.byteLength;
    const stride = this.#stride;
    let at = this.#offset;
    let hash = this.hash;
    // The bound was checked: there is a byte.
    for (; at < n; at += stride) hash = mix(hash, p[at] as number);
    this.hash = hash;
    this.#offset = at - n;
    this.count += n;
  }
}
