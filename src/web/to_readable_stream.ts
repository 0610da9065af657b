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
  const memory = new FreshMemory({ owned: true, size: chunkSize });
  let over = false;
  let onAbort = () => {};

  function start(controller: Controller): void {
    onAbort = () => {
      controller.error(signal?.reason);
      // Whoever reads the stream is told the reason of the abort, not what closing says.
      cancel(signal?.reason).catch(() => {});
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort);
  }

  async function pull(controller: Controller): Promise<void> {
    const request = "byobRequest" in controller ? controller.byobRequest : null;
    const view = request?.view ?? null;
    // In workerd the request of a reader that gave up stays, with a view that is detached: it takes other memory.
    const stale = view?.byteLength === 0;
    const p = view === null || stale
      ? memory.lend(Infinity)
      : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    let n: number | null;
    try {
      n = await fill(p);
      if (over) return; // cancelled or aborted meanwhile
      if (n === null) await finish(() => closeEnd(r));
    } catch (reason) {
      // The failure of the reader is what counts; closing it after that says nothing new and may take its time.
      finish(() => closeEnd(r)).catch(() => {});
      throw reason;
    }
    if (n === null) {
      controller.close();
      // Without this a BYOB read that waits would never hear of the end.
      if (!stale) request?.respond(0);
    } else if (request !== null && !stale) request.respond(n);
    else {
      const chunk = memory.settle(p.subarray(0, n)) as Uint8Array<ArrayBuffer>;
      if (request === null) controller.enqueue(chunk);
      else request.respondWithNewView(chunk);
    }
  }

  async function cancel(reason: unknown): Promise<void> {
    intakeOf(r).letGo();
    await finish(() => cancelEnd(r, reason));
  }

  /** Reads until something comes; resolves to null at the end. */
  async function fill(p: Uint8Array): Promise<number | null> {
    for (let empty = 0;; empty = countEmptyRead(empty)) {
      const n = checkReadResult(await r.read(p), p.byteLength);
      if (n !== 0 || over) return n;
    }
  }

  /** Ends the use of the reader, once. */
  async function finish(end: () => Promise<void>): Promise<void> {
    if (over) return;
    over = true;
    signal?.removeEventListener("abort", onAbort);
    if (close) await end();
  }

  const source = { start, pull, cancel };
  try {
    return new ReadableStream({ type: "bytes", autoAllocateChunkSize: chunkSize, ...source });
  } catch {
    // No byte streams here; nothing was started.
    return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 });
  }
}

type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>;
