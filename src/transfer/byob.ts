import type { Memory } from "../core/memory.ts";

/**
 * The path `"byob"`: one read of a byte stream into memory of the copy.
 *
 * The platform transfers the memory and gives it back with the result, also at the end of input; after a
 * cancel, an error or a released lock it is lost.
 *
 * @param reader The BYOB reader
 * @param max The most bytes to read
 * @param memory What is read into
 * @returns The bytes, or `null` at the end
 */
export async function readByob(
  reader: ReadableStreamBYOBReader,
  max: number,
  memory: Memory,
): Promise<Uint8Array | null> {
  const { value } = await reader.read(memory.lend(max, true) as Uint8Array<ArrayBuffer>);
  if (value === undefined) return null;
  const filled = memory.settle(value);
  // `done` alone does not say that nothing came with it, and an empty view comes with `done` only.
  return filled.byteLength === 0 ? null : filled;
}
