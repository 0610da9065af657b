import { checkCopyOptions, checkCount, endedEarly } from "../core/checks.ts";
import type { StagingBuffer } from "../core/staging_buffer.ts";
import type { CopyOptions, CopyOutcome, Destination, Source } from "../core/types.ts";
import { run, runOrThrow } from "../transfer/run.ts";
import { asLentReader, asWriter } from "../web/adapt.ts";
import { lendBuffer } from "./lend_buffer.ts";
import { limitReader } from "./limit.ts";

/**
 * Copies everything from `src` to `dst`, by the fastest path that honours what was asked for.
 *
 * A source that has its own `writeTo` is asked first, then a destination with `readFrom`, as in Go. Otherwise the engine
 * moves the bytes: chunks are handed over as they are where both sides have chunks, a byte stream fills one buffer
 * over and over, and everything else is read into one buffer and written from it. `options.onPath` tells which of these
 * happened, `options.via` demands one.
 *
 * Neither end is closed, cancelled or aborted, and no lock is left: both can be used again.
 *
 * Ported from Go `io.Copy`.
 *
 * **On error** the rejection is the reason of whichever side failed, as it was; {@linkcode copySettled} tells which, and
 * how much was written before.
 *
 * **Cancellation** with `options.signal` rejects with its reason at once, also while a read or a write is pending. What
 * was read and not written yet stays readable where the source can take it back.
 *
 * @example Copy a body, with its progress
 * ```ts
 * import { copy } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const body = new Response("hello").body!;
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 *
 * const seen: number[] = [];
 * assertEquals(await copy(writable, body, { onProgress: (n) => seen.push(n) }), 5);
 * await writable.close();
 * assertEquals(await text, "hello");
 * assertEquals(seen.at(-1), 5);
 * ```
 *
 * @param dst Where the bytes go
 * @param src Where they come from
 * @param options Signal, progress, path
 * @returns The number of bytes that `dst` accepted
 */
export async function copy(dst: Destination, src: Source, options: CopyOptions = {}): Promise<number> {
  return await runOrThrow(asWriter(dst), asLentReader(src), options);
}

/**
 * As {@linkcode copy}, through the buffer that you give, where the path needs one.
 *
 * The path says whether it did: `"buffer"` and `"byob"` read into `buf` and never more than its size at a time; every
 * other path leaves it alone. On the path `"byob"` the platform transfers the buffer: a plain `Uint8Array` that is the
 * whole of its memory is detached by that (its length is 0 afterwards), while a {@linkcode StagingBuffer} keeps
 * its memory. Bytes are copied into memory that cannot be moved, such as that of WebAssembly.
 *
 * Ported from Go `io.CopyBuffer`, which does not tell whether it used the buffer.
 *
 * **On error** as {@linkcode copy}; an empty `buf` is a `RangeError`, a busy StagingBuffer a `TypeError`.
 *
 * **Cancellation** as {@linkcode copy}. A read or write that was pending may still use a plain `buf`; a StagingBuffer is
 * free at once.
 *
 * @example See that the buffer is used
 * ```ts
 * import { copyBuffer, discard, StagingBuffer } from "@sluice/io";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const sizes: number[] = [];
 * let left = 100;
 * const source = {
 *   read(p: Uint8Array): Promise<number | null> {
 *     sizes.push(p.byteLength);
 *     const n = Math.min(left, p.byteLength);
 *     left -= n;
 *     return Promise.resolve(n === 0 ? null : n);
 *   },
 * };
 * assertEquals(await copyBuffer(discard, source, new StagingBuffer(32)), 100);
 * assert(sizes.every((size) => size <= 32));
 * ```
 *
 * @param dst Where the bytes go
 * @param src Where they come from
 * @param buf What they pass through
 * @param options Signal, progress, path
 * @returns The number of bytes that `dst` accepted
 */
export async function copyBuffer(
  dst: Destination,
  src: Source,
  buf: Uint8Array | StagingBuffer,
  options: CopyOptions = {},
): Promise<number> {
  const memory = lendBuffer(buf);
  checkCopyOptions(options);
  return await runOrThrow(asWriter(dst), asLentReader(src), { ...options, memory });
}

/**
 * Copies exactly `n` bytes from `src` to `dst`, or up to the end of `src`.
 *
 * What lies beyond the `n` bytes stays in `src` and can be read afterwards; neither end is closed. A negative `n`
 * copies nothing. The bytes beyond `n` that arrived in the same chunk of a stream that is no byte stream are kept beside
 * that stream, where everything in this package that reads the stream finds them.
 *
 * Ported from Go `io.CopyN`, which reports an early end as `io.EOF`.
 *
 * **On error** as {@linkcode copy}. If `src` ends early: {@linkcode UnexpectedEOFError} with `expected` and `actual` in
 * bytes.
 *
 * **Cancellation** as {@linkcode copy}.
 *
 * @example Keep the body of a framed message
 * ```ts
 * import { copyN, readAll } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const wire = new Blob(["hello, next"]).stream();
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const message = new Response(readable).text();
 *
 * assertEquals(await copyN(writable, wire, 5), 5);
 * await writable.close();
 * assertEquals(await message, "hello");
 * assertEquals(new TextDecoder().decode(await readAll(wire)), ", next");
 * ```
 *
 * @param dst Where the bytes go
 * @param src Where they come from
 * @param n How many bytes, a safe integer
 * @param options Signal, progress, path; `length` is that of all of `src` and does not matter here
 * @returns The number of bytes written: `n`, or 0 if `n` is negative
 */
export async function copyN(
  dst: Destination,
  src: Source,
  n: number,
  options: CopyOptions = {},
): Promise<number> {
  const wanted = checkCount("n", n);
  checkCopyOptions(options);
  const { length: _, ...rest } = options;
  const written = await runOrThrow(asWriter(dst), limitReader(src, wanted), rest);
  if (written < wanted) throw endedEarly(`copy ${wanted} bytes`, wanted, written);
  return written;
}

/**
 * As {@linkcode copy}, but resolves to how it ended instead of rejecting: how much was written, by which path, and if
 * it failed, which side and why. The count is exact also then.
 *
 * It rejects only for what is wrong before anything begins: options, or ends that are no source and no destination.
 *
 * @example Tell which side failed
 * ```ts
 * import { copySettled } from "@sluice/io";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const full = { write: () => Promise.reject(new Error("disk full")) };
 * const outcome = await copySettled(full, new Blob(["abc"]));
 * assert(!outcome.ok);
 * assertEquals(outcome.side, "dst");
 * assertEquals(outcome.written, 0);
 * ```
 *
 * @param dst Where the bytes go
 * @param src Where they come from
 * @param options Signal, progress, path
 * @returns How it ended
 */
export async function copySettled(
  dst: Destination,
  src: Source,
  options: CopyOptions = {},
): Promise<CopyOutcome> {
  checkCopyOptions(options);
  return await run(asWriter(dst), asLentReader(src), { ...options, exact: true });
}
