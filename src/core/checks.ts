/**
 * Checks of what callers pass in and of what readers and writers answer. All throw; none changes anything.
 *
 * @module
 */
import {
  InvalidReadError,
  InvalidWriteError,
  NoProgressError,
  ShortWriteError,
  TooLargeError,
  UnexpectedEOFError,
} from "./errors.ts";
import type { CopyOptions, CopyPath, Destination, Reader, Source, Writer } from "./types.ts";

/** How many empty reads in a row are one too many: `maxConsecutiveEmptyReads` of Go `bufio`. */
export const MAX_EMPTY_READS = 100;

/** Whether there is such a method on a value, whatever that is. */
export function has(value: unknown, method: string): boolean {
  return typeof Object(value)[method] === "function";
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
  return new TypeError(cannotUse(describe(value), as, why));
}

function cannotUse(what: string, as: string, why: string): string {
  return `Cannot use ${what} as ${as}: it ${why}`;
}

/** Throws unless something is what it was passed as. */
export function check(ok: boolean, value: unknown, as: string, why: string): asserts ok {
  if (!ok) throw misuse(value, as, why);
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
  check(isReader(value), value, "a Reader", "has no read() method");
}

export function checkWriter(value: Writer): void {
  check(isWriter(value), value, "a Writer", "has no write() method");
}

export function checkSource(value: Source): void {
  const ok = isReader(value) || isReadableStream(value) || isBlob(value);
  check(ok, value, "a source", "is no ReadableStream or Blob and has no read() method");
}

export function checkDestination(value: Destination): void {
  const ok = isWriter(value) || isWritableStream(value);
  check(ok, value, "a destination", "is no WritableStream and has no write() method");
}

export function checkText(s: string): void {
  check(typeof s === "string", s, "text", "is no string");
}

/** Something of a class that no interface can stand for. */
export function checkKind(value: unknown, kind: new (end: never) => unknown, name: string): void {
  check(value instanceof kind, value, `a ${name}`, "is none");
}

/** Bytes that a Reader is to fill or a Writer to write. */
export function checkBytes(p: Uint8Array): void {
  check(p instanceof Uint8Array, p, "bytes", "is no Uint8Array");
}

function checkInteger(name: string, value: number): void {
  check(typeof value === "number", value, name, "is no number");
  checkRange(Number.isSafeInteger(value), value, name, "is no safe integer");
}

function checkRange(ok: boolean, value: number, as: string, why: string): void {
  if (!ok) throw new RangeError(cannotUse(String(value), as, why));
}

/** A count of bytes to move, of which a negative one means none, as in Go. Returns the count, 0 or more. */
export function checkCount(name: string, value: number): number {
  checkInteger(name, value);
  return Math.max(0, value);
}

/** A size, an offset or a limit: `least` or more. */
export function checkSize(name: string, value: number, least = 0): void {
  checkInteger(name, value);
  checkRange(value >= least, value, name, "is below " + least);
}

/** What each path needs. */
const NEEDS: Record<CopyPath, string> = {
  writeTo: "the source has no such method",
  readFrom: "the destination has no such method",
  pipeTo: "the ends are not both web streams",
  byob: "the source is no byte stream",
  chunks: "neither end has chunks",
  buffer: "",
  kernel: "the host cannot copy from one end to the other",
};

export function checkCopyOptions(options: CopyOptions): void {
  check(typeof options === "object" && options !== null, options, "options", "is no object");
  const { signal, onProgress, onPath, via, length, bufferSize } = options;
  checkSignal(signal);
  checkCallback("onProgress", onProgress);
  checkCallback("onPath", onPath);
  if (via !== undefined && !Object.hasOwn(NEEDS, via)) {
    throw new TypeError(cannotUse(JSON.stringify(via), "via", "is no path"));
  }
  if (length !== undefined) checkSize("length", length);
  if (bufferSize !== undefined) checkSize("bufferSize", bufferSize, 1);
}

/** The error for a path that cannot serve. */
export function cannotCopy(via: CopyPath): TypeError {
  return new TypeError(`Cannot copy via ${via}: ${NEEDS[via]}`);
}

export function checkSignal(signal: AbortSignal | undefined): void {
  const ok = signal === undefined || has(signal, "addEventListener") && "aborted" in signal;
  check(ok, signal, "a signal", "is no AbortSignal");
}

export function checkCallback(name: string, value: unknown): void {
  check(value === undefined || typeof value === "function", value, name, "is no function");
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

/** The error for a source that ended before all of what was asked for had come. */
export function endedEarly(what: string, expected: number, actual: number): UnexpectedEOFError {
  return new UnexpectedEOFError(`Cannot ${what}: the source ended after ${actual}`, expected, actual);
}

/** The error for a source that has more than it may have. */
export function tooLong(what: string, limit: number, partial?: Uint8Array): TooLargeError {
  return new TooLargeError(`Cannot ${what} more than ${limit} bytes`, limit, partial);
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
