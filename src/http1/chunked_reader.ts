import { BufReader } from "../bufio/buf_reader.ts";
import { checkBytes } from "../core/checks.ts";
import { HttpError, UnexpectedEOFError } from "../core/errors.ts";
import type { Memory } from "../core/memory.ts";
import type { Reader, Source } from "../core/types.ts";
import { type Intake, intakeOf, registerIntake } from "../transfer/intake.ts";
import { addField, type Field, isTrailer } from "./fields.ts";
import { LineReader } from "./line_reader.ts";
import { checkLimits, type ReadLimits } from "./limits.ts";
import { refuse } from "./refuse.ts";
import { Trailers } from "./trailers.ts";

const LF = 0x0a;
const CR = 0x0d;

/** The most bytes of the line before a chunk, with its end: as in Go, which has it below 4 KiB without. */
const MAX_LINE = 4097;

/** How much more may be sent around the data than 16 bytes a chunk and twice its data: 16 KiB, as in Go. */
const MAX_EXCESS = 16 * 1024;

/** What comes next. */
type State = "size" | "data" | "data end" | "trailers" | "end";

/**
 * Reads a chunked body, with its trailers and the empty line at its end. What follows stays in the BufReader.
 *
 * Extensions of chunks are dropped; so that nobody can send nothing else, what is around the data must be in proportion to
 * it: 16 bytes a chunk and twice its data are free, and 16 KiB more.
 *
 * Ported from Go `httputil.NewChunkedReader`, which leaves the trailers and the last line unread.
 *
 * **On error** a malformed chunk or trailer rejects with an {@linkcode HttpError}, an input that ends early with an
 * `UnexpectedEOFError`, then and at every later read. What the source rejects with is passed on.
 *
 * **Cancellation** is that of the source.
 *
 * @example Read a body and its trailers
 * ```ts
 * import { readAll } from "@sluice/io";
 * import { ChunkedReader } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const body = new ChunkedReader(new Blob(["5\r\nhello\r\n0\r\nchecksum: 42\r\n\r\n"]));
 * assertEquals(new TextDecoder().decode(await readAll(body)), "hello");
 * assertEquals((await body.trailers).get("checksum"), "42");
 * ```
 */
export class ChunkedReader implements Reader {
  readonly #reader: BufReader;
  readonly #intake: Intake;
  readonly #lines: LineReader;
  readonly #limits: Required<ReadLimits>;
  readonly #fields: Field[] = [];
  readonly #trailers = new Trailers();
  #state: State = "size";
  /** The bytes of the chunk that are still to come. */
  #left = 0;
  #done = 0;
  #excess = 0;
  #failure: { reason: unknown } | null = null;
  #abandoned = false;

  /**
   * Reads a chunked body, without reading its source yet.
   *
   * @param src The source; what follows the body can be read from it only if it is a BufReader
   * @param limits What the peer may send
   */
  constructor(src: BufReader | Source, limits: ReadLimits = {}) {
    this.#limits = checkLimits(limits);
    const reader = this.#reader = src instanceof BufReader ? src : new BufReader(src);
    const intake = this.#intake = intakeOf(reader);
    this.#lines = new LineReader(reader);
    this.#beginLine();
    registerIntake(this, {
      lane: () => intake.lane(),
      take: (max, memory) => this.#take(max, memory),
      giveBack: (bytes) => this.#giveBack(bytes),
      letGo: () => {
        this.#abandoned = true;
        intake.letGo();
      },
    });
  }

  /** The fields after the body. Resolves at its end and rejects with its failure, which does no harm where nobody asked. */
  get trailers(): Promise<Headers> {
    return this.#trailers.promise;
  }

  /**
   * Reads the data of as many chunks as are buffered, or waits for some of the next.
   *
   * **On error** and **Cancellation** as said of the class.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end of the body
   */
  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    this.#tell();
    if (p.byteLength === 0) return this.#state === "end" ? null : 0;
    return await this.#attempt(async () => {
      if (!await this.#advance()) return null;
      const reader = this.#reader;
      // A read that is as large as the buffer goes past it.
      if (reader.buffered === 0) return this.#count(await reader.read(p.subarray(0, this.#left)));
      let n = 0;
      do {
        const part = reader.window.subarray(0, Math.min(this.#left, p.byteLength - n));
        p.set(part, n);
        reader.consume(part.byteLength);
        n += this.#count(part.byteLength);
      } while (n < p.byteLength && this.#goesOn());
      return n;
    });
  }

  async #take(max: number, memory: Memory): Promise<Uint8Array | null> {
    this.#tell();
    return await this.#attempt(async () => {
      if (!await this.#advance()) return null;
      const chunk = await this.#intake.take(Math.min(max, this.#left), memory);
      this.#count(chunk && chunk.byteLength);
      return chunk;
    });
  }

  #giveBack(bytes: Uint8Array): boolean {
    const taken = this.#intake.giveBack(bytes);
    if (taken && bytes.byteLength > 0) {
      this.#left += bytes.byteLength;
      this.#done -= bytes.byteLength;
      this.#state = "data";
    }
    return taken;
  }

  /** Counts data; its end is one too early. */
  #count(n: number | null): number {
    if (n === null) throw this.#truncated();
    this.#done += n;
    this.#left -= n;
    if (this.#left === 0) this.#state = "data end";
    return n;
  }

  /** Waits for data; says false at the end of the body. */
  async #advance(): Promise<boolean> {
    const reader = this.#reader;
    while (!this.#walk()) {
      const { buffered } = reader;
      if (await reader.fill(buffered + 1) === buffered) throw this.#truncated();
    }
    return this.#state === "data";
  }

  /** Whether there is more data in the buffer. What is wrong there is told after the data before it. */
  #goesOn(): boolean {
    try {
      return this.#walk() && this.#state === "data" && this.#reader.buffered > 0;
    } catch (reason) {
      this.#failure = { reason };
      return false;
    }
  }

  /** Goes over what is buffered around the data; says whether it has come to data or to the end. */
  #walk(): boolean {
    const reader = this.#reader;
    if (this.#state === "data end") {
      const { window } = reader;
      if (window.length > 0 && window[0] !== CR || window.length > 1 && window[1] !== LF) {
        refuse("a chunk does not end with CRLF");
      }
      if (window.length < 2) return false;
      reader.consume(2);
      this.#beginLine();
      this.#state = "size";
    }
    while (this.#state === "size" || this.#state === "trailers") {
      const line = this.#lines.next();
      if (line === null) return false;
      if (this.#state === "size") this.#beginChunk(line);
      else if (line !== "") addField(this.#fields, line, this.#limits.maxHeaders);
      else this.#end();
    }
    return true;
  }

  #beginLine(): void {
    this.#lines.left = MAX_LINE;
    this.#lines.status = 400;
  }

  #beginChunk(line: string): void {
    const [, digits = ""] = /^([0-9A-Fa-f]{1,16})(?:;|$)/.exec(line) ?? [];
    const size = parseInt(digits, 16);
    if (!Number.isSafeInteger(size)) refuse(`${JSON.stringify(line.slice(0, 40))} is no size of a chunk`);
    this.#excess = Math.max(0, this.#excess + line.length + 2 - 16 - 2 * size);
    if (this.#excess > MAX_EXCESS) refuse("it has more around its chunks than in them");
    this.#left = size;
    this.#state = size > 0 ? "data" : "trailers";
    this.#lines.left = this.#limits.maxTrailerBytes + 2; // the empty line is none of theirs
    this.#lines.status = 431;
  }

  #end(): void {
    for (const [name] of this.#fields) if (!isTrailer(name)) refuse(`its trailers have a ${name}`);
    this.#state = "end";
    this.#trailers.resolve(this.#fields);
  }

  #truncated(): UnexpectedEOFError {
    const done = this.#done;
    return new UnexpectedEOFError(
      `Cannot read a chunked body: the input ended after ${done} bytes of it`,
      done + Math.max(1, this.#left),
      done,
    );
  }

  /** Reads, and notes what is wrong with the body: that stays. */
  async #attempt<T>(step: () => Promise<T>): Promise<T> {
    this.#abandoned = false;
    try {
      return await step();
    } catch (reason) {
      if (reason instanceof HttpError || reason instanceof UnexpectedEOFError) this.#failure ??= { reason };
      // A read that was given up says nothing about the body.
      if (this.#failure !== null || !this.#abandoned) this.#trailers.reject(reason);
      throw reason;
    }
  }

  #tell(): void {
    if (this.#failure === null) return;
    this.#trailers.reject(this.#failure.reason);
    throw this.#failure.reason;
  }
}
