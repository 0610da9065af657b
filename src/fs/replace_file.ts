import { attempt, FileError } from "./file_error.ts";
import type { File } from "./file.ts";
import { nodeFs, nodePath, pathOf, type Stats } from "./node_fs.ts";
import { openAs } from "./open.ts";

/** How many links may lead to one another: as many as Linux follows. */
const MOST_LINKS = 40;

/** A file that is to take the place of another. Exactly one of `commit` and `discard` is called in the end. */
export interface Replacement {
  /** What to write to. It is called by the path that it will have. */
  readonly file: File;
  /**
   * Puts it on the disk and gives it its name. If that fails it can still be discarded.
   *
   * @param signal Keeps it from its name, up to the last moment
   */
  commit(signal?: AbortSignal): Promise<void>;
  /** Leaves nothing of it behind. */
  discard(): Promise<void>;
}

/** How a file is replaced. */
export interface ReplaceOptions {
  /**
   * The permission bits of a file that is not there yet, less those of the process's umask; one that is keeps its own.
   *
   * @default 0o666
   */
  mode?: number;
}

/**
 * Replaces a file in two steps: a new one is written beside it, and takes its name when it is complete. Under that name
 * there is a whole file at any time, the old or the new, whatever happens to the program or the machine. Where the whole of it
 * comes from one source, {@linkcode writeFileAtomic} is shorter.
 *
 * A link is followed: it stays, and what it leads to is replaced. An old file gives the new one its permissions, and its
 * owner where that is allowed. Whoever may not write to it may not replace it; a directory, a device or a pipe cannot be
 * replaced at all.
 *
 * If the program is killed, a hidden file with a name of its own that ends in `.part` stays behind.
 *
 * **On error** rejects with a {@linkcode FileError}.
 *
 * @example Write a report that nobody sees half-written
 * ```ts
 * import { writeString } from "@sluice/io";
 * import { replaceFile } from "@sluice/io/fs";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "old");
 * const report = await replaceFile(path);
 * try {
 *   await writeString(report.file, "new ");
 *   assertEquals(await Deno.readTextFile(path), "old");
 *   await writeString(report.file, "and whole");
 *   await report.commit();
 * } catch (reason) {
 *   await report.discard();
 *   throw reason;
 * }
 * assertEquals(await Deno.readTextFile(path), "new and whole");
 * await Deno.remove(path);
 * ```
 *
 * @param path The file to replace, there or not
 * @param options The permissions of a new one
 * @returns What to write to, and how to end it
 */
export async function replaceFile(path: string | URL, options: ReplaceOptions = {}): Promise<Replacement> {
  const title = await pathOf(path);
  const { chmod, chown, constants, open, rename, unlink } = await nodeFs();
  const { basename, dirname, join } = await nodePath();
  const { target, old } = await attempt("replace", title, () => follow(title, title));
  const folder = dirname(target);
  const name = `.${basename(target).slice(0, 60)}.${crypto.randomUUID().slice(0, 8)}.part`;
  const temporary = join(folder, name);

  const mode = old === null ? options.mode : old.mode & 0o7777;
  const file = await openAs(title, temporary, {
    write: true,
    createNew: true,
    ...(mode !== undefined && { mode }),
  });
  const replacement: Replacement = {
    file,
    async commit(signal) {
      await file.sync();
      await file.close();
      signal?.throwIfAborted();
      await attempt("replace", title, () => rename(temporary, target));
      try { // the name is on the disk as well, where a folder can be opened for that
        const handle = await open(folder, constants.O_RDONLY);
        await handle.sync().finally(() => handle.close());
      } catch {
        // Windows and some file systems have no such thing.
      }
    },
    async discard() {
      const closed = file.close();
      closed.catch(() => {}); // nobody wants what could not be written
      const remove = () => unlink(temporary);
      // What is still being written is not waited for, except where an open file cannot be removed.
      await attempt("remove", temporary, () => remove().catch(() => closed.catch(() => {}).then(remove)));
    },
  };
  if (old === null) return replacement;
  try {
    const { uid, gid } = old;
    await chown(temporary, uid, gid).catch(() => {}); // only some may give files away
    await attempt("replace", title, () => chmod(temporary, old.mode & 0o7777));
    return replacement;
  } catch (reason) {
    await replacement.discard();
    throw reason;
  }
}

/** Where a path leads, over all links, also to a file that is not there. */
async function follow(
  title: string,
  path: string,
  links = 0,
): Promise<{ target: string; old: Stats | null }> {
  const { access, constants, readlink, realpath, stat } = await nodeFs();
  const refuse = (code: string, why: string) => new FileError(`Cannot replace ${title}: ${why}`, code, title);
  let target: string;
  try {
    target = await realpath(path);
  } catch (reason) {
    if (!(reason instanceof Error) || Reflect.get(reason, "code") !== "ENOENT") throw reason;
    const link = await readlink(path).catch(() => null);
    if (link === null) {
      if (/[/\\]$/.test(path)) throw refuse("ENOENT", "there is no such directory");
      return { target: path, old: null };
    }
    if (links === MOST_LINKS) throw refuse("ELOOP", "too many links lead to one another");
    const { dirname, resolve } = await nodePath();
    return await follow(title, resolve(dirname(path), link), links + 1);
  }
  const old = await stat(target);
  if (old.isDirectory()) throw refuse("EISDIR", "it is a directory");
  if (!old.isFile()) throw refuse("EINVAL", "it is no regular file");
  await access(target, constants.W_OK);
  return { target, old };
}
