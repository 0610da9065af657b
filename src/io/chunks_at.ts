import type { ReaderAt } from "../core/types.ts";

/** A ReaderAt that hands over chunks for good, as a Blob can. */
export interface ChunkReaderAt extends ReaderAt {
  /**
   * Takes the bytes from `offset` on.
   *
   * @param offset Where to begin, in bytes from the start
   * @param max The most bytes to take
   * @returns The bytes, which are the caller's from then on, or `null` at the end
   */
  readChunkAt(offset: number, max: number): Promise<Uint8Array | null>;
}

export function hasChunksAt(source: ReaderAt): source is ChunkReaderAt {
  return "readChunkAt" in source && typeof source.readChunkAt === "function";
}
