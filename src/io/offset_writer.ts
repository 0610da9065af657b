import { check, checkBytes, checkSize, checkWriteResult, has } from "../core/checks.ts";
import type { Seeker, SeekMode, Writer, WriterAt } from "../core/types.ts";
import { registerWriter } from "../transfer/outlet.ts";
import { seekTo } from "../core/seek.ts";

/**
 * Writes into something with random access from an offset on, as if that were its start.
 *
 * Ported from Go `io.OffsetWriter`.
 *
 * **On error** the writes reject with the reason of the destination. **Cancellation** is that of the destination.
 *
 * @example Write behind a header
 * ```ts
 * import { copy, OffsetWriter } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const memory = new Uint8Array(8);
 * const target = {
 *   writeAt(p: Uint8Array, offset: number): Promise<number> {
 *     memory.set(p, offset);
 *     return Promise.resolve(p.byteLength);
 *   },
 * };
 * await copy(new OffsetWriter(target, 4), new Blob([new Uint8Array([1, 2])]));
 * assertEquals(memory, new Uint8Array([0, 0, 0, 0, 1, 2, 0, 0]));
 * ```
 */
export class OffsetWriter implements Writer, WriterAt, Seeker {
  readonly #target: WriterAt;
  readonly #base: number;
  #position = 0;

  /**
   * Makes a writer.
   *
   * @param dst Where the bytes go
   * @param offset Where its start is, in bytes from the start of `dst`
   */
  constructor(dst: WriterAt, offset: number) {
    check(has(dst, "writeAt"), dst, "a WriterAt", "has no writeAt() method");
    checkSize("offset", offset);
    this.#target = dst;
    this.#base = offset;
    registerWriter(this, null);
  }

  /**
   * Writes at the position, and moves it.
   *
   * @param p The bytes
   * @returns The number of bytes accepted
   */
  async write(p: Uint8Array): Promise<number> {
    const n = await this.writeAt(p, this.#position);
    this.#position += n;
    return n;
  }

  /**
   * Writes at an offset, and leaves the position where it is.
   *
   * @param p The bytes
   * @param offset Where to begin, in bytes from the start of this writer
   * @returns The number of bytes accepted
   */
  async writeAt(p: Uint8Array, offset: number): Promise<number> {
    checkBytes(p);
    checkSize("offset", offset);
    checkSize("offset", this.#base + offset);
    const n = await this.#target.writeAt(p, this.#base + offset);
    return p.byteLength === 0 ? 0 : checkWriteResult(n, p.byteLength);
  }

  /**
   * Moves the position. There is no end to count from; before the start is a `RangeError`.
   *
   * @param offset How far from `whence`, in bytes
   * @param whence `SeekMode.Start` or `SeekMode.Current`
   * @returns The new position, in bytes from the start of this writer
   */
  async seek(offset: number, whence: SeekMode): Promise<number> {
    this.#position = await seekTo(offset, whence, this.#position);
    return this.#position;
  }
}
