/**
 * What people write today instead of `copy`.
 *
 * @module
 */
import type { Reader, Writer } from "../../mod.ts";

/** The hand-written loop between two web streams. */
export async function streamLoop(
  dst: WritableStream<Uint8Array>,
  src: ReadableStream<Uint8Array>,
): Promise<void> {
  const reader = src.getReader();
  const writer = dst.getWriter();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    await writer.write(value as Uint8Array<ArrayBuffer>);
  }
  await writer.close();
}

/** The hand-written loop from a web stream into a Writer. */
export async function readerLoop(dst: Writer, src: ReadableStream<Uint8Array>): Promise<void> {
  const reader = src.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (let n = 0; n < value.byteLength;) n += await dst.write(n === 0 ? value : value.subarray(n));
  }
}

/** The hand-written loop from a Reader into a web stream, which may keep what it is given. */
export async function freshLoop(dst: WritableStream<Uint8Array>, src: Reader): Promise<void> {
  const writer = dst.getWriter();
  for (;;) {
    const chunk = new Uint8Array(64 * 1024); // 64 KiB
    const n = await src.read(chunk);
    if (n === null) break;
    await writer.write(chunk.subarray(0, n));
  }
  await writer.close();
}

/** The obvious loop: read into 32 KiB, write all of it, as `copy` of `@std/io` does. */
export async function obviousLoop(dst: Writer, src: Reader): Promise<void> {
  const p = new Uint8Array(32 * 1024); // 32 KiB
  for (;;) {
    const n = await src.read(p);
    if (n === null) break;
    for (let done = 0; done < n;) done += await dst.write(p.subarray(done, n));
  }
}

/** A stream as a Reader for the obvious loop, as `readerFromStreamReader` of `@std/io`, but without its second copy. */
export function obviousReader(stream: ReadableStream<Uint8Array>): Reader {
  const reader = stream.getReader();
  let rest = new Uint8Array(0);
  return {
    async read(p) {
      if (rest.byteLength === 0) {
        const { done, value } = await reader.read();
        if (done) return null;
        rest = value as Uint8Array<ArrayBuffer>;
      }
      const n = Math.min(p.byteLength, rest.byteLength);
      p.set(rest.subarray(0, n));
      rest = rest.subarray(n);
      return n;
    },
  };
}

/**
 * A stream as a Writer for the obvious loop, as `writerFromStreamWriter` of `@std/io`, but for one thing: it hands over a
 * copy, for the stream may keep the chunk and the loop reads into the same memory again.
 */
export function obviousWriter(stream: WritableStream<Uint8Array>): Writer {
  const writer = stream.getWriter();
  return {
    async write(p) {
      await writer.ready;
      await writer.write(p.slice());
      return p.byteLength;
    },
  };
}
