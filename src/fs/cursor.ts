import { seekTo } from "../core/seek.ts";
import { SeekMode } from "../core/types.ts";
import { attempt, FileError } from "./file_error.ts";
import type { Medium } from "./medium.ts";
import { Turns } from "./turns.ts";

/** Stands for the position at the end, wherever that is: where a write leaves a file that is open for appending. */
const AT_END = -1;

/**
 * The position of a file, which reads and writes share. The host's own is left alone: it is told where to read, so that
 * reads at other offsets can happen at any time, and a read that was given up has moved nothing.
 *
 * Of what has no positions the host's is the only one. Bytes of it that came and were not used are kept.
 */
export class Cursor {
  readonly medium: Medium;
  readonly appends: boolean;
  readonly reads: Turns = new Turns();
  /** What has no positions can be read and written at the same time, as a terminal is. */
  readonly writes: Turns;
  position: number;
  closed = false;
  #left: Uint8Array = new Uint8Array(0);

  constructor(medium: Medium, appends: boolean, position = 0) {
    this.medium = medium;
    this.appends = appends;
    this.position = position;
    this.writes = medium.seekable ? this.reads : new Turns();
  }

  /** Does something with the file, and says what it was if the host refuses it. */
  async do<T>(what: string, step: (medium: Medium) => Promise<T>): Promise<T> {
    this.#check(what);
    return await attempt(what, this.medium.path, () => step(this.medium));
  }

  /** The offset of the next read or write, or `null` where there are none. In turn only. */
  async at(): Promise<number | null> {
    if (!this.medium.seekable) return null;
    if (this.position === AT_END) this.position = await this.do("measure", (medium) => medium.size());
    return this.position;
  }

  /** Reads once, from what was kept or from the host, without moving the position. */
  async readAt(p: Uint8Array, offset: number | null): Promise<number> {
    if (offset !== null || this.#left.byteLength === 0) {
      return await this.do("read", (medium) => medium.read(p, offset));
    }
    const part = this.#left.subarray(0, p.byteLength);
    p.set(part);
    this.#left = this.#left.subarray(part.byteLength);
    return part.byteLength;
  }

  /** Takes bytes back that were read last. */
  unread(bytes: Uint8Array): void {
    if (this.medium.seekable) {
      this.position -= bytes.byteLength;
      return;
    }
    const left = new Uint8Array(bytes.byteLength + this.#left.byteLength);
    left.set(bytes);
    left.set(this.#left, bytes.byteLength);
    this.#left = left;
  }

  read(p: Uint8Array): Promise<number | null> {
    return this.reads.take(async () => {
      const at = await this.at();
      const n = await this.readAt(p, at);
      if (at !== null) this.position = at + n;
      return n === 0 ? null : n;
    });
  }

  write(p: Uint8Array): Promise<number> {
    return this.writes.take(async () => {
      const at = this.appends ? null : await this.at();
      const n = await this.do("write", (medium) => medium.write(p, at));
      this.position = at === null ? AT_END : at + n;
      return n;
    });
  }

  seek(offset: number, whence: SeekMode): Promise<number> {
    return this.reads.take(async () => {
      this.#check("seek in");
      const at = await this.at();
      if (at === null) {
        const { path } = this.medium;
        throw new FileError(`Cannot seek in ${path}: it has no positions`, "ESPIPE", path);
      }
      const end = whence === SeekMode.End ? await this.do("measure", (medium) => medium.size()) : 0;
      return this.position = seekTo(offset, whence, at, end);
    });
  }

  /** Closes the file, once everything that was asked for before is done. */
  close(sync: boolean): Promise<void> {
    return this.writes.take(async () => {
      try {
        if (sync) await this.do("sync", (medium) => medium.sync());
      } finally {
        const closing = this.do("close", (medium) => medium.close());
        this.closed = true;
        await closing;
      }
    });
  }

  #check(what: string): void {
    if (this.closed) throw new TypeError(`Cannot ${what} ${this.medium.path}: it is closed`);
  }
}
