import { describe, isMoved, MAX_EMPTY_READS } from "../core/checks.ts";
import type { ChunkReader, Reader } from "../core/types.ts";
import { hasChunks } from "../transfer/intake.ts";
import { Arena } from "./arena.ts";

/** So many reads are tiny, to meet every boundary; the rest of a long input is read faster. */
const TINY_READS = 300;

/** A rule that was broken. */
export function broken(rule: string, options?: ErrorOptions): Error {
  return new Error(rule, options);
}

/** A result as a message names it. */
export function shown(result: unknown): string {
  return typeof result === "number" || result === null ? String(result) : describe(result);
}

/** Runs one call of a method that has to return a promise, and names what it does wrong. */
export async function call<T>(name: string, method: () => Promise<T>): Promise<T> {
  let promise: Promise<T>;
  try {
    promise = method();
  } catch (cause) {
    throw broken(`${name} threw where it should have rejected`, { cause });
  }
  if (typeof promise?.then !== "function") throw broken(`${name} returned ${shown(promise)} and no promise`);
  try {
    return await promise;
  } catch (cause) {
    throw broken(`${name} rejected: ${String(cause)}`, { cause });
  }
}

/** Runs one call that has to reject. */
export async function mustReject(name: string, method: () => Promise<unknown>): Promise<void> {
  let result: unknown;
  try {
    result = await method();
  } catch {
    return;
  }
  throw broken(`${name} resolved to ${shown(result)}: it has to reject`);
}

/** Compares bytes of the input with what they should be. */
export function compare(name: string, bytes: Uint8Array, content: Uint8Array, offset: number): void {
  for (const [i, byte] of bytes.entries()) {
    const right = content[offset + i];
    if (byte !== right) throw broken(`${name} gave ${byte} as byte ${offset + i}, which is ${right}`);
  }
}

/** Watches a reader over all its calls. */
export class Grader {
  readonly content: Uint8Array;
  readonly #reader: Reader;
  readonly #chunkReader: ChunkReader | null;
  readonly #arenas: Arena[] = [];
  readonly #chunks: { chunk: Uint8Array; offset: number }[] = [];

  constructor(reader: Reader, content: Uint8Array) {
    this.content = content;
    this.#reader = reader;
    this.#chunkReader = hasChunks(reader) ? reader : null;
  }

  /** Into no room: 0, or also null where the end is known. */
  async readNothing(atEnd: boolean): Promise<void> {
    const n = await this.#read(0);
    if (n === 0 || (atEnd && n === null)) return;
    const due = atEnd ? "0 or null" : "0 before the end";
    throw broken(`read() into an empty buffer resolved to ${n}: it has to be ${due}`);
  }

  /** Reads from `offset` to the end in small steps, by `readChunk` too if there is one, and compares. */
  async readRest(offset: number): Promise<void> {
    let empty = 0;
    for (let step = 0;; step++) {
      const size = step < TINY_READS ? 1 + step % 3 : 1 + step % 5000;
      const n = this.#chunkReader !== null && step % 4 === 3
        ? await this.#takeChunk(this.#chunkReader, size, offset)
        : await this.#read(size, offset);
      if (n === null) break;
      empty = n === 0 ? empty + 1 : 0;
      if (empty === MAX_EMPTY_READS) throw broken(`read() resolved to 0 ${empty} times in a row`);
      offset += n;
    }
    const early = offset < this.content.byteLength;
    const again = await this.#read(10, early ? offset : undefined);
    if (again !== null) throw broken(`read() resolved to ${again} after null: the end has to be final`);
    if (early) throw broken(`the input ended after ${offset} of ${this.content.byteLength} bytes`);
  }

  /** At the end everything has to say so, as often as it is asked. */
  async stayAtEnd(): Promise<void> {
    const n = await this.#read(10);
    if (n !== null) throw broken(`read() resolved to ${n} at the end: it has to be null there`);
    await this.readNothing(true);
    if (this.#chunkReader === null) return;
    const chunk = await this.#takeChunk(this.#chunkReader, 10, this.content.byteLength);
    if (chunk !== null) {
      throw broken("readChunk() resolved to an empty chunk at the end: it has to be null there");
    }
  }

  /** Runs one call that fills a buffer. */
  async fill<T>(
    name: string,
    size: number,
    method: (p: Uint8Array) => Promise<T>,
    check: (n: T, p: Uint8Array) => void,
  ): Promise<T> {
    const arena = new Arena(size);
    const n = await call(name, () => method(arena.p));
    const fault = arena.fault();
    if (fault !== null) throw broken(`${name} ${fault}`);
    check(n, arena.p);
    arena.reuse();
    this.#arenas.push(arena);
    return n;
  }

  /** What was handed out or handed back long ago has to be as it was then. */
  checkKept(): void {
    if (!this.#arenas.every((arena) => arena.isUntouched())) {
      throw broken("a buffer was written to after its read() was over: a reader must not keep it");
    }
    for (const { chunk, offset } of this.#chunks) {
      const right = this.content.subarray(offset, offset + chunk.byteLength);
      if (chunk.byteLength !== right.byteLength || chunk.some((byte, i) => byte !== right[i])) {
        throw broken(
          `the chunk that readChunk() gave at ${offset} was overwritten later: it is the caller's`,
        );
      }
    }
  }

  /** One read. Compares what it gave with what the content has at `offset`, if that is known. */
  #read(size: number, offset?: number): Promise<number | null> {
    return this.fill("read()", size, (p) => this.#reader.read(p), (n, p) => {
      if (n === null) return;
      if (!isMoved(n, size)) {
        throw broken(`read() into ${size} bytes resolved to ${shown(n)}: it has to be null or 0 to ${size}`);
      }
      if (offset !== undefined) this.#compare("read()", p.subarray(0, n), offset);
    });
  }

  async #takeChunk(reader: ChunkReader, max: number, offset: number): Promise<number | null> {
    const chunk = await call("readChunk()", () => reader.readChunk(max));
    if (chunk === null) return null;
    if (!(chunk instanceof Uint8Array)) {
      throw broken(`readChunk() resolved to ${shown(chunk)}: it has to be a Uint8Array or null`);
    }
    if (chunk.byteLength > max) {
      throw broken(`readChunk(${max}) gave ${chunk.byteLength} bytes: that is more than it was asked for`);
    }
    this.#compare("readChunk()", chunk, offset);
    this.#chunks.push({ chunk, offset });
    return chunk.byteLength;
  }

  #compare(name: string, bytes: Uint8Array, offset: number): void {
    const { byteLength } = this.content;
    if (offset + bytes.byteLength > byteLength) {
      throw broken(`${name} gave ${offset + bytes.byteLength} bytes of an input that has ${byteLength}`);
    }
    compare(name, bytes, this.content, offset);
  }
}
