import { countEmptyRead } from "../core/checks.ts";
import { FIRST_BUFFER_SIZE, type Memory } from "../core/memory.ts";
import type { Reader } from "../core/types.ts";
import { hasWriteTo } from "../transfer/foreign.ts";
import {
  asTaken,
  type Intake,
  intakeOf,
  isOwnReader,
  type Lane,
  taking,
  type Unread,
} from "../transfer/intake.ts";
import { joinTwo } from "../core/join.ts";
import { Recycled } from "./recycled.ts";

/** How much of a chunk is copied behind what was left before it, if no more is needed: 4 KiB. Small chunks are copied whole. */
const SEAM = 4096;

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

/**
 * What a buffered reader has of its source and has not used yet: a window of up to `size` bytes that moves over memory.
 *
 * A source with chunks of its own is not copied: the window lies on its chunk. Only what is left of one chunk moves to
 * the own buffer, with the start of the next behind it, until the window has passed the seam. A plain Reader
 * reads into the own buffer, a byte stream into memory that goes round.
 *
 * The bytes from `start` to `limit` can be used at once; those from `end` on are behind the window. One pull at a time.
 */
export class Lookahead implements Intake {
  readonly reader: Reader;
  readonly size: number;
  /** The own buffer, or a chunk, which is never written to. */
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;
  limit = 0;
  ended = false;
  readonly #intake: Intake;
  readonly #first: number;
  #own: Uint8Array = NOTHING;
  /** The chunk whose first bytes are also at the end of the own buffer, from `#seam` on. */
  #next: Uint8Array | null = null;
  #seam = 0;
  /** Told when the bytes before it are used up. */
  #failure: { reason: unknown } | null = null;
  #pulling: Promise<Uint8Array | null> | null = null;
  /** The size of the chunk that came last, of which the end of what is at hand is made. */
  #came = 0;
  readonly #recycled: Recycled;
  readonly #memory: Memory;

  /**
   * Looks at a source without reading it yet.
   *
   * @param reader The source
   * @param size The most bytes of the window
   * @param first The size at which the own buffer begins; it doubles as it must
   */
  constructor(reader: Reader, size: number, first = size) {
    this.reader = reader;
    this.size = size;
    this.#intake = intakeOf(reader);
    this.#first = first;
    this.#recycled = new Recycled(Math.max(size, FIRST_BUFFER_SIZE));
    this.#memory = this.#memoryOver(() => this.#room);
  }

  /** The bytes in the window. */
  get buffered(): number {
    return this.end - this.start;
  }

  get window(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  /** Whether the window holds all that there will be; a failure of the source may wait behind it. */
  get over(): boolean {
    return (this.ended || this.#failure !== null) && this.atHand === this.buffered;
  }

  /** Whether there is nothing to use and nothing to tell before the source is asked again. */
  get empty(): boolean {
    return this.atHand === 0 && this.#failure === null;
  }

  /** Whether the rest is for the source's own `writeTo` to write, for it is an object from elsewhere that has one. */
  asksForeign(): boolean {
    return !this.over && hasWriteTo(this.reader) && !isOwnReader(this.reader);
  }

  /** Uses up bytes that can be used at once. */
  advance(n: number): void {
    this.start += n;
    if (this.start > this.end) this.end = Math.min(this.start + this.size, this.limit);
  }

  /** Takes back what was used up last. */
  stepBack(n: number): void {
    this.start -= n;
    this.end = Math.min(this.end, this.start + this.size);
  }

  /** Makes the window larger, up to `size`, with bytes that came before; says whether it did. */
  slide(wanted = 1): boolean {
    if (this.#next !== null) return this.#slideOverSeam(this.#next, wanted);
    const end = Math.min(this.start + this.size, this.limit);
    if (end <= this.end) return false;
    this.end = end;
    return true;
  }

  /** Waits until `n` bytes are in the window or the input ends. Rejects if the source fails before. */
  async fill(n: number): Promise<void> {
    for (let empty = 0; this.buffered < n;) {
      if (this.slide(n)) continue;
      this.#tell();
      const came = await this.pull(n);
      if (came === null) return;
      empty = came === 0 ? countEmptyRead(empty) : 0;
    }
  }

  /**
   * Waits until the window is larger; says false at the end and at a failure that is to be told later.
   *
   * @param used Whether there are bytes that have to be delivered before a failure is told
   */
  async grow(used = this.buffered > 0): Promise<boolean> {
    if (this.slide(this.buffered + 1)) return true;
    if (this.#failure !== null && used) return false;
    this.#tell();
    try {
      let came = await this.pull();
      for (let empty = 0; came === 0; came = await this.pull()) empty = countEmptyRead(empty);
      return came !== null;
    } catch (reason) {
      if (!used) throw reason;
      this.#failure = { reason };
      return false;
    }
  }

  /**
   * Reads the source once, into the window, which must not have more at hand and not be full.
   *
   * @param wanted How many bytes the window is to have
   * @param p Where to put the bytes instead, if the window is empty
   * @returns How many bytes came, or `null` at the end
   */
  async pull(wanted = 1, p?: Uint8Array): Promise<number | null> {
    if (this.ended) return null;
    if (this.#pulling) throw new TypeError("Cannot read while another read is pending");
    this.#gather();
    let chunk: Uint8Array | null;
    try {
      const memory = p === undefined ? this.#memory : this.#memoryOver(() => p);
      this.#recycled.begin(this.#intake);
      chunk = await (this.#pulling = taking(this.#intake, Infinity, memory));
    } finally {
      this.#pulling = null;
    }
    if (chunk === null) {
      this.ended = true;
      return null;
    }
    const came = this.#came = chunk.byteLength;
    if (came === 0 || p !== undefined && isAt(chunk, p)) return came;
    if (p === undefined && this.#own.byteLength > 0 && isAt(chunk, this.#room)) {
      if (this.bytes !== this.#own) this.#look(this.#own);
      this.limit = this.end += came;
    } else if (this.buffered === 0) {
      this.#adopt(this.#recycled.keep(chunk));
    } else {
      this.#next = this.#recycled.keep(chunk);
      this.#seam = this.end;
      this.slide(wanted);
    }
    return came;
  }

  /** Reads into `p` what is at hand, or what one read of the source brings. */
  async read(p: Uint8Array): Promise<number | null> {
    if (this.start === this.limit && !this.slide()) {
      if (p.byteLength === 0 && this.#failure === null) return this.ended ? null : 0;
      this.#tell();
      const large = p.byteLength >= this.size;
      const came = await this.pull(1, large ? p : undefined);
      if (came === null || this.start === this.limit) return came;
    }
    const n = Math.min(p.byteLength, this.limit - this.start);
    p.set(this.bytes.subarray(this.start, this.start + n));
    this.advance(n);
    return n;
  }

  lane(): Lane {
    return this.#intake.lane();
  }

  async take(max: number, memory: Memory): Promise<Uint8Array | null> {
    // Whoever looked ahead may have given up waiting.
    while (this.#pulling !== null) await this.#pulling.catch(() => {});
    if (this.#next !== null) this.slide();
    if (this.start < this.limit) return this.#hand(max, memory);
    this.#tell();
    if (this.ended) return null;
    const chunk = await taking(this.#intake, max, memory);
    if (chunk === null) this.ended = true;
    return chunk;
  }

  readonly taken = asTaken;
  readonly prepends = true;

  giveBack(bytes: Uint8Array): boolean {
    this.#came = 0;
    if (bytes.byteLength > 0) this.#adopt(this.atHand === 0 ? bytes : joinTwo(bytes, this.takeAll()));
    return true;
  }

  letGo(): void {
    this.#intake.letGo();
  }

  /** Hands over the web stream below, if there is one. */
  get unread(): (() => Unread) | undefined {
    if (this.#intake.unread === undefined) return undefined;
    return () => {
      const { head, stream } = this.#intake.unread?.() ?? unreachable();
      const mine = this.takeAll();
      if (mine.byteLength === 0) return { head, stream };
      return { head: head === null ? mine : joinTwo(mine, head), stream };
    };
  }

  /** The web stream below, unlocked, if nothing was ever taken out of it. */
  pristine(): ReadableStream<Uint8Array> | null {
    return this.empty && this.#pulling === null ? this.#intake.pristine?.() ?? null : null;
  }

  /** Lets go of the source and gives it back what was not used. What it does not take stays here. */
  handBack(): void {
    const left = this.takeAll();
    const returned = (left.byteLength <= this.#came || this.#intake.prepends) && this.#intake.giveBack(left);
    if (!returned) this.giveBack(left);
    this.letGo();
  }

  /** Everything at hand, in memory that is not written to any more. */
  takeAll(): Uint8Array {
    if (this.#next !== null && this.start >= this.#seam) this.slide();
    this.#recycled.free();
    const { bytes, start, limit } = this;
    const rest = this.#next?.subarray(limit - this.#seam) ?? NOTHING;
    const near = bytes.subarray(start, limit);
    this.#next = null;
    this.#look(NOTHING);
    if (rest.byteLength > 0) return near.byteLength > 0 ? joinTwo(near, rest) : rest;
    return bytes === this.#own ? new Uint8Array(near) : near;
  }

  /** The bytes that can be used before the source is asked again. */
  get atHand(): number {
    const behind = this.#next === null ? 0 : this.#next.byteLength - (this.limit - this.#seam);
    return this.limit - this.start + behind;
  }

  /** Tells a failure that waited for the bytes before it to be used up. */
  #tell(): void {
    if (this.#failure === null) return;
    const { reason } = this.#failure;
    this.#failure = null;
    throw reason;
  }

  /** Looks at other memory, none of it in the window yet. */
  #look(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.start = this.end = this.limit = 0;
  }

  #adopt(chunk: Uint8Array): void {
    this.#next = null;
    this.#look(chunk);
    this.limit = chunk.byteLength;
    this.slide();
  }

  #slideOverSeam(next: Uint8Array, wanted: number): boolean {
    const had = this.buffered;
    if (this.start >= this.#seam) {
      const start = this.start - this.#seam;
      this.#adopt(next);
      this.start = start;
      this.end = Math.min(start + this.size, this.limit);
      return this.buffered > had;
    }
    const copied = this.end - this.#seam;
    const n = Math.min(next.byteLength - copied, this.size - had, Math.max(wanted - had, SEAM));
    if (n <= 0) return false;
    if (this.end + n > this.#own.byteLength) {
      this.#seam -= this.start;
      this.#gather(n);
    }
    this.#own.set(next.subarray(copied, copied + n), this.end);
    this.limit = this.end += n;
    if (copied + n === next.byteLength) this.#next = null;
    return true;
  }

  /** Moves what is at hand to the start of the own buffer, with room behind it. */
  #gather(room = 1): void {
    const { bytes, start, end } = this;
    const left = end - start;
    const had = this.#own;
    const least = Math.min(Math.max(left + room, 2 * left), this.size);
    if (left > 0 && had.byteLength < least) {
      this.#own = new Uint8Array(Math.min(Math.max(this.#first, 2 * had.byteLength, least), this.size));
    }
    if (bytes === this.#own) bytes.copyWithin(0, start, end);
    else if (left > 0) this.#own.set(bytes.subarray(start, end));
    this.#look(this.#own);
    this.end = this.limit = left;
  }

  /** Hands over bytes at hand, uncopied where nobody can be harmed by that. */
  #hand(max: number, memory: Memory): Uint8Array {
    const { bytes, start } = this;
    const copies = !memory.reused && (memory.owned || bytes === this.#own);
    // Up to the seam only, for behind it is the chunk itself.
    const stop = this.#next === null ? this.limit : this.#seam;
    const most = copies ? Math.min(max, FIRST_BUFFER_SIZE) : max;
    const part = bytes.subarray(start, Math.min(stop, start + most));
    this.advance(part.byteLength);
    if (copies) return new Uint8Array(part);
    if (!memory.reused) this.#recycled.free();
    return part;
  }

  /** The free part of the own buffer, which is what is looked at. */
  get #room(): Uint8Array {
    if (this.#own.byteLength === 0) this.bytes = this.#own = new Uint8Array(this.#first);
    return this.#own.subarray(this.end);
  }

  /** The own buffer, or the caller's, as what a source without chunks reads into. */
  #memoryOver(room: () => Uint8Array): Memory {
    const recycled = this.#recycled;
    return {
      get reused() {
        return recycled.wanted;
      },
      owned: false,
      lend: (max, movable) => movable ? recycled.lend(max) : room().subarray(0, max),
      settle: (filled) => isAt(filled, room()) ? filled : recycled.settle(filled),
      free() {},
    };
  }
}

/** Whether bytes begin where `memory` does. */
function isAt(bytes: Uint8Array, memory: Uint8Array): boolean {
  return bytes.buffer === memory.buffer && bytes.byteOffset === memory.byteOffset;
}

function unreachable(): never {
  throw new TypeError("Cannot hand over a stream that is none");
}
