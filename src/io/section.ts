import { check, checkBytes, checkCount, checkReadResult, checkSize, has } from "../core/checks.ts";
import { LAST_BUFFER_SIZE, type Memory } from "../core/memory.ts";
import type { Reader, ReaderAt, Seeker, SeekMode } from "../core/types.ts";
import { asTaken, registerIntake } from "../transfer/intake.ts";
import { seekTo } from "../core/seek.ts";
import { chunksAtOf, type ReadChunkAt, registerChunksAt } from "./chunks_at.ts";

/**
 * A part of something with random access, as a source of its own: `n` bytes from `offset` on.
 *
 * Reading moves a position that belongs to the section alone, so that several sections of one source can be read at the
 * same time.
 *
 * Ported from Go `io.SectionReader`.
 *
 * **On error** the reads reject with the reason of the source. **Cancellation** is that of the source.
 *
 * @example Read a part of a Blob
 * ```ts
 * import { blobReaderAt, readAll, SectionReader } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const section = new SectionReader(blobReaderAt(new Blob(["0123456789"])), 3, 4);
 * assertEquals(section.size, 4);
 * assertEquals(new TextDecoder().decode(await readAll(section)), "3456");
 * ```
 */
export class SectionReader implements Reader, ReaderAt, Seeker {
  /** The size in bytes, whether or not the source reaches that far. */
  readonly size: number;
  readonly #source: ReaderAt;
  readonly #base: number;
  readonly #n: number;
  readonly #readChunkAt: ReadChunkAt | undefined;
  #position = 0;

  /**
   * Makes a section.
   *
   * @param src Where the bytes are
   * @param offset Where the section begins, in bytes from the start
   * @param n How many bytes it has; a negative number means none
   */
  constructor(src: ReaderAt, offset: number, n: number) {
    check(has(src, "readAt"), src, "a ReaderAt", "has no readAt() method");
    checkSize("offset", offset);
    this.#n = n;
    this.size = Math.min(checkCount("n", n), Number.MAX_SAFE_INTEGER - offset);
    this.#source = src;
    this.#base = offset;
    this.#readChunkAt = chunksAtOf(src);
    if (this.#readChunkAt !== undefined) registerChunksAt(this, (offset, max) => this.#chunkAt(offset, max));
    registerIntake(this, {
      lane: () => this.#readChunkAt === undefined ? "buffer" : "chunks",
      take: (max, memory) => this.#take(max, memory),
      taken: asTaken,
      giveBack: (bytes) => {
        this.#position -= bytes.byteLength;
        return true;
      },
      letGo() {},
      origin: () => ({
        owner: this.#source,
        offset: this.#base + this.#position,
        max: this.size - this.#position,
        used: (n) => void (this.#position += n),
      }),
    });
  }

  /**
   * Reads on from the position of the section.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end of the section or of the source
   */
  async read(p: Uint8Array): Promise<number | null> {
    const n = await this.readAt(p, this.#position);
    this.#position += n ?? 0;
    return n;
  }

  /**
   * Fills `p` with the bytes from `offset` of the section on, and leaves the position where it is.
   *
   * @param p Where the bytes are put
   * @param offset Where to begin, in bytes from the start of the section
   * @returns The number of bytes read, or `null` at the end of the section or of the source
   */
  async readAt(p: Uint8Array, offset: number): Promise<number | null> {
    checkBytes(p);
    checkSize("offset", offset);
    const left = this.size - offset;
    if (left <= 0) return null;
    if (p.byteLength === 0) return 0;
    const part = p.subarray(0, left);
    return checkReadResult(await this.#source.readAt(part, this.#base + offset), part.byteLength);
  }

  /**
   * Moves the position. Past the end is allowed; before the start is a `RangeError`.
   *
   * @param offset How far from `whence`, in bytes
   * @param whence One of {@linkcode SeekMode}
   * @returns The new position, in bytes from the start of the section
   */
  async seek(offset: number, whence: SeekMode): Promise<number> {
    this.#position = await seekTo(offset, whence, this.#position, this.size);
    return this.#position;
  }

  /**
   * What the section is a part of.
   *
   * @returns The source, and the offset and number of bytes that were given for it
   */
  outer(): { readerAt: ReaderAt; offset: number; n: number } {
    return { readerAt: this.#source, offset: this.#base, n: this.#n };
  }

  async #take(max: number, memory: Memory): Promise<Uint8Array | null> {
    const room = Math.min(max, this.size - this.#position);
    if (room <= 0) return null;
    if (this.#readChunkAt === undefined) {
      const p = memory.lend(room, false);
      const n = await this.read(p);
      return n === null ? null : memory.settle(p.subarray(0, n));
    }
    const chunk = await this.#chunkAt(this.#position, Math.min(room, LAST_BUFFER_SIZE));
    this.#position += chunk?.byteLength ?? 0;
    return chunk;
  }

  async #chunkAt(offset: number, max: number): Promise<Uint8Array | null> {
    const left = this.size - offset;
    if (left <= 0 || this.#readChunkAt === undefined) return null;
    return await this.#readChunkAt(this.#base + offset, Math.min(max, left));
  }
}
