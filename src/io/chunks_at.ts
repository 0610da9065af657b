/**
 * The register of what can hand over chunks at any offset, as a Blob can, and a section of one.
 *
 * @module
 */
import type { ReaderAt } from "../core/types.ts";

/**
 * Takes the bytes from an offset on.
 *
 * @param offset Where to begin, in bytes from the start
 * @param max The most bytes to take
 * @returns The bytes, which are the caller's from then on, or `null` at the end
 */
export type ReadChunkAt = (offset: number, max: number) => Promise<Uint8Array | null>;

const sources = new WeakMap<ReaderAt, ReadChunkAt>();

/** Registers a ReaderAt of this package that hands over chunks. */
export function registerChunksAt(source: ReaderAt, read: ReadChunkAt): void {
  sources.set(source, read);
}

/** How a ReaderAt hands over chunks, or undefined if it does not. */
export function chunksAtOf(source: ReaderAt): ReadChunkAt | undefined {
  return sources.get(source);
}
