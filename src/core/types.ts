/**
 * The contracts: small interfaces that everything else is written against. Whatever has the
 * method is the thing; `Deno.FsFile`, `Deno.Conn` and everything of `@std/io` fit as they are.
 *
 * @module
 */

/**
 * Reads bytes.
 *
 * `read` fills up to `p.byteLength` bytes of `p` and resolves to how many. Fewer than that is
 * no sign of the end: `null` is the end of input, and stays so on every later call. `0` means
 * that nothing happened, never the end; 100 of them in a row make a caller give up with a
 * `NoProgressError`. All of `p` may be used as scratch space during the call, but a reader
 * never keeps, detaches or transfers it. With an empty `p` the result is `0` without touching
 * the source, unless the end or a failure is already known.
 *
 * Ported from Go `io.Reader`, which reports the end as the error `io.EOF`.
 */
export interface Reader {
  /**
   * Reads up to `p.byteLength` bytes into `p`.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end of input
   */
  read(p: Uint8Array): Promise<number | null>;
}

/**
 * Writes bytes.
 *
 * `write` resolves to how many bytes of `p` were accepted. It may accept fewer than it was given, as
 * the sockets and files of the hosts do; the callers in this package write the rest again.
 * Accepting 0 bytes of a non-empty `p` is a failure. A writer never keeps or changes `p`.
 *
 * Ported from Go `io.Writer`, which forbids the short write without an error.
 */
export interface Writer {
  /**
   * Writes the bytes of `p`, or some from its start.
   *
   * @param p The bytes to write
   * @returns The number of bytes accepted
   */
  write(p: Uint8Array): Promise<number>;
}

/** Ends the use of a resource. What a second `close` does is up to the resource. Ported from Go `io.Closer`. */
export interface Closer {
  /** Closes the resource. */
  close(): void | Promise<void>;
}

/** Closes the sending half of a connection and leaves the receiving half open. Ported from Go `net.TCPConn.CloseWrite`. */
export interface CloseWriter {
  /** Tells the peer that nothing more will be sent. */
  closeWrite(): void | Promise<void>;
}

/** Moves the position of the next read or write. Ported from Go `io.Seeker`. */
export interface Seeker {
  /**
   * Sets the position. Past the end is allowed, before the start is a `RangeError`.
   *
   * @param offset How far from `whence`, in bytes; may be negative
   * @param whence What `offset` counts from
   * @returns The new position, in bytes from the start
   */
  seek(offset: number, whence: SeekMode): Promise<number>;
}

/** Reads at a given offset, without a position of its own, so that calls may overlap. Ported from Go `io.ReaderAt`. */
export interface ReaderAt {
  /**
   * Fills `p` with the bytes from `offset` on. Fewer than `p.byteLength` only at the end of input.
   *
   * @param p Where the bytes are put
   * @param offset Where to begin, in bytes from the start
   * @returns The number of bytes read, or `null` if the input ends at or before `offset`
   */
  readAt(p: Uint8Array, offset: number): Promise<number | null>;
}

/** Writes at a given offset, without a position of its own. Ported from Go `io.WriterAt`. */
export interface WriterAt {
  /**
   * Writes `p` at `offset`.
   *
   * @param p The bytes to write
   * @param offset Where to begin, in bytes from the start
   * @returns The number of bytes accepted
   */
  writeAt(p: Uint8Array, offset: number): Promise<number>;
}

/** A source that knows the best way to write itself out; `copy` asks it first. Ported from Go `io.WriterTo`. */
export interface WriterTo {
  /**
   * Writes everything up to the end of input to `dst`.
   *
   * @param dst Where the bytes go
   * @param options The options of the copy, passed on
   * @returns The number of bytes written
   */
  writeTo(dst: Writer, options?: CopyOptions): Promise<number>;
}

/** A destination that knows the best way to read from a source; `copy` asks it second. Ported from Go `io.ReaderFrom`. */
export interface ReaderFrom {
  /**
   * Reads everything up to the end of `src`.
   *
   * @param src Where the bytes come from
   * @param options The options of the copy, passed on
   * @returns The number of bytes read
   */
  readFrom(src: Reader, options?: CopyOptions): Promise<number>;
}

/**
 * Hands over the source's own chunks, so that nobody has to copy them.
 *
 * The caller owns a chunk from then on: its reader never overwrites it. But it may be a view of
 * memory that others see too, so whoever receives it must not change or transfer it.
 */
export interface ChunkReader {
  /**
   * Takes the next chunk. An empty chunk is an empty read, not the end.
   *
   * @param max The most bytes the chunk may have, at least 1; no bound if left out
   * @returns The chunk, or `null` at the end of input
   */
  readChunk(max?: number): Promise<Uint8Array | null>;
}

/** Writes text as UTF-8 without the detour over a byte array of the caller's. Ported from Go `io.StringWriter`. */
export interface StringWriter {
  /**
   * Writes `s` as UTF-8.
   *
   * @param s The text
   * @returns The number of bytes written
   */
  writeString(s: string): Promise<number>;
}

/** What an offset given to {@linkcode Seeker.seek} counts from. Ported from Go `io.SeekStart` and its kin. */
export const SeekMode: { readonly Start: 0; readonly Current: 1; readonly End: 2 } = {
  /** From the start of the input. */
  Start: 0,
  /** From the present position. */
  Current: 1,
  /** From the end of the input. */
  End: 2,
};

/** One of the values of the constant {@linkcode SeekMode}. */
export type SeekMode = 0 | 1 | 2;

/** Whatever bytes can be copied from. */
export type Source = Reader | ReadableStream<Uint8Array> | Blob;

/** Whatever bytes can be copied to. */
export type Destination = Writer | WritableStream<Uint8Array>;

/**
 * How bytes were moved.
 *
 * - `"pipeTo"`: the platform's own pipe between two web streams
 * - `"byob"`: a byte stream fills one buffer over and over
 * - `"chunks"`: chunks are handed over as they are
 * - `"buffer"`: `read` into one buffer, `write` from it
 * - `"kernel"`: the operating system copies between two files
 * - `"writeTo"`, `"readFrom"`: an object from elsewhere did it and did not say how
 */
export type CopyPath = "writeTo" | "readFrom" | "pipeTo" | "byob" | "chunks" | "buffer" | "kernel";

/** What can be asked of a copy. */
export interface CopyOptions {
  /** Aborts the copy: it rejects with `signal.reason` at once, also while a read or write is pending. */
  signal?: AbortSignal;
  /** Called after every write with the bytes written so far. If it throws, the copy ends with that. */
  onProgress?: (written: number) => void;
  /** Called once, before the first byte moves, with the path that was chosen. */
  onPath?: (path: CopyPath) => void;
  /** Demands a path; a `TypeError` if it cannot serve these two ends. By default the fastest is chosen. */
  via?: CopyPath;
  /** The exact length of the source in bytes, where it is known; another length is then an error. */
  length?: number;
  /**
   * The fixed size in bytes of a buffer that the copy allocates.
   *
   * @default 65536, doubled up to 1 MiB as long as reads come back full
   */
  bufferSize?: number;
}

/** How a copy ended: what {@linkcode copySettled} resolves to. */
export type CopyOutcome =
  | {
    /** The source was copied to its end. */
    ok: true;
    /** The bytes that the destination accepted. */
    written: number;
    /** The path that moved them. */
    path: CopyPath;
  }
  | {
    /** The copy failed or was aborted. */
    ok: false;
    /** The bytes that the destination accepted before that. */
    written: number;
    /** The path, once one was chosen. */
    path?: CopyPath;
    /** Who ended it: the source, the destination, the signal, or a callback that threw. */
    side: "src" | "dst" | "signal" | "callback";
    /** What was thrown, as it was. */
    reason: unknown;
  };
