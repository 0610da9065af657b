import { checkBytes, checkReader, checkSize, checkWriter, checkWriteResult } from "../core/checks.ts";
import type {
  Closer,
  CopyOptions,
  Reader,
  ReaderAt,
  ReaderFrom,
  Seeker,
  SeekMode,
  Writer,
  WriterAt,
  WriterTo,
} from "../core/types.ts";
import { registerIntake } from "../transfer/intake.ts";
import { registerWriter } from "../transfer/outlet.ts";
import { runOrThrow } from "../transfer/run.ts";
import { shortcutFrom } from "../transfer/shortcut.ts";
import { Cursor } from "./cursor.ts";
import { FileIntake } from "./file_intake.ts";
import { kernelShortcut } from "./kernel.ts";
import type { Medium } from "./medium.ts";

/** What whoever opens a file knows of it. */
export interface FileSettings {
  append?: boolean | undefined;
  syncOnClose?: boolean | undefined;
  position?: number | undefined;
}

let make: (medium: Medium, settings: FileSettings) => File;

const cursors = new WeakMap<object, Cursor>();

/**
 * A file that is open, made by {@linkcode open}, {@linkcode openHandle} or {@linkcode fileFrom}.
 *
 * It has one position, which `read`, `write` and `seek` share and which `readAt` and `writeAt` leave alone; any number of
 * those can be under way at the same time. `read`, `write` and `seek` that nobody awaited are done one after the other.
 * A pipe or a terminal has no positions: it can be read and written, and nothing else.
 *
 * `copy` from one File to another lets the operating system do it where that leads to the same result; `onPath` tells
 * `"kernel"` then. What that means is in the description of this module.
 *
 * Ported from Go `os.File`.
 *
 * **On error** everything rejects with a {@linkcode FileError} that has the host's own code and the path. After `close`
 * everything is a `TypeError`.
 *
 * **Cancellation**: a read that an aborted copy has given up does not move the position.
 *
 * @example Read the end of a file, and all of it
 * ```ts
 * import { readAll } from "@sluice/io";
 * import { open } from "@sluice/io/fs";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "0123456789");
 *
 * await using file = await open(path);
 * const tail = new Uint8Array(3);
 * assertEquals(await file.readAt(tail, await file.size() - 3), 3);
 * assertEquals(new TextDecoder().decode(tail), "789");
 * assertEquals((await readAll(file)).byteLength, 10);
 * await Deno.remove(path);
 * ```
 */
export class File implements Reader, Writer, ReaderAt, WriterAt, Seeker, ReaderFrom, WriterTo, Closer {
  /** Where it is, as it was opened. */
  readonly path: string;
  readonly #cursor: Cursor;
  readonly #syncOnClose: boolean;
  #closing: Promise<void> | null = null;

  private constructor(medium: Medium, { append = false, syncOnClose = false, position }: FileSettings) {
    this.path = medium.path;
    this.#syncOnClose = syncOnClose;
    const cursor = this.#cursor = new Cursor(medium, append, position);
    cursors.set(this, cursor);
    registerIntake(this, new FileIntake(this, cursor));
    registerWriter(this, {
      keeps: false,
      lock() {},
      put: (chunk) => this.write(chunk),
      watch() {},
      letGo() {},
      shortcut: shortcutFrom(async (origin) => {
        const source = cursors.get(origin.owner);
        return source ? await kernelShortcut(cursor, origin, source) : null;
      }),
    });
  }

  static {
    make = (medium, settings) => new File(medium, settings);
  }

  /**
   * Reads on from the position, and moves it.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end of the file
   */
  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    return p.byteLength === 0 ? 0 : await this.#cursor.read(p);
  }

  /**
   * Writes at the position, and moves it; at the end, if the file is open for appending.
   *
   * @param p The bytes
   * @returns The number of bytes accepted, which may be fewer
   */
  async write(p: Uint8Array): Promise<number> {
    checkBytes(p);
    return p.byteLength === 0 ? 0 : await this.#cursor.write(p);
  }

  /**
   * Fills `p` with the bytes from `offset` on, and leaves the position where it is. Fewer only at the end of the file.
   *
   * @param p Where the bytes are put
   * @param offset Where to begin, in bytes from the start
   * @returns The number of bytes read, or `null` if the file ends at or before `offset`
   */
  async readAt(p: Uint8Array, offset: number): Promise<number | null> {
    checkBytes(p);
    checkSize("offset", offset);
    let done = 0;
    while (done < p.byteLength) {
      const n = await this.#cursor.readAt(p.subarray(done), offset + done);
      if (n === 0) return done === 0 ? null : done;
      done += n;
    }
    return done;
  }

  /**
   * Writes all of `p` at `offset`, and leaves the position where it is. A hole that comes before it reads as zeros.
   *
   * A file that is open for appending has no other place to write than its end: a `TypeError`.
   *
   * @param p The bytes
   * @param offset Where to begin, in bytes from the start
   * @returns The number of bytes accepted, which is all
   */
  async writeAt(p: Uint8Array, offset: number): Promise<number> {
    checkBytes(p);
    checkSize("offset", offset);
    if (this.#cursor.appends) {
      throw new TypeError(`Cannot write at an offset of ${this.path}: it is open for appending`);
    }
    const { byteLength } = p;
    for (let done = 0; done < byteLength;) {
      const n = await this.#cursor.do("write", (medium) => medium.write(p.subarray(done), offset + done));
      done += checkWriteResult(n, byteLength, done);
    }
    return byteLength;
  }

  /**
   * Moves the position. Past the end is allowed; before the start is a `RangeError`.
   *
   * @param offset How far from `whence`, in bytes
   * @param whence One of {@linkcode SeekMode}
   * @returns The new position, in bytes from the start
   */
  async seek(offset: number, whence: SeekMode): Promise<number> {
    return await this.#cursor.seek(offset, whence);
  }

  /**
   * Copies everything from `src` to the position, as `copy` does.
   *
   * **Cancellation** with `options.signal`, as in `copy`.
   *
   * @param src Where the bytes come from
   * @param options As in `copy`
   * @returns The number of bytes written
   */
  async readFrom(src: Reader, options: CopyOptions = {}): Promise<number> {
    checkReader(src);
    return await runOrThrow(this, src, options);
  }

  /**
   * Copies everything from the position on to `dst`, as `copy` does.
   *
   * **Cancellation** with `options.signal`, as in `copy`.
   *
   * @param dst Where the bytes go
   * @param options As in `copy`
   * @returns The number of bytes written
   */
  async writeTo(dst: Writer, options: CopyOptions = {}): Promise<number> {
    checkWriter(dst);
    return await runOrThrow(dst, this, options);
  }

  /**
   * How large the file is now.
   *
   * @returns The size in bytes
   */
  async size(): Promise<number> {
    return await this.#inTurn("measure", (medium) => medium.size());
  }

  /**
   * Cuts the file, or lengthens it with zeros. The position stays.
   *
   * @param size The new size in bytes; 0 if left out
   * @returns When it has that size
   */
  async truncate(size: number = 0): Promise<void> {
    checkSize("size", size);
    await this.#inTurn("truncate", (medium) => medium.truncate(size));
  }

  /**
   * Puts everything that was written on the disk.
   *
   * @returns When it is there
   */
  async sync(): Promise<void> {
    await this.#inTurn("sync", (medium) => medium.sync());
  }

  /**
   * Closes the file, once everything that was asked for before is done. Closing it again does nothing more.
   *
   * @returns When it is closed
   */
  async close(): Promise<void> {
    await (this.#closing ??= this.#cursor.close(this.#syncOnClose));
  }

  /** The same as {@linkcode File.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #inTurn<T>(what: string, step: (medium: Medium) => Promise<T>): Promise<T> {
    const cursor = this.#cursor;
    return cursor.writes.take(() => cursor.do(what, step));
  }
}

/** A File over a medium. */
export function fileOver(medium: Medium, settings: FileSettings): File {
  return make(medium, settings);
}
