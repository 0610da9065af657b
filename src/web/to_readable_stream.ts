import { checkReader, checkReadResult, checkSignal, checkSize, countEmptyRead } from "../core/checks.ts";
import { cancelEnd, closeEnd } from "../core/ends.ts";
import { FIRST_BUFFER_SIZE, FreshMemory } from "../core/memory.ts";
import type { Reader } from "../core/types.ts";
import { intakeOf } from "../transfer/intake.ts";

/** How a {@linkcode Reader} is made into a stream. */
export interface ToReadableStreamOptions {
  /**
   * The size in bytes of the reads for a consumer that brings no memory of its own.
   *
   * @default 65536
   */
  chunkSize?: number;
  /** Fails the stream with `signal.reason` when it aborts. */
  signal?: AbortSignal;
  /**
   * Whether the end of the stream, its failure and its cancellation close the reader too: by its `cancel(reason)` after a
   * cancellation if it has one, otherwise by its `close()`.
   *
   * @default false
   */
  close?: boolean;
}

/**
 * Makes a web stream of a {@linkcode Reader}.
 *
 * It is a byte stream: a BYOB consumer's own memory is what the reader fills. Where the platform has no byte streams it
 * is an ordinary one. Nothing is read before the consumer asks for it.
 *
 * **On error** the stream fails with the reason of the reader.
 *
 * **Cancellation**: cancelling the stream ends the reading; with `close` it reaches the reader.
 *
 * @example Serve a Reader as the body of a response
 * ```ts
 * import { limitReader, toReadableStream } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = limitReader(new Blob(["0123456789"]), 4);
 * const response = new Response(toReadableStream(reader));
 * assertEquals(await response.text(), "0123");
 * ```
 *
 * @param r The reader
 * @param options Chunk size, signal, and whether to close the reader
 * @returns The stream
 */
export function toReadableStream(
  r: Reader,
  options: ToReadableStreamOptions = {},
): ReadableStream<Uint8Array> {
  checkReader(r);
  const { chunkSize = FIRST_BUFFER_SIZE, signal, close = false } = options;
  checkSize("chunkSize", chunkSize, 1);
  checkSignal(signal);
  const source = new ReaderSource(r, chunkSize, signal, close);
  const steps = {
    start: (controller: Controller) => source.start(controller),
    pull: (controller: Controller) => source.pull(controller),
    cancel: (reason: unknown) => source.cancel(reason),
  };
  try {
    return new ReadableStream({ type: "bytes", autoAllocateChunkSize: chunkSize, ...steps });
  } catch {
    // No byte streams here; nothing was started.
    return new ReadableStream<Uint8Array>(steps, { highWaterMark: 0 });
  }
}

type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>;

/** The underlying source: one read of the reader for every pull. */
class ReaderSource {
  readonly #reader: Reader;
  readonly #memory: FreshMemory;
  readonly #signal: AbortSignal | undefined;
  readonly #close: boolean;
  #over = false;
  #onAbort: (() => void) | undefined;

  constructor(reader: Reader, chunkSize: number, signal: AbortSignal | undefined, close: boolean) {
    this.#reader = reader;
    this.#memory = new FreshMemory({ owned: true, size: chunkSize });
    this.#signal = signal;
    this.#close = close;
  }

  start(controller: Controller): void {
    if (this.#signal === undefined) return;
    this.#onAbort = () => {
      const reason = this.#signal?.reason;
      controller.error(reason);
      // Whoever reads the stream is told the reason of the abort, not what closing says.
      this.cancel(reason).catch(() => {});
    };
    if (this.#signal.aborted) this.#onAbort();
    else this.#signal.addEventListener("abort", this.#onAbort);
  }

  async pull(controller: Controller): Promise<void> {
    const request = "byobRequest" in controller ? controller.byobRequest : null;
    const view = request?.view ?? null;
    // In workerd the request of a reader that gave up stays, with a view that is detached: it takes other memory.
    const stale = view?.byteLength === 0;
    const p = view === null || stale
      ? this.#memory.lend(Infinity)
      : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    let n: number | null;
    try {
      n = await this.#fill(p);
      if (this.#over) return; // cancelled or aborted meanwhile
      if (n === null) await this.#finish(() => closeEnd(this.#reader));
    } catch (reason) {
      // The failure of the reader is what counts; closing it after that says nothing new and may take its time.
      this.#finish(() => closeEnd(this.#reader)).catch(() => {});
      throw reason;
    }
    if (n === null) {
      controller.close();
      // Without this a BYOB read that waits would never hear of the end.
      if (!stale) request?.respond(0);
    } else if (request !== null && !stale) request.respond(n);
    else {
      const chunk = this.#memory.settle(p.subarray(0, n)) as Uint8Array<ArrayBuffer>;
      if (request === null) controller.enqueue(chunk);
      else request.respondWithNewView(chunk);
    }
  }

  async cancel(reason: unknown): Promise<void> {
    intakeOf(this.#reader).letGo();
    await this.#finish(() => cancelEnd(this.#reader, reason));
  }

  /** Reads until something comes; resolves to null at the end. */
  async #fill(p: Uint8Array): Promise<number | null> {
    let n = checkReadResult(await this.#reader.read(p), p.byteLength);
    for (
      let empty = 0;
      n === 0 && !this.#over;
      n = checkReadResult(await this.#reader.read(p), p.byteLength)
    ) {
      empty = countEmptyRead(empty);
    }
    return n;
  }

  /** Ends the use of the reader, once. */
  async #finish(end: () => Promise<void>): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
    if (this.#close) await end();
  }
}
