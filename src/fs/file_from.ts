import { describe, isBlob } from "../core/checks.ts";
import { SeekMode } from "../core/types.ts";
import { type DenoFile, denoMedium } from "./deno_medium.ts";
import { attempt } from "./file_error.ts";
import { File, fileOver } from "./file.ts";
import type { NodeHandle } from "./node_fs.ts";
import { nodeMedium } from "./node_medium.ts";
import { open, type OpenOptions } from "./open.ts";

/** An open file of a host, told by these methods: a `Deno.FsFile` or Node's `FileHandle`. */
export interface OpenHostFile {
  /** Reads, as the host has it. */
  read(...args: never[]): Promise<unknown>;
  /** Writes, as the host has it. */
  write(...args: never[]): Promise<unknown>;
  /** Tells what is known of the file. */
  stat(): Promise<unknown>;
  /** Cuts the file. */
  truncate(size?: number): Promise<void>;
  /** Puts everything on the disk. */
  sync(): Promise<void>;
  /** Closes the file. */
  close(): void | Promise<void>;
}

/**
 * What a host has for a file: a `Deno.FsFile`, Node's `FileHandle`, or what `Bun.file(path)` gives, which is a Blob. A
 * File is one already.
 */
export type HostFile = OpenHostFile | Blob | File;

/** What cannot be seen of an open file of the host. */
export interface FileFromOptions {
  /** Whether it is open for appending. */
  append?: boolean;
  /**
   * The position to begin at, in bytes from the start.
   *
   * @default where a `Deno.FsFile` stands; 0 for a `FileHandle`, which does not tell
   */
  position?: number;
  /** Have `close` put everything on the disk first. */
  syncOnClose?: boolean;
}

const files = new WeakMap<object, Promise<File>>();

/**
 * Makes a {@linkcode File} of an open file of the host, with everything that goes with it: offsets, a position that a
 * given-up read does not move, the kernel's own copy. It is known by its methods, and no byte of it is copied in between.
 *
 * The File takes it over: closing one closes the other, and reading past it with the host's own methods leaves the File
 * where it is. The same file again is the same File. A `Bun.file(path)` is opened by its path, as by {@linkcode open}.
 *
 * **On error** what is none of those is a `TypeError`.
 *
 * @example Copy between files of Deno by the kernel
 * ```ts
 * import { copy } from "@sluice/io";
 * import { fileFrom } from "@sluice/io/fs";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = [await Deno.makeTempFile(), await Deno.makeTempFile()];
 * await Deno.writeTextFile(a, "from Deno to Deno");
 * {
 *   await using src = await fileFrom(await Deno.open(a));
 *   await using dst = await fileFrom(await Deno.open(b, { write: true }));
 *   assertEquals(await copy(dst, src), 17);
 * }
 * assertEquals(await Deno.readTextFile(b), "from Deno to Deno");
 * await Promise.all([Deno.remove(a), Deno.remove(b)]);
 * ```
 *
 * @param host The file of the host
 * @param options What cannot be seen of it; for a `Bun.file` also how to open it
 * @returns The File
 */
export async function fileFrom(host: HostFile, options: FileFromOptions & OpenOptions = {}): Promise<File> {
  if (host instanceof File) return host;
  if (isBlob(host)) {
    if (hasAll(host, "exists") && "name" in host && typeof host.name === "string") {
      return await open(host.name, options);
    }
  } else if (hasAll(host, "read", "write", "stat", "truncate", "sync", "close")) {
    const made = files.get(host) ?? attempt("use", describe(host), () => take(host, options));
    files.set(host, made);
    return await made;
  }
  throw new TypeError(`Cannot use ${describe(host)} as a file of Deno, Node or Bun`);
}

async function take(host: OpenHostFile, { position, append, syncOnClose }: FileFromOptions): Promise<File> {
  const title = describe(host);
  const settings = { append, syncOnClose };
  if (isNodeHandle(host)) return fileOver(await nodeMedium(title, host), { ...settings, position });
  if (!isDenoFile(host)) {
    throw new TypeError(`Cannot use ${title} as a file: it has no fd and no seek() method`);
  }
  const medium = await denoMedium(title, host);
  const start = position ?? (medium.seekable ? await host.seek(0, SeekMode.Current) : 0);
  return fileOver(medium, { ...settings, position: start });
}

function hasAll(value: unknown, ...methods: string[]): boolean {
  return methods.every((method) => typeof Reflect.get(Object(value), method) === "function");
}

function isNodeHandle(host: OpenHostFile): host is NodeHandle {
  return "fd" in host && typeof host.fd === "number";
}

function isDenoFile(host: OpenHostFile): host is DenoFile {
  return hasAll(host, "seek");
}
