import type { Memory } from "../core/memory.ts";

/**
 * The path `"byob"`: a byte stream is read into memory of the copy.
 *
 * The platform transfers the memory and gives it back with the result, also at the end of input; after a
 * cancel, an error or a released lock it is lost.
 *
 * @param reader The BYOB reader
 * @param view What the memory has lent for it
 * @returns What {@linkcode filledBy} wants to see: the platform's own promise, for one of ours would cost as much again
 */
export function readByob(
  reader: ReadableStreamBYOBReader,
  view: Uint8Array,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  return reader.read(view as Uint8Array<ArrayBuffer>);
}

/**
 * What a read by BYOB brought.
 *
 * @param result What it resolved to
 * @param memory What was read into
 * @returns The bytes, or `null` at the end
 */
export function filledBy({ value }: ReadableStreamReadResult<Uint8Array>, memory: Memory): Uint8Array | null {
  if (value === undefined) return null;
  const filled = memory.settle(value);
  // `done` alone does not say that nothing came with it, and an empty view comes with `done` only.
  return filled.byteLength === 0 ? null : filled;
}
