import { checkBytes, checkSize, checkWriter, describe } from "../core/checks.ts";
import { InvalidUnreadError } from "../core/errors.ts";
import { FreshMemory, LAST_BUFFER_SIZE, type Memory } from "../core/memory.ts";
import { seekTo } from "../core/seek.ts";
import type {
  ChunkReader,
  CopyOptions,
  Reader,
  ReaderAt,
  Seeker,
  SeekMode,
  Writer,
  WriterTo,
} from "../core/types.ts";
import { decodeRune } from "../core/utf8.ts";
import { asTaken, registerIntake } from "../transfer/intake.ts";
import { runOrThrow } from "../transfer/run.ts";

/**
 * Reads an array of bytes. The array stays the caller's and is never changed.
 *
 * It has a position that reading moves, and random access beside it. Nothing here ever waits, so that
 * {@linkcode BytesReader.readSync} does the same as `read`.
 *
 * Ported from Go `bytes.Reader`.
 *
 * @example Read, look elsewhere, and begin again
 * ```ts
 * import { SeekMode } from "@sluice/io";
 * import { BytesReader } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new BytesReader(new Uint8Array([1, 2, 3, 4]));
 * const p = new Uint8Array(3);
 * assertEquals(await reader.read(p), 3);
 * assertEquals(reader.length, 1);
 * assertEquals(await reader.readAt(p, 2), 2);
 * assertEquals(await reader.seek(-4, SeekMode.End), 0);
 * assertEquals(reader.readByte(), 1);
 * ```
 */
export class BytesReader implements Reader, ReaderAt, Seeker, WriterTo, ChunkReader {
  #bytes: Uint8Array;
  #position = 0;
  /** The size of the rune that was read last, if that was the last operation. */
  #rune = 0;

  /**
   * Makes a reader that stands at the start.
   *
   * @param bytes What is read; not copied
   */
  constructor(bytes: Uint8Array) {
    checkBytes(bytes);
    this.#bytes = bytes;
    registerIntake(this, {
      lane: () => "chunks",
      take: (max, memory) => Promise.resolve(this.#take(max, memory)),
      taken: asTaken,
      giveBack: (bytes) => {
        this.#position = Math.max(0, this.#position - bytes.byteLength);
        return true;
      },
      letGo() {},
    });
  }

  /** The bytes from the position to the end. */
  get length(): number {
    return Math.max(0, this.size - this.#position);
  }

  /** All bytes, wherever the position is. */
  get size(): number {
    return this.#bytes.byteLength;
  }

  /**
   * Reads into `p`, as {@linkcode Reader.read} says.
   *
   * **On error** rejects with a `TypeError` for what is no Uint8Array. **Cancellation**: no read is ever pending.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end, also for an empty `p`
   */
  async read(p: Uint8Array): Promise<number | null> {
    return await this.readSync(p);
  }

  /**
   * As {@linkcode BytesReader.read}, at once.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end, also for an empty `p`
   */
  readSync(p: Uint8Array): number | null {
    checkBytes(p);
    if (this.length === 0) return null;
    const part = this.#next(p.byteLength);
    p.set(part);
    return part.byteLength;
  }

  /**
   * Fills `p` with the bytes from `offset` on. The position stays where it is, and calls may overlap.
   *
   * **On error** rejects with a `RangeError` for an offset that is none. **Cancellation**: no read is ever pending.
   *
   * @param p Where the bytes are put
   * @param offset Where to begin, in bytes from the start
   * @returns The number of bytes read, fewer than fit only at the end, or `null` at or past the end
   */
  async readAt(p: Uint8Array, offset: number): Promise<number | null> {
    checkBytes(p);
    checkSize("offset", offset);
    if (offset >= this.size) return null;
    const part = this.#bytes.subarray(offset, offset + p.byteLength);
    p.set(part);
    return await part.byteLength;
  }

  /**
   * Takes everything that is left, or the next `max` bytes of it, as a view of the array.
   *
   * **On error** rejects with a `RangeError` for a `max` below 1. **Cancellation**: no read is ever pending.
   *
   * @param max The most bytes the chunk may have, at least 1; no bound if left out
   * @returns The view, which must not be changed or transferred, or `null` at the end
   */
  async readChunk(max?: number): Promise<Uint8Array | null> {
    if (max !== undefined) checkSize("max", max, 1);
    return await this.#take(max ?? Infinity, new FreshMemory({ owned: false }));
  }

  /**
   * Moves the position. Past the end is allowed, and a read there is at the end.
   *
   * **On error** rejects with a `RangeError` for a position before the start and for a wrong `whence`; the position
   * stays. **Cancellation**: it never waits.
   *
   * @param offset How far from `whence`, in bytes
   * @param whence One of {@linkcode SeekMode}
   * @returns The new position, in bytes from the start
   */
  async seek(offset: number, whence: SeekMode): Promise<number> {
    this.#rune = 0;
    this.#position = seekTo(offset, whence, this.#position, this.size);
    return await this.#position;
  }

  /**
   * Writes everything that is left to `dst`, without copying it on the way.
   *
   * **On error** rejects with the reason of `dst`; the position is behind what was written. **Cancellation** with
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
   * Reads one byte.
   *
   * @returns The byte, or `null` at the end
   */
  readByte(): number | null {
    this.#rune = 0;
    const byte = this.#bytes[this.#position];
    if (byte === undefined) return null;
    this.#position++;
    return byte;
  }

  /** Moves the position one byte back; at the start that is an {@linkcode InvalidUnreadError}. */
  unreadByte(): void {
    if (this.#position === 0) throw new InvalidUnreadError("Cannot unread a byte at the start");
    this.#rune = 0;
    this.#position--;
  }

  /**
   * Reads one code point of UTF-8. What is not valid is U+FFFD of size 1.
   *
   * @returns The code point and the bytes that it took, or `null` at the end
   */
  readRune(): { rune: number; size: number } | null {
    this.#rune = 0;
    if (this.length === 0) return null;
    const read = decodeRune(this.#bytes.subarray(this.#position, this.#position + 4));
    this.#position += this.#rune = read.size;
    return read;
  }

  /** Undoes a {@linkcode BytesReader.readRune}; an {@linkcode InvalidUnreadError} if that was not the last operation. */
  unreadRune(): void {
    if (this.#rune === 0) {
      throw new InvalidUnreadError("Cannot unread a rune: the last operation was not to read one");
    }
    this.#position -= this.#rune;
    this.#rune = 0;
  }

  /**
   * Starts over with other bytes.
   *
   * @param bytes What is read from now on; not copied
   */
  reset(bytes: Uint8Array): void {
    checkBytes(bytes);
    this.#bytes = bytes;
    this.#position = this.#rune = 0;
  }

  #take(max: number, memory: Memory): Uint8Array | null {
    if (this.length === 0) return null;
    // The array is the caller's: whoever may transfer what he gets is given a copy.
    return memory.owned ? new Uint8Array(this.#next(Math.min(max, LAST_BUFFER_SIZE))) : this.#next(max);
  }

  #next(max: number): Uint8Array {
    this.#rune = 0;
    const part = this.#bytes.subarray(this.#position, this.#position + max);
    this.#position += part.byteLength;
    return part;
  }
}

/**
 * Reads a string as UTF-8. A lone surrogate reads as U+FFFD.
 *
 * Ported from Go `strings.Reader`.
 *
 * @example Give text to something that reads bytes
 * ```ts
 * import { readAll } from "@sluice/io";
 * import { StringReader } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new StringReader("grüezi");
 * assertEquals(reader.size, 7);
 * assertEquals(new TextDecoder().decode(await readAll(reader)), "grüezi");
 * ```
 */
export class StringReader extends BytesReader {
  /**
   * Makes a reader that stands at the start.
   *
   * @param s What is read
   */
  constructor(s: string) {
    super(encode(s));
  }

  /**
   * Starts over with another string, or with bytes.
   *
   * @param contents What is read from now on
   */
  override reset(contents: string | Uint8Array): void {
    super.reset(typeof contents === "string" ? encode(contents) : contents);
  }
}

function encode(s: string): Uint8Array {
  if (typeof s !== "string") throw new TypeError(`Cannot read ${describe(s)} as text: it is no string`);
  return new TextEncoder().encode(s);
}
