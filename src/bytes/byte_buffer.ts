import { checkByte } from "../core/byte.ts";
import {
  checkBytes,
  checkCopyOptions,
  checkReader,
  checkSize,
  checkText,
  checkWriter,
} from "../core/checks.ts";
import { InvalidUnreadError } from "../core/errors.ts";
import { FreshMemory } from "../core/memory.ts";
import type {
  ChunkReader,
  CopyOptions,
  Reader,
  ReaderFrom,
  StringWriter,
  Writer,
  WriterTo,
} from "../core/types.ts";
import { decodeRune, textOf, textOfRune, utf8Length } from "../core/utf8.ts";
import { asTaken, registerIntake } from "../transfer/intake.ts";
import { registerWriter } from "../transfer/outlet.ts";
import { runOrThrow } from "../transfer/run.ts";
import { Gather } from "./gather.ts";
import { Storage } from "./storage.ts";

/** What can be asked of a {@linkcode ByteBuffer}. */
export interface ByteBufferOptions {
  /**
   * The most unread bytes it may hold; more is a `TooLargeError`.
   *
   * @default no limit
   */
  maxSize?: number;
}

/** What the last operation lets be undone: nothing, a byte, or a rune of so many bytes. */
type Undo = "nothing" | "byte" | number;

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * Bytes in memory that are written at the end and read from the front, and that make room for themselves.
 *
 * What was read is gone; when everything was, the end is reached until more is written. Nothing here ever waits but
 * `readFrom` and `writeTo` for their other end: what the async interfaces name has a `…Sync` twin that does the same at
 * once. Views, such as those of `bytes`, `next` and `peek`, are good until the next call that changes the buffer.
 *
 * Ported from Go `bytes.Buffer`.
 *
 * @example Write, then read line by line
 * ```ts
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const buffer = new ByteBuffer("first\n");
 * await buffer.writeString("second\n");
 * assertEquals(buffer.readString(0x0a), "first\n");
 * assertEquals(buffer.length, 7);
 * assertEquals(buffer.toString(), "second\n");
 * ```
 *
 * @example Collect no more than so much
 * ```ts
 * import { TooLargeError } from "@sluice/io";
 * import { ByteBuffer, StringReader } from "@sluice/io/bytes";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const buffer = new ByteBuffer("", { maxSize: 4 });
 * await assertRejects(() => buffer.readFrom(new StringReader("too much")), TooLargeError);
 * assertEquals(buffer.toString(), "too ");
 * ```
 */
export class ByteBuffer implements Reader, Writer, WriterTo, ReaderFrom, StringWriter, ChunkReader {
  readonly #storage: Storage;
  #undo: Undo = "nothing";

  /**
   * Makes a buffer.
   *
   * @param contents What can be read at once. An array is taken over: it is the buffer's from now on
   * @param options How much it may hold
   */
  constructor(contents: Uint8Array | string = "", options: ByteBufferOptions = {}) {
    const { maxSize } = options;
    if (maxSize !== undefined) checkSize("maxSize", maxSize);
    const array = typeof contents === "string" ? encoder.encode(contents) : contents;
    checkBytes(array);
    this.#storage = new Storage(array, maxSize ?? Infinity);
    registerIntake(this, {
      lane: () => "chunks",
      take: (max, memory) => {
        this.#undo = "nothing";
        return Promise.resolve(this.#storage.take(max, memory));
      },
      taken: asTaken,
      giveBack: (bytes) => {
        this.#undo = "nothing";
        this.#storage.giveBack(bytes);
        return true;
      },
      letGo: () => this.#storage.letGo(),
    });
    registerWriter(this, null);
  }

  /** The unread bytes. */
  get length(): number {
    return this.#storage.length;
  }

  /** The bytes of memory in use, read and free ones included. */
  get capacity(): number {
    return this.#storage.capacity;
  }

  /** The free bytes behind the contents, that are written to before the buffer has to move or grow. */
  get available(): number {
    return this.#storage.available;
  }

  /**
   * The unread bytes, which stay unread.
   *
   * @returns A view of them, good until the next change
   */
  bytes(): Uint8Array {
    return this.#storage.contents;
  }

  /**
   * The unread bytes as text, which stay unread. U+FEFF is kept, what is not UTF-8 becomes U+FFFD.
   *
   * @returns The text
   */
  toString(): string {
    return textOf(this.#storage.contents);
  }

  /**
   * Reads into `p`, as {@linkcode Reader.read} says.
   *
   * **On error** rejects with a `TypeError` for what is no Uint8Array. **Cancellation**: no read is ever pending.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` when the buffer is empty; 0 for an empty `p`, for more may be written
   */
  async read(p: Uint8Array): Promise<number | null> {
    return await this.readSync(p);
  }

  /**
   * As {@linkcode ByteBuffer.read}, at once.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` when the buffer is empty; 0 for an empty `p`
   */
  readSync(p: Uint8Array): number | null {
    checkBytes(p);
    const part = this.#advance(p.byteLength);
    p.set(part);
    return part.byteLength === 0 && p.byteLength > 0 ? null : part.byteLength;
  }

  /**
   * Takes all unread bytes, or the next `max` of them. They are copied only where a large memory would be kept alive for
   * few bytes; what is written later goes elsewhere. Cannot be unread.
   *
   * **On error** rejects with a `RangeError` for a `max` below 1. **Cancellation**: no read is ever pending.
   *
   * @param max The most bytes the chunk may have, at least 1; no bound if left out
   * @returns The chunk, which is the caller's from then on, or `null` when the buffer is empty
   */
  async readChunk(max?: number): Promise<Uint8Array | null> {
    if (max !== undefined) checkSize("max", max, 1);
    this.#undo = "nothing";
    return await this.#storage.take(max ?? Infinity, new FreshMemory({ owned: false }));
  }

  /**
   * Appends a copy of `p`, all of it or nothing.
   *
   * **On error**: {@linkcode TooLargeError} if that is more than the buffer may hold. **Cancellation**: it never waits.
   *
   * @param p The bytes; they stay the caller's
   * @returns `p.byteLength`
   */
  async write(p: Uint8Array): Promise<number> {
    return await this.writeSync(p);
  }

  /**
   * As {@linkcode ByteBuffer.write}, at once.
   *
   * @param p The bytes; they stay the caller's
   * @returns `p.byteLength`
   */
  writeSync(p: Uint8Array): number {
    checkBytes(p);
    this.#undo = "nothing";
    this.#storage.append(p);
    return p.byteLength;
  }

  /**
   * Appends text as UTF-8, all of it or nothing. A lone surrogate is written as U+FFFD.
   *
   * **On error**: {@linkcode TooLargeError} if that is more than the buffer may hold. **Cancellation**: it never waits.
   *
   * @param s The text
   * @returns The number of bytes written
   */
  async writeString(s: string): Promise<number> {
    return await this.writeStringSync(s);
  }

  /**
   * As {@linkcode ByteBuffer.writeString}, at once.
   *
   * @param s The text
   * @returns The number of bytes written
   */
  writeStringSync(s: string): number {
    checkText(s);
    this.#undo = "nothing";
    const { written } = encoder.encodeInto(s, this.#storage.reserve(utf8Length(s)));
    this.#storage.commit(written);
    return written;
  }

  /**
   * Writes all unread bytes to `dst`, without copying them on the way.
   *
   * **On error** rejects with the reason of `dst`; what was written is read, the rest is not. **Cancellation** with
   * `options.signal`, as in `copy`.
   *
   * @param dst Where the bytes go
   * @param options As in `copy`
   * @returns The number of bytes written
   */
  async writeTo(dst: Writer, options: CopyOptions = {}): Promise<number> {
    checkWriter(dst);
    return await runOrThrow(dst, this, options);
  }

  /**
   * Appends everything that `src` gives, which reads straight into free memory of the buffer, 512 bytes at least at a time
   * or `options.bufferSize` at most. It becomes readable when `readFrom` ends, whether well or not.
   *
   * **On error** rejects with the reason of `src`; what came before is in the buffer. If there is more than the buffer may
   * hold: {@linkcode TooLargeError}, with the buffer full. **Cancellation** with `options.signal`, as in `copy`.
   *
   * @param src What is read to its end
   * @param options As in `copy`
   * @returns The number of bytes read
   */
  async readFrom(src: Reader, options: CopyOptions = {}): Promise<number> {
    checkReader(src);
    checkCopyOptions(options);
    this.#undo = "nothing";
    const gather = new Gather(this.#storage, options.bufferSize);
    try {
      return await runOrThrow(gather, src, { ...options, memory: () => gather });
    } finally {
      gather.finish();
    }
  }

  /**
   * Reads up to `n` bytes without copying them.
   *
   * @param n The most bytes
   * @returns A view of them, good until the next change
   */
  next(n: number): Uint8Array {
    checkSize("n", n);
    return this.#advance(n);
  }

  /**
   * Shows up to `n` bytes, which stay unread.
   *
   * @param n The most bytes
   * @returns A view of them, good until the next change
   */
  peek(n: number): Uint8Array {
    checkSize("n", n);
    return this.#storage.contents.subarray(0, n);
  }

  /**
   * Reads one byte.
   *
   * @returns The byte, or `null` when the buffer is empty
   */
  readByte(): number | null {
    return this.#advance(1)[0] ?? null;
  }

  /** Undoes the last byte of the last read; an {@linkcode InvalidUnreadError} if the last operation was no read. */
  unreadByte(): void {
    if (this.#undo === "nothing" || !this.#storage.stepBack(1)) {
      throw new InvalidUnreadError("Cannot unread a byte: the last operation was no read that gave any");
    }
    this.#undo = "nothing";
  }

  /**
   * Reads one code point of UTF-8. What is not valid is U+FFFD of size 1.
   *
   * @returns The code point and the bytes that it took, or `null` when the buffer is empty
   */
  readRune(): { rune: number; size: number } | null {
    this.#undo = "nothing";
    if (this.length === 0) return null;
    const read = decodeRune(this.peek(4));
    this.#storage.advance(read.size);
    this.#undo = read.size;
    return read;
  }

  /** Undoes a {@linkcode ByteBuffer.readRune}; an {@linkcode InvalidUnreadError} if that was not the last operation. */
  unreadRune(): void {
    if (typeof this.#undo !== "number" || !this.#storage.stepBack(this.#undo)) {
      throw new InvalidUnreadError("Cannot unread a rune: the last operation was not to read one");
    }
    this.#undo = "nothing";
  }

  /**
   * Reads up to and with the first `delim`, or everything if there is none.
   *
   * @param delim The byte to read to
   * @returns A copy of the bytes, or `null` when the buffer is empty
   */
  readBytes(delim: number): Uint8Array | null {
    const line = this.#advanceTo(delim);
    return line === null ? null : new Uint8Array(line);
  }

  /**
   * Reads text up to and with the first `delim`, or everything if there is none. Decodes as {@linkcode ByteBuffer.toString}.
   *
   * @param delim The byte to read to
   * @returns The text, or `null` when the buffer is empty
   */
  readString(delim: number): string | null {
    const line = this.#advanceTo(delim);
    return line === null ? null : textOf(line);
  }

  /**
   * Appends one byte.
   *
   * @param b The byte, from 0 to 255
   */
  writeByte(b: number): void {
    checkByte("a byte", b);
    this.#undo = "nothing";
    this.#storage.reserve(1)[0] = b;
    this.#storage.commit(1);
  }

  /**
   * Appends one code point as UTF-8; U+FFFD for what is none.
   *
   * @param rune The code point
   * @returns The number of bytes written
   */
  writeRune(rune: number): number {
    checkSize("a rune", rune, Number.MIN_SAFE_INTEGER);
    return this.writeStringSync(textOfRune(rune));
  }

  /**
   * Makes room, so that the next `n` bytes are written without allocating.
   *
   * @param n How many bytes; more than the buffer may hold is a {@linkcode TooLargeError}
   */
  grow(n: number): void {
    checkSize("n", n);
    this.#undo = "nothing";
    this.#storage.reserve(n);
  }

  /**
   * Drops all but the first `n` unread bytes.
   *
   * @param n How many bytes to keep; more than there are is a `RangeError`
   */
  truncate(n: number): void {
    checkSize("n", n);
    if (n > this.length) throw new RangeError(`Cannot truncate ${this.length} bytes to ${n}`);
    this.#undo = "nothing";
    this.#storage.truncate(n);
  }

  /** Drops all unread bytes and keeps the memory. */
  reset(): void {
    this.truncate(0);
  }

  #advance(n: number): Uint8Array {
    const part = this.#storage.advance(n);
    this.#undo = part.byteLength > 0 ? "byte" : "nothing";
    return part;
  }

  #advanceTo(delim: number): Uint8Array | null {
    checkByte("a delimiter", delim);
    const { contents } = this.#storage;
    const index = contents.indexOf(delim);
    const part = this.#advance(index < 0 ? contents.byteLength : index + 1);
    return part.byteLength === 0 ? null : part;
  }
}
