import type { Writer } from "../../mod.ts";
import { concat } from "./bytes.ts";

/** A plain Writer that keeps a copy of what it accepted. */
export interface RecordingWriter extends Writer {
  /** What was accepted, write by write. */
  readonly chunks: Uint8Array[];
  /** The sizes of what it was given, accepted or not. */
  readonly sizes: number[];
  /** All that was accepted. */
  bytes(): Uint8Array;
}

/**
 * Makes a plain Writer.
 *
 * @param answer What a write resolves to, right or wrong, or what it waits for or throws; everything by default
 */
export function recordingWriter(
  answer: (p: Uint8Array) => number | Promise<number> = (p) => p.byteLength,
): RecordingWriter {
  const chunks: Uint8Array[] = [];
  const sizes: number[] = [];
  return {
    chunks,
    sizes,
    bytes: () => concat(chunks),
    async write(p) {
      sizes.push(p.byteLength);
      const n = await answer(p);
      // What is no count accepts nothing.
      if (n > 0 && n <= p.byteLength) chunks.push(new Uint8Array(p.subarray(0, n))); // slice() of a Buffer copies nothing;
      return n;
    },
  };
}

/** A Writer that takes a few writes whole, then has a copy aborted while it takes 10 bytes of the next. */
export function abortingWriter(whole: number): Writer & { signal: AbortSignal; parts: Uint8Array[] } {
  const control = new AbortController();
  const parts: Uint8Array[] = [];
  return {
    signal: control.signal,
    parts,
    write(p) {
      const n = parts.length === whole ? 10 : p.byteLength;
      if (parts.length === whole) control.abort();
      parts.push(new Uint8Array(p.subarray(0, n)));
      return Promise.resolve(n);
    },
  };
}
