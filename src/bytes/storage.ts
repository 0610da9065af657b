import { TooLargeError } from "../core/errors.ts";
import { LAST_BUFFER_SIZE, type Memory } from "../core/memory.ts";

/** The size in bytes of the first memory for small contents: `smallBufferSize` of Go `bytes`. */
const SMALL_SIZE = 64;

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

/** Allocates; a size that the platform refuses is a TooLargeError, as in Go. */
export function allocate(size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new TooLargeError(`Cannot allocate ${size} bytes for a ByteBuffer`, size - 1);
  }
}

/** Fills memory with parts, from its end on, so that the last of them may come from its front. */
function place(parts: Uint8Array[], memory: Uint8Array): void {
  let end = memory.byteLength;
  for (const part of [...parts].reverse()) memory.set(part, end -= part.byteLength);
}

/**
 * The memory of a ByteBuffer: the contents lie somewhere in an array, with free bytes behind them.
 *
 * It grows and slides as Go's `bytes.Buffer` does, but never overwrites what somebody else may still look at: the bytes
 * that a copy took are "lent" until it asks for more, a chunk that was handed out is "kept" as long as the array is used.
 */
export class Storage {
  readonly maxSize: number;
  #array: Uint8Array;
  #start = 0;
  #end: number;
  #before: "free" | "lent" | "kept" = "free";
  /** Bytes that are on their way into it. They count already. */
  #arriving = 0;

  constructor(array: Uint8Array, maxSize: number) {
    this.maxSize = maxSize;
    this.#array = array;
    this.#end = array.byteLength;
    if (array.byteLength > maxSize) throw this.#tooLarge(array.byteLength);
  }

  get length(): number {
    return this.#end - this.#start;
  }

  get capacity(): number {
    return this.#array.byteLength;
  }

  /** The free bytes behind the contents. */
  get available(): number {
    return this.capacity - this.#end;
  }

  /** How many more bytes there may be. */
  get room(): number {
    return this.maxSize - this.length - this.#arriving;
  }

  /** A view of the contents. */
  get contents(): Uint8Array {
    return this.#array.subarray(this.#start, this.#end);
  }

  /** Moves past up to `n` bytes and returns a view of them. */
  advance(n: number): Uint8Array {
    const begin = this.#start;
    this.#start = Math.min(begin + n, this.#end);
    return this.#array.subarray(begin, this.#start);
  }

  /** Moves back over bytes that were read. Says whether they are still there. */
  stepBack(n: number): boolean {
    if (n > this.#start) return false;
    this.#start -= n;
    return true;
  }

  /** Keeps the first `n` bytes of the contents. */
  truncate(n: number): void {
    this.#end = this.#start + n;
    if (n === 0) this.#rewind();
  }

  /** Makes sure that there are `n` free bytes behind the contents and returns a view of all that are there. */
  reserve(n: number): Uint8Array {
    if (n > this.room) throw this.#tooLarge(this.length + n);
    this.#makeRoom(n);
    return this.#array.subarray(this.#end);
  }

  /** Counts free bytes that were filled as contents. */
  commit(n: number): void {
    this.#end += n;
  }

  /** Appends a copy. The contents slide from the back half to the front one, so that a view of them stays as it is. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.byteLength).set(bytes);
    this.#end += bytes.byteLength;
  }

  /** Takes contents out for a copy, as a view where that is safe. */
  take(max: number, { reused, owned }: Memory): Uint8Array | null {
    // Whoever asks for more is done with what he was lent.
    if (this.#before === "lent") this.#before = "free";
    if (this.length === 0) return null;
    const dense = 2 * this.length >= this.capacity;
    if (reused) {
      if (this.#before === "free") this.#before = "lent";
      return this.advance(max);
    }
    if (owned) {
      if (dense && max >= this.length && this.#isSole()) return this.#giveAway();
      return new Uint8Array(this.advance(Math.min(max, LAST_BUFFER_SIZE)));
    }
    // A small chunk would keep a large array alive for nothing.
    if (!dense) return new Uint8Array(this.advance(max));
    this.#before = "kept";
    return this.advance(max);
  }

  /** Ends a copy. If it never came back for more, what it was lent may be in use for ever. */
  letGo(): void {
    if (this.#before === "lent") this.#before = "kept";
  }

  /** Puts bytes before the contents. */
  giveBack(bytes: Uint8Array): void {
    const size = bytes.byteLength;
    const before = this.#array.subarray(Math.max(0, this.#start - size), this.#start);
    if (before.byteLength === size && before.every((byte, i) => byte === bytes[i])) {
      this.#start -= size;
      return;
    }
    const array = allocate(size + this.length);
    array.set(bytes);
    array.set(this.contents, size);
    this.adopt(array, array.byteLength);
  }

  /** Uses another array from now on, the first `n` bytes of which are the contents. */
  adopt(array: Uint8Array, n: number): void {
    this.#array = array;
    this.#start = 0;
    this.#end = n;
    this.#before = "free";
  }

  /** Lends all free bytes, at least `n`, to one who fills them. Until they are returned there are none here. */
  lendTail(n: number): Uint8Array {
    this.#makeRoom(n);
    const tail = this.#array.subarray(this.#end);
    this.#array = this.#array.subarray(0, this.#end);
    return tail;
  }

  /**
   * Takes back what `lendTail` gave.
   *
   * @param tail All of it
   * @param filled How many bytes of it are contents now
   * @param intact Whether nobody will write to the rest any more
   */
  returnTail(tail: Uint8Array, filled: number, intact: boolean): void {
    const { buffer, byteOffset, byteLength } = this.#array;
    const adjoins = buffer === tail.buffer && byteOffset + byteLength === tail.byteOffset;
    if (!adjoins) return this.append(tail.subarray(0, filled));
    const returned = intact ? tail.byteLength : filled;
    const atEnd = this.#end === byteLength;
    this.#array = new Uint8Array(buffer, byteOffset, byteLength + returned);
    if (atEnd) this.#end += filled;
    else this.append(tail.subarray(0, filled));
  }

  /**
   * Appends parts that come from elsewhere.
   *
   * @param parts The parts, in order
   * @param spare Memory to use from now on if all of it fits there; the last part may lie at its front
   */
  join(parts: Uint8Array[], spare: Uint8Array | null): void {
    const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
    const total = this.length + size;
    if (spare !== null && total <= spare.byteLength) {
      place([this.contents, ...parts], spare.subarray(0, total));
      this.adopt(spare, total);
    } else {
      this.#makeRoom(size);
      place(parts, this.#array.subarray(this.#end, this.#end + size));
      this.#end += size;
    }
  }

  /** Announces bytes that will come. */
  expect(n: number): void {
    this.#arriving += n;
  }

  /** Goes back to the front, slides there or grows, as Go would. */
  #makeRoom(n: number): void {
    const { length, capacity } = this;
    if (length === 0) this.#rewind();
    if (n <= this.available) return;
    if (n > Math.floor(capacity / 2) - length) this.#moveTo(allocate(this.#sizeFor(n)));
    else this.#moveTo(this.#before === "free" ? this.#array : allocate(capacity));
  }

  /** Begins at the front of the array again, where nobody looks at it, when there are no contents. */
  #rewind(): void {
    if (this.#before === "free") this.#start = this.#end = 0;
  }

  #sizeFor(n: number): number {
    if (this.capacity === 0 && n <= SMALL_SIZE) return SMALL_SIZE;
    return Math.max(this.#end + n, 2 * (this.capacity - this.#start));
  }

  #moveTo(array: Uint8Array): void {
    const { length } = this;
    array.set(this.contents);
    this.adopt(array, length);
  }

  /** Whether nobody else can see the array. */
  #isSole(): boolean {
    return this.#before === "free" && this.#array.byteLength === this.#array.buffer.byteLength;
  }

  #giveAway(): Uint8Array {
    const { contents } = this;
    this.adopt(NOTHING, 0);
    return contents;
  }

  #tooLarge(size: number): TooLargeError {
    return new TooLargeError(
      `Cannot hold ${size} bytes in a ByteBuffer of at most ${this.maxSize}`,
      this.maxSize,
    );
  }
}
