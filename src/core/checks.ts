/**
 * Checks of what callers pass in and of what readers and writers answer. All throw; none changes anything.
 *
 * @module
 */
import { InvalidReadError, InvalidWriteError, NoProgressError, ShortWriteError } from "./errors.ts";
import type { CopyOptions, Destination, Reader, Source, Writer } from "./types.ts";

/** How many empty reads in a row are one too many: `maxConsecutiveEmptyReads` of Go `bufio`. */
export const MAX_EMPTY_READS = 100;

function has(value: unknown, method: string): boolean {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  return typeof Reflect.get(value, method) === "function";
}

/** Names what was passed, for the message of a TypeError. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object") return `a ${typeof value}`;
  const { constructor } = value;
  const name = typeof constructor === "function" ? constructor.name : "";
  return name === "" || name === "Object" ? "a plain object" : `a ${name}`;
}

export function isReader(value: unknown): value is Reader {
  return has(value, "read");
}

/** A Blob is none, though Bun gives it a `write`: that one replaces the whole file at every call. */
export function isWriter(value: unknown): value is Writer {
  return has(value, "write") && !isBlob(value);
}

/** Told by shape, so that streams of another realm or a polyfill count too. */
export function isReadableStream(value: unknown): value is ReadableStream<Uint8Array> {
  return has(value, "getReader");
}

export function isWritableStream(value: unknown): value is WritableStream<Uint8Array> {
  return has(value, "getWriter");
}

export function isBlob(value: unknown): value is Blob {
  return has(value, "stream") && has(value, "slice");
}

export function checkReader(value: Reader): void {
  if (!isReader(value)) {
    throw new TypeError(`Cannot use ${describe(value)} as a Reader: it has no read() method`);
  }
}

export function checkWriter(value: Writer): void {
  if (!isWriter(value)) {
    throw new TypeError(`Cannot use ${describe(value)} as a Writer: it has no write() method`);
  }
}

export function checkSource(value: Source): void {
  if (isReader(value) || isReadableStream(value) || isBlob(value)) return;
  throw new TypeError(
    `Cannot read from ${describe(value)}: it is no ReadableStream or Blob and has no read() method`,
  );
}

export function checkDestination(value: Destination): void {
  if (isWriter(value) || isWritableStream(value)) return;
  throw new TypeError(
    `Cannot write to ${describe(value)}: it is no WritableStream and has no write() method`,
  );
}

/** Bytes that a Reader is to fill or a Writer to write. */
export function checkBytes(p: Uint8Array): void {
  if (!(p instanceof Uint8Array)) {
    throw new TypeError(`Cannot use ${describe(p)} as bytes: it is no Uint8Array`);
  }
}

function checkInteger(name: string, value: number): void {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot use ${describe(value)} as ${name}: it is no number`);
  }
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`Cannot use ${value} as ${name}: it is no safe integer`);
  }
}

/** A count of bytes to move, of which a negative one means none, as in Go. Returns the count, 0 or more. */
export function checkCount(name: string, value: number): number {
  checkInteger(name, value);
  return Math.max(0, value);
}

/** A size, an offset or a limit: `least` or more. */
export function checkSize(name: string, value: number, least = 0): void {
  checkInteger(name, value);
  if (value < least) throw new RangeError(`Cannot use ${value} as ${name}: it is below ${least}`);
}

const PATHS: ReadonlySet<unknown> = new Set([
  "writeTo",
  "readFrom",
  "pipeTo",
  "byob",
  "chunks",
  "buffer",
  "kernel",
]);

export function checkCopyOptions(options: CopyOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot use ${describe(options)} as options`);
  }
  const { signal, onProgress, onPath, via, length, bufferSize } = options;
  checkSignal(signal);
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new TypeError(`Cannot use ${describe(onProgress)} as onProgress: it is no function`);
  }
  if (onPath !== undefined && typeof onPath !== "function") {
    throw new TypeError(`Cannot use ${describe(onPath)} as onPath: it is no function`);
  }
  if (via !== undefined && !PATHS.has(via)) {
    throw new TypeError(`Cannot copy via ${JSON.stringify(via)}: no such path`);
  }
  if (length !== undefined) checkSize("length", length);
  if (bufferSize !== undefined) checkSize("bufferSize", bufferSize, 1);
}

export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal !== undefined && !(has(signal, "addEventListener") && "aborted" in signal)) {
    throw new TypeError(`Cannot use ${describe(signal)} as a signal: it is no AbortSignal`);
  }
}

/** Whether `n` can be the number of bytes that somebody moved out of `most`. */
export function isMoved(n: unknown, most: number): n is number {
  return typeof n === "number" && Number.isInteger(n) && n >= 0 && n <= most;
}

/** What a `read` into `size` bytes resolved to. Returns it. */
export function checkReadResult(n: number | null, size: number): number | null {
  if (n !== null && !isMoved(n, size)) {
    throw new InvalidReadError(`Cannot have read ${String(n)} bytes into a buffer of ${size}`, n);
  }
  return n;
}

/** What a `readChunk(max)` resolved to. Returns it. */
export function checkChunkResult(chunk: Uint8Array | null, max: number): Uint8Array | null {
  if (chunk === null) return null;
  if (!(chunk instanceof Uint8Array)) {
    throw new InvalidReadError(`Cannot use ${describe(chunk)} as a chunk: it is no Uint8Array`, chunk);
  }
  if (chunk.byteLength > max) {
    throw new InvalidReadError(
      `Cannot use a chunk of ${chunk.byteLength} bytes where ${max} were asked for`,
      chunk,
    );
  }
  return chunk;
}

/**
 * What a `write` of the bytes of a chunk of `size` from `offset` on resolved to. Returns how many were accepted,
 * which is never 0.
 */
export function checkWriteResult(n: number, size: number, offset = 0): number {
  if (!isMoved(n, size - offset)) {
    throw new InvalidWriteError(`Cannot have written ${String(n)} bytes of ${size - offset}`, n);
  }
  if (n === 0) {
    throw new ShortWriteError(`Cannot write ${size} bytes: only ${offset} were accepted`, size, offset);
  }
  return n;
}

/** Counts an empty read; returns how many there were in a row. */
export function countEmptyRead(already: number): number {
  const now = already + 1;
  if (now >= MAX_EMPTY_READS) throw new NoProgressError(`Cannot read: ${now} reads in a row gave nothing`);
  return now;
}

/**
 * The bytes of a chunk from a web stream. Any view and any buffer counts as bytes.
 *
 * @param chunk What came out of the stream
 * @returns The same memory as a Uint8Array
 */
export function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  if (typeof SharedArrayBuffer !== "undefined" && chunk instanceof SharedArrayBuffer) {
    return new Uint8Array(chunk);
  }
  throw new TypeError(`Cannot use ${describe(chunk)} as a chunk: it is not bytes`);
}
