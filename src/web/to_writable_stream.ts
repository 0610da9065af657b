import { asBytes, checkWriter } from "../core/checks.ts";
import { abortEnd, closeEnd } from "../core/ends.ts";
import type { Writer } from "../core/types.ts";
import { writeWhole } from "../transfer/write_whole.ts";

/** How a {@linkcode Writer} is made into a stream. */
export interface ToWritableStreamOptions {
  /**
   * Whether the end of the stream closes the writer too, by its `close()`, and an abort or a failure by its
   * `abort(reason)` if it has one, otherwise by its `close()`.
   *
   * @default false
   */
  close?: boolean;
}

/**
 * Makes a web stream of a {@linkcode Writer}. Each chunk is written whole before the next is taken, so that a slow
 * writer slows down whoever feeds the stream.
 *
 * **On error** the stream fails with the reason of the writer.
 *
 * **Cancellation**: aborting the stream drops what was not written; with `close` it reaches the writer.
 *
 * @example Pipe a stream into a Writer
 * ```ts
 * import { toWritableStream } from "@sluice/io";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const buffer = new ByteBuffer();
 * await new Blob(["abc"]).stream().pipeTo(toWritableStream(buffer));
 * assertEquals(buffer.toString(), "abc");
 * ```
 *
 * @param w The writer
 * @param options Whether to close it
 * @returns The stream
 */
export function toWritableStream(
  w: Writer,
  options: ToWritableStreamOptions = {},
): WritableStream<Uint8Array> {
  checkWriter(w);
  const { close = false } = options;
  let over = false;

  async function finish(end: () => Promise<void>): Promise<void> {
    if (!close || over) return;
    over = true;
    await end();
  }

  return new WritableStream<Uint8Array>({
    async write(chunk, { signal }) {
      try {
        const bytes = asBytes(chunk);
        let left = bytes.byteLength;
        await writeWhole(w, bytes, (n) => {
          left -= n;
          if (left > 0) signal.throwIfAborted();
        });
      } catch (reason) {
        // No call of abort() follows a failure. What counts is its reason; ending the writer may take its time.
        if (!signal.aborted) finish(() => abortEnd(w, reason)).catch(() => {});
        throw reason;
      }
    },
    close: () => finish(() => closeEnd(w)),
    abort: (reason) => finish(() => abortEnd(w, reason)),
  });
}
