import { getHeapStatistics } from "node:v8";
import { copy, type Reader, type Writer } from "../../mod.ts";
import { obviousLoop, readerLoop, streamLoop } from "./peers.ts";

/** How many bytes of the heap a chunk costs on its way. */
export interface Allocation {
  ends: string;
  mover: string;
  bytesPerChunk: number;
}

/** Big enough to be no empty read, small enough to cost nothing. */
const CHUNK = new Uint8Array(64);

/**
 * Counts what everything between two ends allocates per chunk, the streams and the ends themselves included; what the ends
 * alone need is the least of each row.
 *
 * @param chunks How many chunks
 * @returns No rows where the runtime does not count what it allocated
 */
export async function allocationsPerChunk(chunks: number): Promise<Allocation[]> {
  if (!("total_allocated_bytes" in getHeapStatistics())) return [];
  const rows: [ends: string, mover: string, go: () => Promise<unknown>][] = [
    ["stream to stream", "copy", () => copy(streamSink(), streamOf(chunks))],
    ["stream to stream", "loop", () => streamLoop(streamSink(), streamOf(chunks))],
    ["stream to stream", "pipeTo", () => streamOf(chunks).pipeTo(streamSink())],
    ["stream to Writer", "copy", () => copy(writer, streamOf(chunks))],
    ["stream to Writer", "loop", () => readerLoop(writer, streamOf(chunks))],
    ["byte stream to Writer", "copy", () => copy(writer, byteStreamOf(chunks))],
    ["byte stream to Writer", "loop", () => readerLoop(writer, byteStreamOf(chunks))],
    ["Reader to Writer", "copy", () => copy(writer, readerOf(chunks))],
    ["Reader to Writer", "loop", () => obviousLoop(writer, readerOf(chunks))],
  ];
  const allocations: Allocation[] = [];
  for (const [ends, mover, go] of rows) {
    // Compiling allocates too.
    await go();
    const before = allocated();
    await go();
    allocations.push({ ends, mover, bytesPerChunk: (allocated() - before) / chunks });
  }
  // Bun has the counter, and it stands still.
  return allocations.some(({ bytesPerChunk }) => bytesPerChunk > CHUNK.byteLength) ? allocations : [];
}

function allocated(): number {
  const { total_allocated_bytes } = getHeapStatistics() as unknown as { total_allocated_bytes: number };
  return total_allocated_bytes;
}

function streamOf(chunks: number): ReadableStream<Uint8Array> {
  let left = chunks;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(CHUNK);
      else controller.close();
    },
  });
}

function byteStreamOf(chunks: number): ReadableStream<Uint8Array> {
  let left = chunks * CHUNK.byteLength;
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK.byteLength,
    pull(controller) {
      const request = controller.byobRequest;
      const n = Math.min(left, CHUNK.byteLength, request?.view?.byteLength ?? 0);
      left -= n;
      if (n === 0) controller.close();
      request?.respond(n);
    },
  });
}

function readerOf(chunks: number): Reader {
  let left = chunks;
  return { read: (p) => Promise.resolve(left-- > 0 ? Math.min(CHUNK.byteLength, p.byteLength) : null) };
}

const writer: Writer = { write: (p) => Promise.resolve(p.byteLength) };

function streamSink(): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({ write() {} });
}
