import { checkBytes } from "../core/checks.ts";
import type { Destination } from "../core/types.ts";
import { writeWhole } from "../transfer/write_whole.ts";
import { asWriter } from "../web/adapt.ts";

/**
 * Writes all of `p`, however little the destination accepts at a time. It is not closed, and no lock is left.
 *
 * **On error** rejects with the reason of the destination; a write that accepts nothing is a
 * {@linkcode ShortWriteError}.
 *
 * **Cancellation**: there is none; to be able to abort, `copy` from a `BytesReader`.
 *
 * @example Write to a writer that takes little at a time
 * ```ts
 * import { writeAll } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const taken: number[] = [];
 * const picky = {
 *   write(p: Uint8Array): Promise<number> {
 *     taken.push(p[0]!);
 *     return Promise.resolve(1);
 *   },
 * };
 * assertEquals(await writeAll(picky, new Uint8Array([1, 2, 3])), 3);
 * assertEquals(taken, [1, 2, 3]);
 * ```
 *
 * @param dst Where the bytes go
 * @param p The bytes; they stay the caller's
 * @returns `p.byteLength`
 */
export async function writeAll(dst: Destination, p: Uint8Array): Promise<number> {
  checkBytes(p);
  const size = p.byteLength;
  await writeWhole(asWriter(dst), p);
  return size;
}
