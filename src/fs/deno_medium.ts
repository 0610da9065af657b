import { SeekMode } from "../core/types.ts";
import type { Identity, Medium } from "./medium.ts";
import { openFileName } from "./node_fs.ts";
import { Turns } from "./turns.ts";

/** `Deno.FsFile`. */
export interface DenoFile {
  read(p: Uint8Array): Promise<number | null>;
  write(p: Uint8Array): Promise<number>;
  seek(offset: number, whence: SeekMode): Promise<number>;
  stat(): Promise<
    { isFile: boolean; isDirectory: boolean; isBlockDevice: boolean | null; size: number } & Inode
  >;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  close(): void;
}

interface Inode {
  dev: number;
  ino: number | null;
  mode: number | null;
}

interface DenoOpenOptions {
  read: boolean;
  write: boolean;
  append: boolean;
  create: boolean;
  createNew: boolean;
  truncate: boolean;
  mode: number;
}

/** The part of Deno that is used, if this is Deno. Its `node:fs` writes on the main thread, and waits there for a full pipe. */
export interface DenoHost {
  open(path: string, options: DenoOpenOptions): Promise<DenoFile>;
  permissions: { querySync(descriptor: { name: "read" | "write"; path: string }): { state: string } };
}

export function denoHost(): DenoHost | undefined {
  return Reflect.get(globalThis, "Deno");
}

/** A file of Deno, which reads and writes at a position of its own only: it is moved where that has to be. */
export class DenoMedium implements Medium {
  readonly path: string;
  readonly seekable: boolean;
  readonly #file: DenoFile;
  readonly #turns = new Turns();
  /** Where the file stands; unknown after a failure, and after a write at the end. */
  #at = NaN;

  constructor(path: string, file: DenoFile, seekable: boolean) {
    this.path = path;
    this.#file = file;
    this.seekable = seekable;
  }

  async read(p: Uint8Array, offset: number | null): Promise<number> {
    return await this.#move(offset, () => this.#file.read(p)) ?? 0;
  }

  async write(p: Uint8Array, offset: number | null): Promise<number> {
    return await this.#move(offset, () => this.#file.write(p));
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async identify(): Promise<Identity | null> {
    const path = "/proc/self/fd";
    const granted = (name: "read" | "write") =>
      denoHost()?.permissions.querySync({ name, path }).state === "granted";
    // Nobody shall be asked at the terminal for something that can be done without.
    const { isFile, size, dev, ino, mode } = await this.#file.stat();
    if (!isFile || mode === null || !granted("read") || !granted("write")) return null;
    const name = await openFileName(path, (found) => found.dev === dev && found.ino === ino);
    const writes = () => this.#file.write(new Uint8Array(0)).then(() => true, () => false);
    return name === null ? null : { name, size, mode, writes };
  }

  /** What has no positions can be read and written at the same time. */
  #move<T extends number | null>(offset: number | null, step: () => Promise<T>): Promise<T> {
    if (!this.seekable) return step();
    return this.#turns.take(async () => {
      if (offset !== null && this.#at !== offset) await this.#file.seek(offset, SeekMode.Start);
      this.#at = NaN;
      const n = await step();
      if (offset !== null) this.#at = offset + (n ?? 0);
      return n;
    });
  }
}

/** A medium over a file, however it was opened. */
export async function denoMedium(path: string, file: DenoFile): Promise<DenoMedium> {
  const { isFile, isDirectory, isBlockDevice } = await file.stat();
  return new DenoMedium(path, file, isFile || isDirectory || isBlockDevice === true);
}
