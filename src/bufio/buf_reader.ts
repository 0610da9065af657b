import { checkBytes, checkSize, checkWriter } from "../core/checks.ts";
import { cancelEnd } from "../core/ends.ts";
import { BufferFullError, InvalidUnreadError } from "../core/errors.ts";
import { FreshMemory } from "../core/memory.ts";
import type { ChunkReader, CopyOptions, Reader, Source, Writer, WriterTo } from "../core/types.ts";
import { textOf } from "../core/utf8.ts";
import { asTaken, registerIntake } from "../transfer/intake.ts";
import { asReader } from "../web/adapt.ts";
import { restOf } from "../web/rest.ts";
import { checkDelimiter, collect, cutOff, findStop, isByte, type Line, line, slice } from "./delimited.ts";
import { drain } from "./drain.ts";
import { Lookahead } from "./lookahead.ts";
import { RELEASED } from "./released.ts";
import { RestReader } from "./rest_reader.ts";
import { awaitRune, nextRune, type Rune } from "./runes.ts";

/** The size of a buffer if none is given: 4 KiB. */
const DEFAULT_SIZE = 4096;

/** The least size: 16 bytes, as in Go. */
const LEAST_SIZE = 16;

/** What was read last if nothing can be undone. */
const NONE = -1;

/**
 * Looks ahead in a source and splits it: by bytes, runes, delimiters and lines, or as a parser of its own wants it.
 *
 * There are two ways to use it. The methods of Go's `bufio.Reader` take one item per call: `readByte`, `readRune`,
 * `readString`, `readLine`, and so on. A parser that wants no promise per item awaits `fill` once for much data, walks
 * over `window` as an ordinary array, and says with `consume` how far it came.
 *
 * Everything is answered from the buffer as long as it can be; the source is asked only then, and at most once per `read`. A
 * source with chunks of its own, such as a web stream, is not copied: the window lies on its chunks. Views, which are
 * `window` and what `peek`, `readSlice` and `readLine` give, are good until the next call. Calls must not overlap.
 *
 * Bytes that came before a failure of the source stay readable. `peek`, `fill` and `discard` reject when they cannot get what
 * they were asked for; everything that reads gives what there is first, and the failure is told once after it.
 *
 * A raw web stream is locked at the first read, and let go of at its end, by `release`, `reset` and by a copy. Made of a
 * BufReader whose buffer is as large, `new BufReader(src)` is that BufReader, as in Go.
 *
 * Ported from Go `bufio.Reader`.
 *
 * @example Parse frames with a length before them
 * ```ts
 * import { BufReader } from "@sluice/io/bufio";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new BufReader(new Blob([new Uint8Array([2, 104, 105, 3, 121, 111, 117])]), 64 * 1024);
 * const frames: string[] = [];
 * while (await reader.fill(1) > 0) {
 *   const size = 1 + reader.window[0]!;
 *   if (await reader.fill(size) < size) throw new Error("The last frame is cut off");
 *   frames.push(new TextDecoder().decode(reader.window.subarray(1, size)));
 *   reader.consume(size);
 * }
 * assertEquals(frames, ["hi", "you"]);
 * ```
 *
 * @example Sniff a body and hand it on whole
 * ```ts
 * import { BufReader } from "@sluice/io/bufio";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new BufReader(new Response("%PDF-1.7 and so on").body!);
 * const magic = new TextDecoder().decode(await reader.peek(5));
 * assertEquals(magic, "%PDF-");
 * assertEquals(await new Response(reader.release()).text(), "%PDF-1.7 and so on");
 * ```
 */
export class BufReader implements Reader, WriterTo, ChunkReader {
  /** The size of the buffer in bytes: the most that can be looked ahead. */
  readonly size: number;
  #look: Lookahead;
  /** The byte that was read last, and the size of the rune if it was one. */
  #byte = NONE;
  #rune = NONE;
  readonly #chunks = new FreshMemory({ owned: false });

  /**
   * Buffers a source, without reading it yet.
   *
   * @param src The source
   * @param size The size of the buffer in bytes; 4096 if left out, 16 if it is less
   */
  constructor(src: Source, size: number = DEFAULT_SIZE) {
    checkSize("the size of a BufReader", size);
    this.size = Math.max(size, LEAST_SIZE);
    if (src instanceof BufReader && src.size >= this.size) {
      this.#look = src.#look;
      return src;
    }
    this.#look = new Lookahead(asReader(src), this.size);
    // `reset` gives it another source: whatever is asked goes to the one that it has then.
    const look = () => this.#forget();
    registerIntake(this, {
      lane: () => look().lane(),
      take: (max, memory) => look().take(max, memory),
      taken: asTaken,
      giveBack: (bytes) => look().giveBack(bytes),
      prepends: true,
      letGo: () => this.#look.letGo(),
      get unread() {
        return look().unread;
      },
      asksForeign: () => this.#look.asksForeign(),
      pristine: () => look().pristine(),
    });
  }

  /** The bytes in the buffer: those that `consume` can move past. */
  get buffered(): number {
    return this.#look.buffered;
  }

  /** The bytes in the buffer; a view, valid until the next call. It is empty before the first `fill` or `peek`. */
  get window(): Uint8Array {
    return this.#look.window;
  }

  /**
   * Waits until at least `n` bytes are in the buffer, or until the input ends.
   *
   * What is buffered already is not waited for. Fewer than `n` mean that the input ends there.
   *
   * **On error** rejects with the reason of the source; the bytes before it stay in the buffer. An `n` above `size` is a
   * `RangeError`. After 100 reads in a row that gave nothing: {@linkcode NoProgressError}.
   *
   * **Cancellation** is that of the source. What was buffered stays so.
   *
   * @example Count the lines of a text without a promise for each
   * ```ts
   * import { BufReader } from "@sluice/io/bufio";
   * import { assertEquals } from "@std/assert";
   *
   * const reader = new BufReader(new Blob(["one\ntwo\nthree\n"]), 64 * 1024);
   * let lines = 0;
   * while (await reader.fill() > 0) {
   *   for (const byte of reader.window) if (byte === 0x0a) lines++;
   *   reader.consume(reader.buffered);
   * }
   * assertEquals(lines, 3);
   * ```
   *
   * @param n The least number of bytes, up to `size`; 1 if left out
   * @returns The number of bytes in the buffer
   */
  fill(n: number = 1): Promise<number> {
    const { buffered } = this.#forget();
    if (Number.isSafeInteger(n) && n >= 0 && n <= buffered) return Promise.resolve(buffered);
    return this.#fill(n);
  }

  /**
   * Moves past `n` bytes of the buffer.
   *
   * @param n The number of bytes; more than are buffered is a `RangeError`
   */
  consume(n: number): void {
    const look = this.#look;
    if (!Number.isSafeInteger(n) || n < 0 || n > look.buffered) this.#refuse(n);
    if (n > 0) this.#forget().advance(n);
  }

  /**
   * Reads into `p`, as {@linkcode Reader.read} says: from the buffer if there is anything in it, otherwise with one
   * read of the source, which goes straight into `p` if that is as large as the buffer.
   *
   * **On error** rejects with the reason of the source, once. **Cancellation** is that of the source.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end of input
   */
  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    const n = await this.#look.read(p);
    this.#note(n !== null && n > 0 ? p[n - 1] : undefined);
    return n;
  }

  /**
   * Takes the next bytes without copying them where that can be: what is left of a chunk of the source, or its next one.
   *
   * **On error** rejects with the reason of the source, once. **Cancellation** is that of the source.
   *
   * @param max The most bytes the chunk may have, at least 1; no bound if left out
   * @returns The chunk, which is the caller's from then on, or `null` at the end of input
   */
  async readChunk(max?: number): Promise<Uint8Array | null> {
    if (max !== undefined) checkSize("max", max, 1);
    return this.#passed(await this.#look.take(max ?? Infinity, this.#chunks));
  }

  /**
   * Copies everything not read yet to `dst`: the buffer first, then the rest by the source's own fast path. A `writeTo` of
   * an object from elsewhere is asked for the rest; if there is none, a `readFrom` of `dst` for everything.
   *
   * **On error** rejects with the reason of the side that failed. **Cancellation** with `options.signal`, as in `copy`; what
   * was not written stays readable.
   *
   * @param dst Where the bytes go
   * @param options As in `copy`
   * @returns The number of bytes written
   */
  async writeTo(dst: Writer, options: CopyOptions = {}): Promise<number> {
    checkWriter(dst);
    return await drain(this, this.#forget(), dst, options);
  }

  /**
   * Looks at the next `n` bytes without moving past them.
   *
   * **On error** rejects with the reason of the source; the bytes before it stay readable. Where `n` is above `size` and the
   * input does not end before: {@linkcode BufferFullError} with all that the buffer holds as `partial`.
   *
   * **Cancellation** is that of the source. What was buffered stays so.
   *
   * @param n The number of bytes
   * @returns A view of them, valid until the next call; shorter only where the input ends
   */
  peek(n: number): Promise<Uint8Array> {
    const { bytes, start, buffered } = this.#forget();
    if (Number.isSafeInteger(n) && n >= 0 && n <= buffered) {
      return Promise.resolve(bytes.subarray(start, start + n));
    }
    return this.#peek(n);
  }

  /**
   * Moves past the next `n` bytes, however many they are.
   *
   * **On error** rejects with the reason of the source; what came before it was moved past.
   *
   * **Cancellation** is that of the source.
   *
   * @param n The number of bytes
   * @returns How many there were: `n`, or fewer where the input ends
   */
  async discard(n: number): Promise<number> {
    checkSize("n", n);
    if (n === 0) return 0;
    const look = this.#forget();
    for (let left = n;;) {
      const part = Math.min(left, look.limit - look.start);
      look.advance(part);
      left -= part;
      if (left === 0 || !await look.grow()) return n - left;
    }
  }

  /**
   * Reads one byte.
   *
   * **On error** rejects with the reason of the source. **Cancellation** is that of the source.
   *
   * @returns The byte, or `null` at the end of input
   */
  readByte(): Promise<number | null> {
    const look = this.#look;
    return look.start < look.end ? Promise.resolve(this.#next(look)) : this.#awaitByte();
  }

  /**
   * Makes the byte that was read last the next one again, whichever method read it. It can be done once, directly after a read:
   * not after `peek`, `discard`, `fill`, `consume` or a copy, for which it throws an {@linkcode InvalidUnreadError}.
   */
  unreadByte(): void {
    const byte = this.#byte;
    if (byte === NONE) throw new InvalidUnreadError("Cannot unread a byte: the last operation read none");
    const look = this.#forget();
    if (look.bytes[look.start - 1] === byte) look.stepBack(1);
    else look.giveBack(Uint8Array.of(byte));
  }

  /**
   * Reads one code point in UTF-8, also where it came in parts. What is not valid is U+FFFD of size 1, byte by byte.
   *
   * **On error** rejects with the reason of the source. **Cancellation** is that of the source.
   *
   * @returns The code point and the number of its bytes, or `null` at the end of input
   */
  readRune(): Promise<Rune | null> {
    const look = this.#look;
    const rune = nextRune(look);
    return rune === null ? this.#awaitRune() : Promise.resolve(this.#pass(look, rune));
  }

  /** Undoes a `readRune`; an {@linkcode InvalidUnreadError} if that was not the last operation. */
  unreadRune(): void {
    const size = this.#rune;
    if (size === NONE) {
      throw new InvalidUnreadError("Cannot unread a rune: the last operation was not to read one");
    }
    this.#forget().stepBack(size);
  }

  /**
   * Reads up to and with the first `delim`, within the buffer.
   *
   * **On error** rejects with the reason of the source. If the buffer is full without a `delim`: {@linkcode BufferFullError}
   * with all of it as `partial`; those bytes are read.
   *
   * **Cancellation** is that of the source. What was buffered stays so.
   *
   * @param delim The byte to read to
   * @returns A view, valid until the next call; without `delim` at its end where the input ends or fails before, and `null`
   * if there is nothing left
   */
  async readSlice(delim: number): Promise<Uint8Array | null> {
    checkDelimiter(delim);
    try {
      return this.#passed(await slice(this.#look, delim));
    } catch (reason) {
      if (reason instanceof BufferFullError) this.#passed(reason.partial);
      throw reason;
    }
  }

  /**
   * Reads up to and with the first `delim`, however far away it is.
   *
   * **On error** rejects with the reason of the source. **Cancellation** is that of the source; what was read is lost.
   *
   * @param delim The byte to read to
   * @returns A copy; without `delim` at its end where the input ends or fails before, and `null` if there is nothing left
   */
  readBytes(delim: number): Promise<Uint8Array | null> {
    const found = this.#find(delim);
    return found === null ? this.#collect(delim) : Promise.resolve(new Uint8Array(found));
  }

  /**
   * Reads text up to and with the first `delim`, however far away it is. U+FEFF is kept, what is not UTF-8 becomes U+FFFD.
   *
   * **On error** rejects with the reason of the source. **Cancellation** is that of the source; what was read is lost.
   *
   * @example Read a header line by line
   * ```ts
   * import { BufReader } from "@sluice/io/bufio";
   * import { assertEquals } from "@std/assert";
   *
   * const reader = new BufReader(new Blob(["a: 1\nb: 2\n\nbody"]));
   * const header: string[] = [];
   * for (let line = await reader.readString(0x0a); line !== "\n"; line = await reader.readString(0x0a)) {
   *   if (line === null) throw new Error("The header is cut off");
   *   header.push(line.trimEnd());
   * }
   * assertEquals(header, ["a: 1", "b: 2"]);
   * assertEquals(await new Response(reader.release()).text(), "body");
   * ```
   *
   * @param delim The byte to read to
   * @returns The text; without `delim` at its end where the input ends or fails before, and `null` if there is nothing left
   */
  readString(delim: number): Promise<string | null> {
    const found = this.#find(delim);
    if (found !== null) return Promise.resolve(textOf(found));
    return this.#collect(delim).then((bytes) => bytes && textOf(bytes));
  }

  /**
   * Reads a line without its end, `\n` or `\r\n`. One that is longer than the buffer comes in parts, all but the last of
   * which are a prefix.
   *
   * **On error** rejects with the reason of the source. **Cancellation** is that of the source. What was buffered stays so.
   *
   * @returns A view of the line, valid until the next call, and whether it goes on; `null` at the end of input
   */
  async readLine(): Promise<Line | null> {
    const look = this.#look;
    const read = await line(look);
    this.#note(read === null ? undefined : look.bytes[look.start - 1]);
    return read;
  }

  /**
   * Drops what is buffered and any failure, lets go of the source, and goes on with another. With itself as the source it
   * does nothing.
   *
   * @param src What to read from now on
   */
  reset(src: Source): void {
    if (src === this) return;
    const next = new Lookahead(asReader(src), this.size);
    const old = this.#forget();
    this.#look = next;
    // What was never in the buffer is still the source's, as it would be had it not come as a large chunk.
    old.advance(old.buffered);
    old.handBack();
  }

  /**
   * Hands over everything not read yet: the buffer first, then the source, whose fast path it keeps. This reader is of no use
   * from then on, until `reset`.
   *
   * @returns A reader over all of it; the source itself, as a Reader, if nothing is buffered
   */
  rest(): Reader {
    const look = this.#giveUp();
    return look.empty ? look.reader : new RestReader(look);
  }

  /**
   * As `rest`, but a stream, which is always fit to be the body of a `Response`: the original stream itself, unlocked, if
   * nothing was ever read from it, otherwise a fresh one. Cancelling it cancels the source.
   *
   * @returns The stream
   */
  release(): ReadableStream<Uint8Array> {
    const pristine = this.#look.pristine();
    const look = this.#giveUp();
    return pristine ?? restOf(look, (reason) => cancelEnd(look.reader, reason));
  }

  #giveUp(): Lookahead {
    const look = this.#forget();
    if (look.reader === RELEASED) throw new TypeError("Cannot release a BufReader twice");
    this.#look = new Lookahead(RELEASED, this.size);
    return look;
  }

  async #fill(n: number): Promise<number> {
    checkSize("n", n);
    if (n > this.size) throw new RangeError(`Cannot fill a buffer of ${this.size} with ${n} bytes`);
    const look = this.#look;
    await look.fill(n);
    return look.buffered;
  }

  async #peek(n: number): Promise<Uint8Array> {
    checkSize("n", n);
    const look = this.#look;
    await look.fill(Math.min(n, this.size));
    const { window } = look;
    if (n > this.size && !look.ended) {
      throw new BufferFullError(`Cannot look at ${n} bytes with a buffer of ${this.size}`, window);
    }
    return window.subarray(0, n);
  }

  #refuse(n: number): never {
    checkSize("n", n);
    throw new RangeError(`Cannot consume ${n} bytes: ${this.buffered} are buffered`);
  }

  async #awaitByte(): Promise<number | null> {
    const look = this.#look;
    this.#rune = NONE;
    return await look.grow() ? this.#next(look) : null;
  }

  #next(look: Lookahead): number {
    const byte = look.bytes[look.start++] ?? 0;
    this.#note(byte);
    return byte;
  }

  async #awaitRune(): Promise<Rune | null> {
    const look = this.#look;
    this.#rune = NONE;
    const rune = await awaitRune(look);
    return rune && this.#pass(look, rune);
  }

  #pass(look: Lookahead, rune: Rune): Rune {
    look.start += rune.size;
    this.#note(look.bytes[look.start - 1]);
    this.#rune = rune.size;
    return rune;
  }

  /** The bytes up to and with `delim`, if it is at hand and a delimiter; else null. */
  #find(delim: number): Uint8Array | null {
    const look = this.#look;
    // A Buffer of node:buffer finds 256 where there is 0.
    const stop = isByte(delim) ? findStop(look, delim) : -1;
    return stop < 0 ? null : this.#passed(cutOff(look, stop));
  }

  async #collect(delim: number): Promise<Uint8Array | null> {
    checkDelimiter(delim);
    return this.#passed(await collect(this.#look, delim));
  }

  #passed<T extends Uint8Array | null>(bytes: T): T {
    this.#note(bytes?.at(-1));
    return bytes;
  }

  /** Notes the byte that was read last. A read that gave none leaves the one before it to be undone, as in Go. */
  #note(byte: number | undefined): void {
    this.#rune = NONE;
    if (byte !== undefined) this.#byte = byte;
  }

  /** From now on nothing can be undone. */
  #forget(): Lookahead {
    this.#byte = this.#rune = NONE;
    return this.#look;
  }
}
