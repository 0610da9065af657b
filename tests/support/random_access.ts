import type { ReaderAt, WriterAt } from "../../mod.ts";

/** A ReaderAt over bytes that notes what it was asked for. */
export interface RecordingReaderAt extends ReaderAt {
  /** What was asked for: offset and size, in order. */
  readonly asked: [offset: number, size: number][];
}

/** Makes one. */
export function readerAtOf(bytes: Uint8Array): RecordingReaderAt {
  const asked: [number, number][] = [];
  return {
    asked,
    async readAt(p, offset) {
      asked.push([offset, p.byteLength]);
      if (offset >= bytes.byteLength) return await null;
      const part = bytes.subarray(offset, offset + p.byteLength);
      p.set(part);
      return part.byteLength;
    },
  };
}

/** A WriterAt into memory that grows. */
export interface MemoryWriterAt extends WriterAt {
  /** Everything from offset 0 to the furthest byte written. */
  bytes(): Uint8Array;
  /** What was written: offset and size, in order. */
  readonly asked: [offset: number, size: number][];
}

/** Makes one; `answer` is what a write resolves to, right or wrong, everything by default. */
export function memoryWriterAt(
  answer: (p: Uint8Array) => number = (p) => p.byteLength,
): MemoryWriterAt {
  let bytes = new Uint8Array(0);
  const asked: [number, number][] = [];
  return {
    asked,
    bytes: () => bytes,
    async writeAt(p, offset) {
      asked.push([offset, p.byteLength]);
      const n = answer(p);
      if (n > 0 && n <= p.byteLength) {
        const grown = new Uint8Array(Math.max(bytes.byteLength, offset + n));
        grown.set(bytes);
        grown.set(p.subarray(0, n), offset);
        bytes = grown;
      }
      return await n;
    },
  };
}
