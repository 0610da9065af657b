import { checkReader } from "../core/checks.ts";
import type { ChunkReader, Closer, Reader, WriterTo } from "../core/types.ts";
import { hasWriteTo } from "../transfer/foreign.ts";
import { hasChunks, intakeOf, isOwnReader, registerIntake } from "../transfer/intake.ts";

/**
 * Gives a reader a `close` that does nothing, for those who want to close what they read.
 *
 * It has a `writeTo` and a `readChunk` if `r` has.
 *
 * Ported from Go `io.NopCloser`.
 *
 * @example Hand out a reader that others cannot close
 * ```ts
 * import { nopCloser, readAll } from "@sluice/io";
 * import { BytesReader } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = nopCloser(new BytesReader(new Uint8Array([1, 2])));
 * await reader.close();
 * assertEquals(await readAll(reader), new Uint8Array([1, 2]));
 * ```
 *
 * @param r The reader
 * @returns A reader that can be closed
 */
export function nopCloser(r: Reader): Reader & Closer {
  checkReader(r);
  const closer: Reader & Closer & Partial<WriterTo & ChunkReader> = { read: (p) => r.read(p), close() {} };
  if (hasWriteTo(r)) closer.writeTo = (dst, options) => r.writeTo(dst, options);
  if (hasChunks(r)) closer.readChunk = (max) => r.readChunk(max);
  if (isOwnReader(r)) registerIntake(closer, intakeOf(r));
  return closer;
}
