import { open, replaceFile } from "@sluice/io/fs";
import { attempt, Complaint } from "./complaint.ts";
import type { DestinationEnd, SourceEnd } from "./ends.ts";
import { orAborted } from "./or_aborted.ts";

const PERMISSIONS = 0o777;

/**
 * Opens a file to read it.
 *
 * @param path The file, or a device or named pipe
 * @param signal Ends the waiting for the other end of a named pipe
 * @returns The source
 */
export async function openFileSource(path: string, signal: AbortSignal): Promise<SourceEnd> {
  const info = await attempt(`read ${path}`, Deno.stat(path));
  if (info.isDirectory) throw new Complaint(`Cannot read ${path}: it is a directory`);
  const file = await attempt(`read ${path}`, orAborted(open(path), signal));
  return {
    name: path,
    src: file,
    // Devices, and files that the system makes up as they are read, say 0.
    size: info.isFile && info.size > 0 ? info.size : null,
    ...(info.isFile && info.mode !== null ? { mode: info.mode & PERMISSIONS } : {}),
    close: () => file.close(),
  };
}

/**
 * Opens a file to replace it when it is complete, so that under its name there is always a whole file, the old or the new. A
 * device or named pipe is written directly.
 *
 * @param path The file; a link is followed
 * @param mode The permissions of a file that is not there yet; one that is keeps its own
 * @param signal Ends the waiting for the other end of a named pipe, and keeps a late file from its name
 * @returns The destination
 */
export async function openFileDestination(
  path: string,
  mode: number | undefined,
  signal: AbortSignal,
): Promise<DestinationEnd> {
  const what = `write ${path}`;
  const info = await statOrNull(path, what);
  if (info?.isDirectory) throw new Complaint(`Cannot ${what}: it is a directory`);
  if (info !== null && !info.isFile) return await openDirectly(path, signal);

  if (info === null && path.endsWith("/")) throw new Complaint(`Cannot ${what}: there is no such directory`);
  if (info === null && await isLink(path)) {
    throw new Complaint(`Cannot ${what}: it is a link to a file that is not there`);
  }
  const replacement = await attempt(what, replaceFile(path, mode === undefined ? {} : { mode }));
  return {
    name: path,
    dst: replacement.file,
    finish: () => attempt(what, replacement.commit(signal)),
    giveUp: () => replacement.discard(),
  };
}

async function openDirectly(path: string, signal: AbortSignal): Promise<DestinationEnd> {
  const file = await attempt(`write ${path}`, orAborted(open(path, { write: true }), signal));
  const close = () => file.close();
  return { name: path, dst: file, finish: close, giveUp: close };
}

/**
 * Tells whether two names are those of one file. What is no file, or not there, is the same as nothing.
 *
 * @param a A path, or null for what is none
 * @param b The other
 * @returns Whether they are
 */
export async function isSameFile(a: string | null, b: string | null): Promise<boolean> {
  if (a === null || b === null) return false;
  const [one, other] = await Promise.all([identityOf(a), identityOf(b)]);
  return one !== null && one === other;
}

async function identityOf(path: string): Promise<string | null> {
  try {
    const { isFile, dev, ino } = await Deno.stat(path);
    if (!isFile) return null;
    return ino ? `${dev}:${ino}` : await Deno.realPath(path);
  } catch {
    return null;
  }
}

async function statOrNull(path: string, what: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (reason) {
    if (reason instanceof Deno.errors.NotFound) return null;
    return await attempt(what, Promise.reject(reason));
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch {
    return false;
  }
}
