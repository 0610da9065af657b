import { check, checkBytes, checkSize, isBlob } from "../core/checks.ts";
import type { ReaderAt } from "../core/types.ts";
import { registerChunksAt } from "./chunks_at.ts";

class BlobReaderAt implements ReaderAt {
  readonly size: number;
  readonly #blob: Blob;

  constructor(blob: Blob) {
    this.#blob = blob;
    this.size = blob.size;
    registerChunksAt(
      this,
      async (offset, max) => offset >= this.size ? null : await this.#slice(offset, max),
    );
  }

  async readAt(p: Uint8Array, offset: number): Promise<number | null> {
    checkBytes(p);
    checkSize("offset", offset);
    if (offset >= this.size) return null;
    if (p.byteLength === 0) return 0;
    const chunk = await this.#slice(offset, p.byteLength);
    p.set(chunk);
    return chunk.byteLength;
  }

  async #slice(offset: number, length: number): Promise<Uint8Array> {
    return new Uint8Array(await this.#blob.slice(offset, offset + length).arrayBuffer());
  }
}

/**
 * Random access into a Blob or File. Nothing but the bytes asked for is loaded; calls may overlap.
 *
 * **On error** rejects with the reason of the Blob, as when the file behind it has changed. **Cancellation**: there is
 * none.
 *
 * @example Read the last two bytes
 * ```ts
 * import { blobReaderAt } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const blob = blobReaderAt(new Blob(["abcdef"]));
 * const p = new Uint8Array(2);
 * assertEquals(await blob.readAt(p, blob.size - 2), 2);
 * assertEquals(new TextDecoder().decode(p), "ef");
 * ```
 *
 * @param blob The Blob
 * @returns A ReaderAt with the `size` in bytes
 */
export function blobReaderAt(blob: Blob): ReaderAt & { readonly size: number } {
  check(isBlob(blob), blob, "a Blob", "is none");
  return new BlobReaderAt(blob);
}
