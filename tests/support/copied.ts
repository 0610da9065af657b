import type { Writer } from "../../mod.ts";

/** A plain Writer that tells bytes that came in their own memory from bytes that were copied on the way. */
export interface CopyCounter extends Writer {
  /** The bytes that came in other memory than that of the chunks. */
  readonly copied: number;
  /** The bytes that came in the memory of the chunks. */
  readonly passed: number;
}

/** Makes one. `chunks` are what the source hands out: the very objects. */
export function copyCounter(...chunks: Uint8Array[]): CopyCounter {
  const known = new Set(chunks.map(({ buffer }) => buffer));
  let copied = 0;
  let passed = 0;
  return {
    get copied() {
      return copied;
    },
    get passed() {
      return passed;
    },
    write(p) {
      if (known.has(p.buffer)) passed += p.byteLength;
      else copied += p.byteLength;
      return Promise.resolve(p.byteLength);
    },
  };
}

/** A Blob that notes the memory it hands out. */
export interface ProbedBlob {
  blob: Blob;
  /** The chunks that were handed out. */
  readonly chunks: Uint8Array[];
}

/** Makes one over bytes. */
export function probedBlob(bytes: Uint8Array<ArrayBuffer>): ProbedBlob {
  const blob = new Blob([bytes]);
  const chunks: Uint8Array[] = [];
  const cutOut = blob.slice.bind(blob);
  blob.slice = (...args) => {
    const slice = cutOut(...args);
    const load = slice.arrayBuffer.bind(slice);
    slice.arrayBuffer = async () => {
      const buffer = await load();
      chunks.push(new Uint8Array(buffer));
      return buffer;
    };
    return slice;
  };
  return { blob, chunks };
}
