/**
 * Checks of what callers pass in and of what readers and writers answer. All throw; none changes anything.
 *
 * @module
 */
import { InvalidReadError, InvalidWriteError, NoProgressError, ShortWriteError } from "./errors.ts";
import type { CopyOptions, Destination, Reader, Source, Writer } from "./types.ts";

/** How many empty reads in a row are one too many: `maxConsecutiveEmptyReads` of Go `bufio`. */
export const MAX_EMPTY_READS = 100;

/** Whether there is such a method on a value, whatever that is. */
export function has(value: unknown, method: string): boolean {
  return typeof Reflect.get(Object(value), method) === "function";
}

/** Names what was passed, for the message of a TypeError. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = value.constructor?.name;
  return !name || name === "Object" ? "a plain object" : `a ${name}`;
}

/** The error for something that was passed as what it is not. */
export function misuse(value: unknown, as: string, why: string): TypeError {
  return new TypeError(`Cannot use ${describe(value)} as ${as}: it ${why}`);
}

export function isReader(value: unknown): value is Reader {
  return has(value, "read");
}

/**
 * A Blob is none, though Bun gives it a `write`: that one replaces the whole file at every call. Nor is a stream with a
 * `write` of its own, as browsers have for files: that one tells nothing of the bytes.
 */
export function isWriter(value: unknown): value is Writer {
  return has(value, "write") && !isBlob(value) && !isWritableStream(value);
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
  if (!isReader(value)) throw misuse(value, "a Reader", "has no read() method");
}

export function checkWriter(value: Writer): void {
  if (!isWriter(value)) throw misuse(value, "a Writer", "has no write() method");
}

export function checkSource(value: Source): void {
  if (isReader(value) || isReadableStream(value) || isBlob(value)) return;
  throw misuse(value, "a source", "is no ReadableStream or Blob and has no read() method");
}

export function checkDestination(value: Destination): void {
  if (isWriter(value) || isWritableStream(value)) return;
  throw misuse(value, "a destination", "is no WritableStream and has no write() method");
}

/** Bytes that a Reader is to fill or a Writer to write. */
export function checkBytes(p: Uint8Array): void {
  if (!(p instanceof Uint8Array)) throw misuse(p, "bytes", "is no Uint8Array");
}

function checkInteger(name: string, value: number): void {
  if (typeof value !== "number") throw misuse(value, name, "is no number");
  if (!Number.isSafeInteger(value)) throw outOfRange(value, name, "is no safe integer");
}

function outOfRange(value: number, as: string, why: string): RangeError {
  return new RangeError(`Cannot use ${value} as ${as}: it ${why}`);
}

/** A count of bytes to move, of which a negative one means none, as in Go. Returns the count, 0 or more. */
export function checkCount(name: string, value: number): number {
  checkInteger(name, value);
  return Math.max(0, value);
}

/** A size, an offset or a limit: `least` or more. */
export function checkSize(name: string, value: number, least = 0): void {
  checkInteger(name, value);
  if (value < least) throw outOfRange(value, name, `is below ${least}`);
}

const PATHS: readonly unknown[] = ["writeTo", "readFrom", "pipeTo", "byob", "chunks", "buffer", "kernel"];

export function checkCopyOptions(options: CopyOptions): void {
  if (typeof options !== "object" || options === null) throw misuse(options, "options", "is no object");
  const { signal, onProgress, onPath, via, length, bufferSize } = options;
  checkSignal(signal);
  checkCallback("onProgress", onProgress);
  checkCallback("onPath", onPath);
  if (via !== undefined && !PATHS.includes(via)) {
    throw cannotCopy(JSON.stringify(via), "there is no such path");
  }
  if (length !== undefined) checkSize("length", length);
  if (bufferSize !== undefined) checkSize("bufferSize", bufferSize, 1);
}

/** The error for a path that cannot serve. */
export function cannotCopy(via: string, why: string): TypeError {
  return new TypeError(`Cannot copy via ${via}: ${why}`);
}

export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal !== undefined && !(has(signal, "addEventListener") && "aborted" in signal)) {
    throw misuse(signal, "a signal", "is no AbortSignal");
  }
}

export function checkCallback(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") throw misuse(value, name, "is no function");
}

/** Whether `n` can be the number of bytes that somebody moved out of `most`. */
export function isMoved(n: unknown, most: number): n is number {
  return typeof n === "number" && n >= 0 && n <= most && n % 1 === 0;
}

/** The number of bytes that somebody says to have moved out of `most`. */
export function checkMoved(
  n: unknown,
  most: number,
  done: string,
  Wrong: typeof InvalidReadError | typeof InvalidWriteError,
): number {
  if (isMoved(n, most)) return n;
  throw new Wrong(`Cannot have ${done} ${String(n)} bytes of ${most}`, n);
}

/** What a `read` into `size` bytes resolved to. Returns it. */
export function checkReadResult(n: unknown, size: number): number | null {
  return n === null ? null : checkMoved(n, size, "read", InvalidReadError);
}

/** What a `readChunk(max)` resolved to. Returns it. */
export function checkChunkResult(chunk: unknown, max: number): Uint8Array | null {
  if (chunk === null || chunk instanceof Uint8Array && chunk.byteLength <= max) return chunk;
  const what = chunk instanceof Uint8Array ? `${chunk.byteLength} bytes` : describe(chunk);
  throw new InvalidReadError(`Cannot use ${what} as a chunk of ${max} bytes`, chunk);
}

/**
 * What a `write` of the bytes of a chunk of `size` from `offset` on resolved to. Returns how many were accepted,
 * which is never 0.
 */
export function checkWriteResult(n: unknown, size: number, offset = 0): number {
  const accepted = checkMoved(n, size - offset, "written", InvalidWriteError);
  if (accepted > 0) return accepted;
  throw new ShortWriteError(`Cannot write ${size} bytes: only ${offset} were accepted`, size, offset);
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
  if (isBuffer(chunk)) return new Uint8Array(chunk);
  throw misuse(chunk, "a chunk", "is not bytes");
}

/** Told by the tag, for not every page has a SharedArrayBuffer to ask. */
function isBuffer(value: unknown): value is ArrayBufferLike {
  return /ArrayBuffer]$/.test(Object.prototype.toString.call(value));
}
