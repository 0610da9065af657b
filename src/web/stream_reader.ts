import { check, checkSize, checkWriter, isReadableStream } from "../core/checks.ts";
import { FreshMemory, GrowingMemory } from "../core/memory.ts";
import type { ChunkReader, Closer, CopyOptions, Reader, Writer, WriterTo } from "../core/types.ts";
import { registerIntake, taking } from "../transfer/intake.ts";
import { runOrThrow } from "../transfer/run.ts";
import { restOf } from "./rest.ts";
import { atEnd, lockedError, readInto, type StreamIntake, streamIntake } from "./stream_intake.ts";

/**
 * A web stream as a {@linkcode Reader}. Made by {@linkcode readerFrom}.
 *
 * It locks the stream on first use and lets go of it at the end of input, after `writeTo` or a copy, and on `release` and
 * `cancel`. Reads must not overlap. What a chunk of the stream holds beyond the room of a `read` is kept for the next; a
 * byte stream is read by BYOB, so that no more leaves it than was asked for.
 *
 * @example Read the first bytes of a body and hand on the rest
 * ```ts
 * import { readerFrom } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = readerFrom(new Blob(["magic, then more"]).stream());
 * const magic = new Uint8Array(5);
 * assertEquals(await reader.read(magic), 5);
 *
 * const rest = new Response(reader.release());
 * assertEquals(await rest.text(), ", then more");
 * ```
 */
export class StreamReader implements Reader, ChunkReader, WriterTo, Closer {
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #intake: StreamIntake;
  readonly #scratch = new GrowingMemory();
  #released = false;

  /**
   * Wraps a stream, without locking it yet.
   *
   * @param stream The stream to read, unlocked by the time of the first read
   */
  constructor(stream: ReadableStream<Uint8Array>) {
    check(isReadableStream(stream), stream, "a source", "is no ReadableStream");
    this.#stream = stream;
    this.#intake = streamIntake(stream);
    registerIntake(this, Object.assign(this.#intake, { pristine: () => this.#pristine() }));
  }

  /**
   * Reads into `p`, as {@linkcode Reader.read} says.
   *
   * **On error** rejects with the reason of the stream. **Cancellation**: `cancel` ends a pending read.
   *
   * @param p Where the bytes are put; it stays the caller's
   * @returns The number of bytes read, or `null` at the end of input
   */
  async read(p: Uint8Array): Promise<number | null> {
    this.#check();
    return await readInto(p, this.#intake, this.#scratch);
  }

  /**
   * Takes the next chunk as the stream made it, or what is left of the last one.
   *
   * **On error** rejects with the reason of the stream. **Cancellation**: `cancel` ends a pending read.
   *
   * @param max The most bytes the chunk may have, at least 1; no bound if left out
   * @returns The chunk, which is the caller's from then on, or `null` at the end of input
   */
  async readChunk(max?: number): Promise<Uint8Array | null> {
    if (max !== undefined) checkSize("max", max, 1);
    this.#check();
    return await taking(this.#intake, max ?? Infinity, new FreshMemory({ owned: false }));
  }

  /**
   * Copies everything not read yet to `dst`: what is left of the last chunk, then the rest of the stream by its own
   * fastest path. Unlocks the stream at the end.
   *
   * **On error** rejects with the reason of the side that failed. **Cancellation** with `options.signal`, as in `copy`.
   *
   * @param dst Where the bytes go
   * @param options As in `copy`
   * @returns The number of bytes written
   */
  async writeTo(dst: Writer, options: CopyOptions = {}): Promise<number> {
    checkWriter(dst);
    this.#check();
    return await runOrThrow(dst, this, options);
  }

  /**
   * Tells the stream that nobody wants the rest, and lets go of it. A pending read ends; so does every later one.
   *
   * @param reason What the source of the stream is told
   * @returns When the source has heard it
   */
  async cancel(reason?: unknown): Promise<void> {
    if (!this.#released) await this.#cancel(reason);
  }

  /** Cancels the stream, unless it has ended, has failed or was released. */
  async close(): Promise<void> {
    await this.cancel();
  }

  /**
   * Gives back a stream of everything not read yet and ends the use of this reader.
   *
   * It is always fit to be the body of a `Response`: the original stream, unlocked, if nothing was ever read from it,
   * otherwise a fresh stream over the rest. Cancelling that cancels the original.
   *
   * @returns The stream
   */
  release(): ReadableStream<Uint8Array> {
    this.#check();
    this.#released = true;
    return this.#pristine() ?? restOf(this.#intake, (reason) => this.#cancel(reason));
  }

  /** The same as {@linkcode StreamReader.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The stream itself if nothing was ever taken out of it; unlocked. */
  #pristine(): ReadableStream<Uint8Array> | null {
    const stream = this.#intake.unlocked();
    return this.#intake.traces.disturbed ? null : stream;
  }

  /** Drops what was not read yet and tells the stream that nobody wants more, unless it is over already. */
  async #cancel(reason: unknown): Promise<void> {
    const { traces, letGo, holder } = this.#intake;
    // A failure was told to whoever read; telling it again would put it beside itself at the end of `await using`.
    const { over } = traces;
    const lock = holder() ?? traces.late;
    if (!lock && this.#stream.locked) {
      if (over) return;
      throw lockedError();
    }
    traces.head = undefined;
    if (over) return letGo();
    traces.over = atEnd;
    traces.disturbed = true;
    try {
      await (lock ?? this.#stream).cancel(reason);
    } finally {
      letGo();
    }
  }

  #check(): void {
    if (this.#released) throw new TypeError("Cannot read from a StreamReader that was released");
  }
}

/**
 * Makes a {@linkcode Reader} of a web stream. Nothing is locked before the first read.
 *
 * `copy` and everything else here that takes a source takes the stream itself: this is for reading step by step.
 *
 * @example Read a stream piece by piece
 * ```ts
 * import { readerFrom } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = readerFrom(new Blob(["abc"]).stream());
 * const p = new Uint8Array(2);
 * assertEquals(await reader.read(p), 2);
 * assertEquals(await reader.read(p), 1);
 * assertEquals(await reader.read(p), null);
 * ```
 *
 * @param stream The stream
 * @returns A reader over it
 */
export function readerFrom(stream: ReadableStream<Uint8Array>): StreamReader {
  return new StreamReader(stream);
}
