/**
 * The interfaces of `@std/io`, word for word, and a few programs written against nothing else: what people have
 * who come from there.
 *
 * @module
 */

/** As in `@std/io/types`. */
export interface StdReader {
  read(p: Uint8Array): Promise<number | null>;
}

/** As in `@std/io/types`. */
export interface StdWriter {
  write(p: Uint8Array): Promise<number>;
}

/** As in `@std/io/types`. */
export interface StdCloser {
  close(): void;
}

/** As in `@std/io/types`. */
export enum StdSeekMode {
  /** From the start. */
  Start = 0,
  /** From the present position. */
  Current = 1,
  /** From the end. */
  End = 2,
}

/** As in `@std/io/types`. */
export interface StdSeeker {
  seek(offset: number | bigint, whence: StdSeekMode): Promise<number>;
}

/** The loop of `copy()` of `@std/io`. */
export async function stdCopy(src: StdReader, dst: StdWriter): Promise<number> {
  const buffer = new Uint8Array(32 * 1024);
  let n = 0;
  for (let read = await src.read(buffer); read !== null; read = await src.read(buffer)) {
    for (let written = 0; written < read;) written += await dst.write(buffer.subarray(written, read));
    n += read;
  }
  return n;
}

/** A Buffer in the manner of `@std/io`: it reads back what was written to it, and starts again once it was read to its end. */
export class StdBuffer implements StdReader, StdWriter {
  #bytes: Uint8Array;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = bytes;
  }

  /** The bytes not read yet. */
  bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  read(p: Uint8Array): Promise<number | null> {
    if (this.#bytes.byteLength === 0) return Promise.resolve(p.byteLength === 0 ? 0 : null);
    const n = Math.min(p.byteLength, this.#bytes.byteLength);
    p.set(this.#bytes.subarray(0, n));
    this.#bytes = this.#bytes.subarray(n);
    return Promise.resolve(n);
  }

  write(p: Uint8Array): Promise<number> {
    const all = new Uint8Array(this.#bytes.byteLength + p.byteLength);
    all.set(this.#bytes);
    all.set(p, this.#bytes.byteLength);
    this.#bytes = all;
    return Promise.resolve(p.byteLength);
  }
}

/** A LimitedReader in the manner of `@std/io`, over any reader of theirs. */
export class StdLimitedReader implements StdReader {
  limit: number;
  readonly #reader: StdReader;

  constructor(reader: StdReader, limit: number) {
    this.#reader = reader;
    this.limit = limit;
  }

  async read(p: Uint8Array): Promise<number | null> {
    if (this.limit <= 0) return null;
    const n = await this.#reader.read(p.byteLength > this.limit ? p.subarray(0, this.limit) : p);
    if (n !== null) this.limit -= n;
    return n;
  }
}
