import { Turns } from "./turns.ts";
import type { Medium } from "./medium.ts";

/** A browser's `FileSystemSyncAccessHandle`. Some browsers answer with promises. */
export interface SyncHandleLike {
  /** Reads at an offset; 0 at the end. */
  read(p: Uint8Array, options: { at: number }): number | Promise<number>;
  /** Writes at an offset. */
  write(p: Uint8Array, options: { at: number }): number | Promise<number>;
  /** Tells the size in bytes. */
  getSize(): number | Promise<number>;
  /** Cuts or lengthens the file. */
  truncate(size: number): void | Promise<void>;
  /** Puts everything on the disk. */
  flush(): void | Promise<void>;
  /** Gives the file free. */
  close(): void | Promise<void>;
}

/** The part of a browser's `FileSystemFileHandle` that is used. */
export interface FileHandleLike {
  /** What the file is called. */
  readonly name: string;
  /** Gives what the file contains now. */
  getFile(): Promise<Blob>;
  /** Gives a stream whose contents become those of the file when it is closed. */
  createWritable(options?: { keepExistingData?: boolean }): Promise<WritableStream>;
  /** Gives access to the file itself, in a worker. */
  createSyncAccessHandle?(): Promise<SyncHandleLike>;
}

/** A file that a worker has to itself: read and written in place. */
export class SyncMedium implements Medium {
  readonly path: string;
  readonly seekable = true;
  readonly #handle: SyncHandleLike;

  constructor(path: string, handle: SyncHandleLike) {
    this.path = path;
    this.#handle = handle;
  }

  async read(p: Uint8Array, offset: number): Promise<number> {
    return await this.#handle.read(p, { at: offset });
  }

  async write(p: Uint8Array, offset: number | null): Promise<number> {
    return await this.#handle.write(p, { at: offset ?? await this.size() });
  }

  async size(): Promise<number> {
    return await this.#handle.getSize();
  }

  async truncate(size: number): Promise<void> {
    await this.#handle.truncate(size);
  }

  async sync(): Promise<void> {
    await this.#handle.flush();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * A file in a page: what is written goes to a copy, which becomes the file when it is read again, synced or closed.
 */
export class HandleMedium implements Medium {
  readonly path: string;
  readonly seekable = true;
  readonly #handle: FileHandleLike;
  readonly #turns = new Turns();
  #blob: Blob | null = null;
  #writer: WritableStreamDefaultWriter | null = null;
  /** Where the next chunk goes if it does not say, and how large the copy is. */
  #at = 0;
  #size = 0;

  constructor(handle: FileHandleLike) {
    this.path = handle.name;
    this.#handle = handle;
  }

  read(p: Uint8Array, offset: number): Promise<number> {
    return this.#turns.take(async () => {
      await this.#commit();
      const blob = this.#blob ??= await this.#handle.getFile();
      const bytes = new Uint8Array(await blob.slice(offset, offset + p.byteLength).arrayBuffer());
      // The end may have moved since.
      if (bytes.byteLength < p.byteLength) this.#blob = null;
      p.set(bytes);
      return bytes.byteLength;
    });
  }

  write(p: Uint8Array, offset: number | null): Promise<number> {
    return this.#turns.take(async () => {
      const writer = await this.#open(true);
      const position = offset ?? this.#size;
      await this.#put(writer, position === this.#at ? p : { type: "write", position, data: p });
      this.#at = position + p.byteLength;
      this.#size = Math.max(this.#size, this.#at);
      return p.byteLength;
    });
  }

  size(): Promise<number> {
    return this.#turns.take(async () =>
      this.#writer === null ? (await this.#handle.getFile()).size : this.#size
    );
  }

  truncate(size: number): Promise<void> {
    return this.#turns.take(async () => {
      const isFresh = this.#writer === null && size === 0;
      const writer = await this.#open(!isFresh);
      if (!isFresh) await this.#put(writer, { type: "truncate", size });
      this.#size = size;
      this.#at = Math.min(this.#at, size);
    });
  }

  sync(): Promise<void> {
    return this.#turns.take(() => this.#commit());
  }

  close(): Promise<void> {
    return this.sync();
  }

  async #open(keepExistingData: boolean): Promise<WritableStreamDefaultWriter> {
    if (this.#writer === null) {
      this.#at = 0;
      this.#size = keepExistingData ? (await this.#handle.getFile()).size : 0;
      this.#writer = (await this.#handle.createWritable({ keepExistingData })).getWriter();
      this.#writer.closed.catch(() => {}); // told by the write that fails
    }
    return this.#writer;
  }

  async #put(writer: WritableStreamDefaultWriter, chunk: unknown): Promise<void> {
    try {
      await writer.write(chunk);
    } catch (reason) {
      this.#writer = null;
      throw reason;
    }
  }

  async #commit(): Promise<void> {
    const writer = this.#writer;
    if (writer === null) return;
    this.#writer = this.#blob = null;
    await writer.close();
  }
}
