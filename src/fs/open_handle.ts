import { describe } from "../core/checks.ts";
import { attempt, FileError } from "./file_error.ts";
import { type File, fileOver } from "./file.ts";
import { type FileHandleLike, HandleMedium, SyncMedium } from "./handle_medium.ts";
import { checkOpenOptions, type OpenOptions } from "./open.ts";

/**
 * Opens a file that a browser's `FileSystemFileHandle` stands for, such as one of the origin's private file system.
 *
 * To write it, a worker gets the file itself to its own use, where there are synchronous access handles. Elsewhere what is written
 * goes to a copy of the file, and becomes the file at the next read, at `sync` and at `close`. There are no permissions
 * (`mode` does nothing), and a handle always has its file, so that `create` does nothing and `createNew` is refused with
 * the code `"EEXIST"`.
 *
 * **On error** rejects with a {@linkcode FileError} whose code is the name of the browser's `DOMException`; `"EBADF"`
 * for a read or write that the file was not opened for.
 *
 * @example Keep something in the origin's private file system
 * ```ts
 * import { copy, readAll } from "@sluice/io";
 * import { type FileHandleLike, openHandle } from "@sluice/io/fs";
 * import { assertEquals } from "@std/assert";
 *
 * async function keep(handle: FileHandleLike, body: ReadableStream<Uint8Array>): Promise<string> {
 *   await using file = await openHandle(handle, { read: true, write: true, truncate: true });
 *   await copy(file, body);
 *   await file.seek(0, 0);
 *   return new TextDecoder().decode(await readAll(file));
 * }
 *
 * // In a browser: await (await navigator.storage.getDirectory()).getFileHandle("kept", { create: true })
 * let contents = new Blob();
 * const handle: FileHandleLike = {
 *   name: "kept",
 *   getFile: () => Promise.resolve(contents),
 *   createWritable() {
 *     const chunks: BlobPart[] = [];
 *     const close = () => void (contents = new Blob(chunks));
 *     return Promise.resolve(new WritableStream<BlobPart>({ write: (chunk) => void chunks.push(chunk), close }));
 *   },
 * };
 * assertEquals(await keep(handle, new Response("kept").body!), "kept");
 * ```
 *
 * @param handle The handle
 * @param options For what it is opened
 * @returns The file, at its start
 */
export async function openHandle(handle: FileHandleLike, options: OpenOptions = {}): Promise<File> {
  if (typeof handle?.getFile !== "function") {
    throw new TypeError(
      `Cannot use ${describe(handle)} as a FileSystemFileHandle: it has no getFile() method`,
    );
  }
  const { read, write } = checkOpenOptions(options);
  const { name } = handle;
  const refuse = (what: string, code: string, why: string) =>
    new FileError(`Cannot ${what} ${name}: ${why}`, code, name);
  const deny = (what: string) => () => Promise.reject(refuse(what, "EBADF", "it was not opened for that"));
  return await attempt("open", name, async () => {
    if (options.createNew) throw refuse("create", "EEXIST", "it is there already");
    if (!write) {
      return fileOver(
        Object.assign(new HandleMedium(handle), { write: deny("write"), truncate: deny("truncate") }),
        options,
      );
    }
    const medium = handle.createSyncAccessHandle
      ? new SyncMedium(name, await handle.createSyncAccessHandle())
      : new HandleMedium(handle);
    if (options.truncate) await medium.truncate(0);
    return fileOver(read ? medium : Object.assign(medium, { read: deny("read") }), options);
  });
}
