import { checkReader, checkWriter } from "../core/checks.ts";
import type { Reader, Writer } from "../core/types.ts";

/**
 * Hides everything of a reader but `read`, so that no fast path of that side is taken.
 *
 * Ported from the `struct{ io.Reader }` of Go programs.
 *
 * @example Copy through the buffer whatever the source can do
 * ```ts
 * import { copy, discard, onlyReader, readerFrom } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = readerFrom(new Blob(["abc"]).stream());
 * await copy(discard, onlyReader(reader), { onPath: (path) => assertEquals(path, "buffer") });
 * ```
 *
 * @param r The reader
 * @returns A reader with nothing but `read`
 */
export function onlyReader(r: Reader): Reader {
  checkReader(r);
  return { read: (p) => r.read(p) };
}

/**
 * Hides everything of a writer but `write`, so that no fast path of that side is taken.
 *
 * Ported from the `struct{ io.Writer }` of Go programs.
 *
 * @example Keep a writer from doing the copy itself
 * ```ts
 * import { copy, onlyWriter } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const writer = {
 *   write: (p: Uint8Array) => Promise.resolve(p.byteLength),
 *   readFrom: () => Promise.reject(new Error("not asked")),
 * };
 * assertEquals(await copy(onlyWriter(writer), new Blob(["abc"])), 3);
 * ```
 *
 * @param w The writer
 * @returns A writer with nothing but `write`
 */
export function onlyWriter(w: Writer): Writer {
  checkWriter(w);
  return { write: (p) => w.write(p) };
}
