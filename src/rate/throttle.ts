import { asBytes } from "../core/checks.ts";
import type { Limiter } from "./limiter.ts";
import { Share } from "./share.ts";
import { Toll } from "./toll.ts";

/**
 * The two sides are streams of their own, for the platforms tell a transformer neither of an abort nor of a cancellation
 * while it works on a chunk.
 */
class ThrottleStream extends TransformStream<Uint8Array, Uint8Array> {
  override readonly readable: ReadableStream<Uint8Array>;
  override readonly writable: WritableStream<Uint8Array>;

  constructor(toll: Toll) {
    super();
    let source: ReadableStreamDefaultController<Uint8Array> | undefined;
    let sink: WritableStreamDefaultController | undefined;
    let pulled = () => {};
    let wanted = new Promise<void>((resolve) => pulled = resolve);
    let over = false;

    /** Nothing passes any more, and nobody waits. */
    function stop(): void {
      over = true;
      toll.leave();
      pulled();
    }

    async function pass(bytes: Uint8Array): Promise<void> {
      const size = bytes.byteLength;
      for (let done = 0; done < size;) {
        await wanted;
        if (over) return;
        await toll.pass(size - done, (n) => {
          wanted = new Promise((resolve) => pulled = resolve);
          source?.enqueue(n === size ? bytes : new Uint8Array(bytes.subarray(done, done + n)));
          done += n;
        });
      }
    }

    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => void (source = controller),
      pull: () => pulled(),
      cancel(reason) {
        sink?.error(reason);
        stop();
      },
    }, { highWaterMark: 0 });

    this.writable = new WritableStream<Uint8Array>({
      start(controller) {
        sink = controller;
        controller.signal.addEventListener("abort", stop);
      },
      async write(chunk, { signal }) {
        try {
          await pass(asBytes(chunk));
        } catch (reason) {
          source?.error(signal.aborted ? signal.reason : reason);
          throw reason;
        }
      },
      close: () => source?.close(),
      abort: (reason) => source?.error(reason),
    });
  }
}

/**
 * A stream that lets through no more than every one of the limiters allows. Larger chunks are split.
 *
 * Nothing is taken in before the reader asks for it, beyond the one chunk at hand.
 *
 * **On error** a chunk that is not bytes fails both sides with a `TypeError`.
 *
 * **Cancellation**: aborting the writable side or cancelling the readable one ends the waiting at once, and what was not
 * used of the limiters is there for others. A pipe into it that is aborted waits for the chunk at hand, as the standard
 * has it for every pipe.
 *
 * @example Serve a body at a steady pace
 * ```ts
 * import { Limiter, throttle } from "@sluice/io/rate";
 * import { assertEquals } from "@std/assert";
 *
 * const limiter = new Limiter({ rate: 1_000_000 });
 * const body = new Blob(["hello"]).stream().pipeThrough(throttle(limiter));
 * assertEquals(await new Response(body).text(), "hello");
 * ```
 *
 * @param limiters What it has to obey; nothing if there are none
 * @returns A pair of streams, for `pipeThrough`
 */
export function throttle(...limiters: Limiter[]): TransformStream<Uint8Array, Uint8Array> {
  return new ThrottleStream(new Toll(new Share(limiters)));
}
