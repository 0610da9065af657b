import { checkSize, describe } from "../core/checks.ts";
import { denoHost, denoMedium } from "./deno_medium.ts";
import { attempt } from "./file_error.ts";
import { type File, fileOver } from "./file.ts";
import type { Medium } from "./medium.ts";
import { nodeFs, pathOf } from "./node_fs.ts";
import { nodeMedium } from "./node_medium.ts";

/** How a file is opened. With nothing given it is read. */
export interface OpenOptions {
  /**
   * Read it.
   *
   * @default true, unless it is written or appended to
   */
  read?: boolean;
  /** Write it. */
  write?: boolean;
  /** Write at its end, wherever that is at the time. */
  append?: boolean;
  /** Make it if it is not there. Needs `write` or `append`. */
  create?: boolean;
  /** Make it, and fail with `EEXIST` if it is there. Needs `write` or `append`. */
  createNew?: boolean;
  /** Empty it. Needs `write`. */
  truncate?: boolean;
  /**
   * The permission bits of a file that is made, less those of the process's umask.
   *
   * @default 0o666
   */
  mode?: number;
  /** Have `close` put everything on the disk first, and reject if that fails. */
  syncOnClose?: boolean;
}

/**
 * Opens a file of the host: Deno, Bun or Node.
 *
 * Ported from Go `os.OpenFile`.
 *
 * **On error** rejects with a {@linkcode FileError} that has the host's code and the path; options that contradict each
 * other are a `TypeError`, and so is a platform without a file system.
 *
 * @example Write a file, and read it again
 * ```ts
 * import { readAll, SeekMode, writeString } from "@sluice/io";
 * import { open } from "@sluice/io/fs";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * {
 *   await using file = await open(path, { read: true, write: true, truncate: true });
 *   await writeString(file, "hello, file");
 *   await file.seek(-4, SeekMode.End);
 *   assertEquals(new TextDecoder().decode(await readAll(file)), "file");
 * }
 * await Deno.remove(path);
 * ```
 *
 * @param path Where it is; a URL has to be a `file:` one
 * @param options For what it is opened
 * @returns The file, at its start
 */
export async function open(path: string | URL, options: OpenOptions = {}): Promise<File> {
  checkOpenOptions(options);
  const name = await pathOf(path);
  return await openAs(name, name, options);
}

/** Opens a file that is called something else in messages than its path. */
export async function openAs(title: string, path: string, options: OpenOptions): Promise<File> {
  const { read, write } = checkOpenOptions(options);
  const { append = false, create = false, createNew = false, truncate = false, mode = 0o666 } = options;
  return await attempt("open", title, async () => {
    const deno = denoHost();
    let medium: Medium;
    if (deno === undefined) {
      const { constants, open } = await nodeFs();
      const flags = (!write ? constants.O_RDONLY : read ? constants.O_RDWR : constants.O_WRONLY) |
        (append ? constants.O_APPEND : 0) |
        (create || createNew ? constants.O_CREAT : 0) |
        (createNew ? constants.O_EXCL : 0) |
        (truncate ? constants.O_TRUNC : 0);
      medium = await nodeMedium(title, await open(path, flags, mode));
    } else {
      const rest = { append, create, createNew, truncate: truncate && !append, mode };
      medium = await denoMedium(title, await deno.open(path, { read, write: write && !append, ...rest }));
      if (truncate && append) await medium.truncate(0); // Deno does not do both at once
    }
    return fileOver(medium, options);
  });
}

/** Whether options go together. Returns for what the file is opened. */
export function checkOpenOptions(options: OpenOptions): { read: boolean; write: boolean } {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot use ${describe(options)} as options`);
  }
  const { append, create, createNew, truncate, mode } = options;
  const write = options.write === true || append === true;
  const read = options.read ?? !write;
  if (!read && !write) throw new TypeError("Cannot open a file neither to read nor to write it");
  if (!write && (create || createNew || truncate)) {
    throw new TypeError("Cannot create or truncate a file that is opened to be read only");
  }
  if (mode !== undefined) checkSize("mode", mode);
  return { read, write };
}
