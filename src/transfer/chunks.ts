import type { ChunkReader } from "../core/types.ts";

/**
 * The path `"chunks"`: chunks are handed over as they are. It serves every ChunkReader from elsewhere.
 *
 * @param reader The reader
 * @param max The most bytes that the chunk may have
 */
export function readChunkOf(reader: ChunkReader, max: number): Promise<unknown> {
  // A limit plus the one byte beyond it may be more than can be asked for.
  return reader.readChunk(max > Number.MAX_SAFE_INTEGER ? undefined : max);
}
