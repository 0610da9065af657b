import { checkCopyOptions, checkSize } from "../core/checks.ts";
import type { CopyOptions, Source } from "../core/types.ts";
import { runOrThrow } from "../transfer/run.ts";
import { asReader } from "../web/adapt.ts";
import { replaceFile } from "./replace_file.ts";

/**
 * Writes a whole file, so that under its name there is the old one or the new one at any time, and never a part.
 *
 * A new file is written beside it, put on the disk, and renamed. A failure, an abort, a full disk or a killed program leave
 * the old file as it was. How links, permissions and owners are dealt with is described at {@linkcode replaceFile}.
 *
 * Ported from Go `os.WriteFile`, which leaves a part behind when it fails.
 *
 * **On error** rejects with the reason of the source, or with a {@linkcode FileError}. Nothing is left behind.
 *
 * **Cancellation** with `options.signal` rejects with its reason, up to the moment when the file takes its name.
 *
 * @example Save a download
 * ```ts
 * import { writeFileAtomic } from "@sluice/io/fs";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * assertEquals(await writeFileAtomic(path, new Response("all of it").body!), 9);
 *
 * const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("lost")) });
 * await assertRejects(() => writeFileAtomic(path, broken), Error, "lost");
 * assertEquals(await Deno.readTextFile(path), "all of it");
 * await Deno.remove(path);
 * ```
 *
 * @param path The file, there or not
 * @param src What it is to contain
 * @param options As in `copy`, and the permissions of a file that is not there yet
 * @returns The number of bytes written
 */
export async function writeFileAtomic(
  path: string | URL,
  src: Source,
  options: CopyOptions & { mode?: number } = {},
): Promise<number> {
  checkCopyOptions(options);
  const { mode, ...copying } = options;
  if (mode !== undefined) checkSize("mode", mode);
  const reader = asReader(src);
  options.signal?.throwIfAborted();
  const replacement = await replaceFile(path, mode === undefined ? {} : { mode });
  try {
    const written = await runOrThrow(replacement.file, reader, copying);
    await replacement.commit(options.signal);
    return written;
  } catch (reason) {
    await replacement.discard().catch(() => {}); // what went wrong first is what is told
    throw reason;
  }
}
