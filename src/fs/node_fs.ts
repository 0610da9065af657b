/**
 * `node:fs/promises` of Deno, Bun and Node, as far as it is used here: described, so that nobody needs its types, and loaded
 * when it is needed, so that everything else works where there is none.
 *
 * @module
 */

import { describe } from "../core/checks.ts";

/** What is known of a file. */
export interface Stats {
  dev: number;
  ino: number;
  mode: number;
  size: number;
  uid: number;
  gid: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** Node's `FileHandle`. */
export interface NodeHandle {
  readonly fd: number;
  read(p: Uint8Array, at: number, length: number, offset: number | null): Promise<{ bytesRead: number }>;
  write(p: Uint8Array, at: number, length: number, offset: number | null): Promise<{ bytesWritten: number }>;
  stat(): Promise<Stats>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface NodeFs {
  readonly constants: Record<
    "O_RDONLY" | "O_WRONLY" | "O_RDWR" | "O_CREAT" | "O_EXCL" | "O_TRUNC" | "O_APPEND" | "W_OK",
    number
  >;
  open(path: string, flags: number, mode?: number): Promise<NodeHandle>;
  stat(path: string): Promise<Stats>;
  access(path: string, mode: number): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  readdir(path: string): Promise<string[]>;
  readFile(path: string, encoding: "utf8"): Promise<string>;
  copyFile(src: string, dst: string): Promise<void>;
  realpath(path: string): Promise<string>;
  readlink(path: string): Promise<string>;
  chown(path: string, uid: number, gid: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** Loads a module of the host, by a name that bundlers for the browser do not see. */
async function load(name: string) {
  try {
    return await import(name);
  } catch (cause) {
    throw new TypeError("Cannot use files by their path: this platform has no file system", { cause });
  }
}

/** The host's file system. Rejects with a TypeError where there is none. */
export function nodeFs(): Promise<NodeFs> {
  return load("node:fs/promises");
}

/**
 * Finds the name under which Linux has a file that this process has open. Those that were opened last come first.
 *
 * @param folder Where those names are
 * @param isIt Tells the file
 * @returns The name, or `null`
 */
export async function openFileName(folder: string, isIt: (stats: Stats) => boolean): Promise<string | null> {
  const { readdir, stat } = await nodeFs();
  for (const fd of (await readdir(folder)).map(Number).sort((a, b) => b - a)) {
    const name = `${folder}/${fd}`;
    // Some are closed in the meantime.
    const stats = await stat(name).catch(() => null);
    if (stats !== null && isIt(stats)) return name;
  }
  return null;
}

interface NodePath {
  basename(path: string): string;
  dirname(path: string): string;
  join(...parts: string[]): string;
  resolve(...parts: string[]): string;
}

/** What is known of paths: Windows has others. */
export function nodePath(): Promise<NodePath> {
  return load("node:path");
}

/** The code of an error of which only the number is known. */
export async function systemCode(errno: number): Promise<string> {
  const { constants } = await load("node:os");
  return Object.keys(constants.errno).find((code) => constants.errno[code] === errno) ?? `E${errno}`;
}

/** The path that a caller means. */
export async function pathOf(path: string | URL): Promise<string> {
  const name: unknown = path instanceof URL ? (await load("node:url")).fileURLToPath(path) : path;
  if (typeof name === "string" && !name.includes("\0")) return name;
  throw new TypeError(
    `Cannot use ${typeof name === "string" ? "a string with a NUL" : describe(name)} as a path`,
  );
}
