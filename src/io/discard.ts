import { checkBytes, checkReader } from "../core/checks.ts";
import type { CopyOptions, Reader, ReaderFrom, StringWriter, Writer } from "../core/types.ts";
import { registerWriter } from "../transfer/outlet.ts";
import { runOrThrow } from "../transfer/run.ts";
import { utf8Length } from "../core/utf8.ts";

/**
 * Accepts everything and keeps nothing.
 *
 * Ported from Go `io.Discard`.
 *
 * @example Read a body to its end for its length
 * ```ts
 * import { copy, discard } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await copy(discard, new Blob(["abc"])), 3);
 * ```
 */
export const discard: Writer & ReaderFrom & StringWriter = /* @__PURE__ */ registerWriter({
  async write(p: Uint8Array): Promise<number> {
    checkBytes(p);
    return await p.byteLength;
  },
  async readFrom(src: Reader, options: CopyOptions = {}): Promise<number> {
    checkReader(src);
    return await runOrThrow(discard, src, options);
  },
  async writeString(s: string): Promise<number> {
    return await utf8Length(s);
  },
}, null);
