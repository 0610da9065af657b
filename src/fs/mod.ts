/**
 * Files of Deno, Bun and Node with every interface of this package, and the kernel's own copy where it is honest.
 *
 * ## The pitfall of the fast path
 *
 * Go's `io.CopyBuffer(dst, src, buf)` ignores `buf` when `dst` has a `ReadFrom` or `src` a `WriteTo`, and since Go 1.15 an
 * `*os.File` has one: the call that was written to copy through a buffer of 1 MiB has the kernel copy instead, and nothing
 * tells. Mostly that is what one wants, for it is the fastest there is. But whoever chose the buffer to bound what is read at a
 * time, to see progress, or because the kernel's copy is slow on this file system, is left with a parameter that does
 * nothing and with programs that wrap files in `struct{ io.Writer }` to be obeyed.
 *
 * Here the same fast path is there, and it is in the open:
 *
 * - `onPath` tells which path was taken, before the first byte moves: `"kernel"`, or `"buffer"` for the loop.
 * - `via: "buffer"` asks for the loop, `via: "kernel"` demands the kernel: a `TypeError` where it cannot serve.
 * - `onProgress` gets the loop, since the kernel tells nothing in between; and so does `onlyWriter(file)`, Go's wrapper.
 * - With `copyBuffer` the path says whether your buffer was used.
 *
 * @example The buffer that is not used, and the one that is
 * ```ts
 * import { copyBuffer, type CopyPath, onlyWriter } from "@sluice/io";
 * import { open } from "@sluice/io/fs";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const [src, dst] = [await Deno.makeTempFile(), await Deno.makeTempFile()];
 * await Deno.writeTextFile(src, "x".repeat(3000));
 * let path: CopyPath | undefined;
 * const onPath = (taken: CopyPath) => path = taken;
 *
 * const unused = new Uint8Array(1024);
 * {
 *   await using from = await open(src);
 *   await using to = await open(dst, { write: true, truncate: true });
 *   assertEquals(await copyBuffer(to, from, unused, { onPath }), 3000);
 * }
 * if (Deno.build.os === "linux") {
 *   assertEquals(path, "kernel");
 *   assert(unused.every((byte) => byte === 0));
 * }
 *
 * const used = new Uint8Array(1024);
 * {
 *   await using from = await open(src);
 *   await using to = await open(dst, { write: true, truncate: true });
 *   assertEquals(await copyBuffer(onlyWriter(to), from, used, { onPath }), 3000);
 * }
 * assertEquals(path, "buffer");
 * assert(used.every((byte) => byte === 0x78));
 *
 * for (const name of [src, dst]) await Deno.remove(name);
 * ```
 *
 * ## When the kernel copies
 *
 * When the result is that of the loop, down to the positions afterwards: all of a regular file from its start, into an
 * empty file that is not open for appending, in Linux, where an open file can be named whatever has become of its path. A
 * `LimitedReader` or `SectionReader` that covers the file is seen through. In all other cases, such as a part of a file, a file
 * of `/proc` whose size is a lie, a pipe, or a Deno program without `--allow-all`, the loop serves, whose buffers grow and
 * take turns, and which loses little against the kernel.
 *
 * Hosts give a copy the permissions of its source. Those of the destination are put back; and where it would for that time be
 * open to more people or programs than it was, the loop serves.
 *
 * If the kernel fails, the loop takes over from the start, and tells what the matter is. An abort rejects at once with 0
 * bytes written. The kernel cannot be stopped: the destination is emptied again when it has come to its end, and until then
 * everything that is asked of it waits. Who wants large copies to stop early asks for `via: "buffer"`.
 *
 * @module
 */
export { File } from "./file.ts";
export { FileError } from "./file_error.ts";
export { fileFrom, type FileFromOptions, type HostFile, type OpenHostFile } from "./file_from.ts";
export { type FileHandleLike, type SyncHandleLike } from "./handle_medium.ts";
export { open, type OpenOptions } from "./open.ts";
export { openHandle } from "./open_handle.ts";
export { replaceFile, type Replacement, type ReplaceOptions } from "./replace_file.ts";
export { writeFileAtomic } from "./write_file_atomic.ts";
