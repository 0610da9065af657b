import { check, checkBytes, checkReader, isWritableStream } from "../core/checks.ts";
import type { Closer, CopyOptions, Reader, ReaderFrom, Writer } from "../core/types.ts";
import { registerWriter } from "../transfer/outlet.ts";
import { runOrThrow } from "../transfer/run.ts";
import { type StreamOutlet, streamOutlet } from "./stream_outlet.ts";

/**
 * A web stream as a {@linkcode Writer}. Made by {@linkcode writerFrom}.
 *
 * It locks the stream on first use and lets go of it after `readFrom` or a copy, and on `release`, `close` and `abort`. A
 * write resolves when the sink has taken the bytes, so that a slow sink slows down whoever writes.
 *
 * @example Write to a stream and end it
 * ```ts
 * import { writerFrom } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 *
 * const writer = writerFrom(writable);
 * assertEquals(await writer.write(new TextEncoder().encode("abc")), 3);
 * await writer.close();
 * assertEquals(await text, "abc");
 * ```
 */
export class StreamWriter implements Writer, ReaderFrom, Closer {
  readonly #stream: WritableStream<Uint8Array>;
  readonly #outlet: StreamOutlet;
  #done = false;
  /** The failure that a write or a copy rejected with last. */
  #told: { reason: unknown } | undefined;

  /**
   * Wraps a stream, without locking it yet.
   *
   * @param stream The stream to write, unlocked by the time of the first write
   */
  constructor(stream: WritableStream<Uint8Array>) {
    check(isWritableStream(stream), stream, "a destination", "is no WritableStream");
    this.#stream = stream;
    this.#outlet = streamOutlet(stream);
    registerWriter(this, this.#outlet);
  }

  /**
   * Writes a copy of `p`, for a stream may keep what it is given. Resolves when the sink has taken it.
   *
   * **On error** rejects with the reason of the stream. **Cancellation**: `abort` fails a pending write.
   *
   * @param p The bytes; they stay the caller's
   * @returns `p.byteLength`
   */
  async write(p: Uint8Array): Promise<number> {
    checkBytes(p);
    this.#check();
    const size = p.byteLength;
    if (size > 0) await this.writeChunk(new Uint8Array(p));
    return size;
  }

  /**
   * Hands a chunk over without copying it. Resolves when the sink has taken it.
   *
   * **On error** rejects with the reason of the stream. **Cancellation**: `abort` fails a pending write.
   *
   * @param chunk The bytes; the caller must not use them again
   */
  async writeChunk(chunk: Uint8Array): Promise<void> {
    checkBytes(chunk);
    this.#check();
    await this.#telling(this.#outlet.put(chunk));
  }

  /**
   * Copies everything from `src` into the stream, and unlocks the stream at the end.
   *
   * **On error** rejects with the reason of the side that failed. **Cancellation** with `options.signal`, as in `copy`.
   *
   * @param src Where the bytes come from
   * @param options As in `copy`
   * @returns The number of bytes written
   */
  async readFrom(src: Reader, options: CopyOptions = {}): Promise<number> {
    checkReader(src);
    this.#check();
    return await this.#telling(runOrThrow(this, src, options));
  }

  /**
   * Fails the stream: what it has not written yet is dropped. Lets go of it.
   *
   * @param reason What the sink is told
   */
  async abort(reason?: unknown): Promise<void> {
    if (this.#done) return;
    const writer = this.#outlet.lock();
    this.#done = true;
    try {
      await writer.abort(reason);
    } finally {
      this.#outlet.letGo();
    }
  }

  /**
   * Ends the stream after what was written, and lets go of it. A second `close` does nothing.
   *
   * **On error** rejects with the reason of the stream.
   */
  async close(): Promise<void> {
    if (this.#done) return;
    const writer = this.#outlet.lock();
    this.#done = true;
    try {
      await writer.close();
    } catch (refusal) {
      // A stream that failed before answers with a TypeError of its own; the reason is here.
      await writer.closed;
      throw refusal;
    } finally {
      this.#outlet.letGo();
    }
  }

  /**
   * Gives the stream back, unlocked, and ends the use of this writer.
   *
   * @returns The stream
   */
  release(): WritableStream<Uint8Array> {
    this.#check();
    this.#outlet.lock();
    this.#outlet.letGo();
    this.#done = true;
    return this.#stream;
  }

  /** The same as {@linkcode StreamWriter.close}, for `await using`, but a failure that a write told is not told again. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.close();
    } catch (reason) {
      if (this.#told === undefined || this.#told.reason !== reason) throw reason;
    }
  }

  async #telling<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (reason) {
      this.#told = { reason };
      throw reason;
    }
  }

  #check(): void {
    if (this.#done) throw new TypeError("Cannot write to a StreamWriter that was closed or released");
  }
}

/**
 * Makes a {@linkcode Writer} of a web stream. Nothing is locked before the first write.
 *
 * `copy` and everything else here that takes a destination takes the stream itself: this is for writing step by step.
 *
 * @example Give the stream back after a header
 * ```ts
 * import { writerFrom } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 *
 * const writer = writerFrom(writable);
 * await writer.write(new TextEncoder().encode("header "));
 * await new Blob(["body"]).stream().pipeTo(writer.release());
 * assertEquals(await text, "header body");
 * ```
 *
 * @param stream The stream
 * @returns A writer over it
 */
export function writerFrom(stream: WritableStream<Uint8Array>): StreamWriter {
  return new StreamWriter(stream);
}
