import { checkSignal, checkSize, tooLong } from "../core/checks.ts";
import { join } from "../core/join.ts";
import type { Reader, Source, Writer } from "../core/types.ts";
import { registerWriter } from "../transfer/outlet.ts";
import type { RunOptions } from "../transfer/options.ts";
import { runOrThrow } from "../transfer/run.ts";
import { asReader } from "../web/adapt.ts";
import { asOne, BlockMemory } from "./block_memory.ts";
import { discard } from "./discard.ts";
import { limitReader } from "./limit.ts";

/** What can be asked of {@linkcode readAll}. */
export interface ReadAllOptions {
  /**
   * The most bytes to read; one more is a `TooLargeError`.
   *
   * @default no limit
   */
  limit?: number;
  /** Aborts the reading: it rejects with `signal.reason` at once. */
  signal?: AbortSignal;
}

/**
 * Reads a source to its end and returns all bytes in an array of its own.
 *
 * Chunks are kept as they come, little ones in blocks, and joined once, so that the peak of memory is twice the result. The source is not
 * closed and no lock is left.
 *
 * Ported from Go `io.ReadAll`.
 *
 * **On error** rejects with the reason of the source. Over the limit: {@linkcode TooLargeError} with the `limit` and the
 * first `limit` bytes as `partial`; nothing is read beyond the byte that was too much.
 *
 * **Cancellation** with `options.signal` rejects at once and releases the lock.
 *
 * @example Refuse a body that is too large
 * ```ts
 * import { readAll, TooLargeError } from "@sluice/io";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * assertEquals(await readAll(new Blob(["abc"]), { limit: 3 }), new Uint8Array([97, 98, 99]));
 * await assertRejects(() => readAll(new Blob(["abcd"]), { limit: 3 }), TooLargeError);
 * ```
 *
 * @param src The source
 * @param options Limit and signal
 * @returns All bytes
 */
export async function readAll(src: Source, options: ReadAllOptions = {}): Promise<Uint8Array> {
  const { limit, signal } = options;
  if (limit !== undefined) checkSize("limit", limit);
  checkSignal(signal);
  const reader = asReader(src);
  const pool = new Pool();
  const running: RunOptions = signal === undefined ? {} : { signal };

  await runOrThrow(pool, limit === undefined ? reader : limitReader(reader, limit), {
    ...running,
    memory: () => pool.memory,
  });
  if (limit !== undefined && pool.size === limit && !await isAtEnd(reader, running)) {
    throw tooLong("read", limit, pool.join());
  }
  return pool.join();
}

async function isAtEnd(reader: Reader, options: RunOptions): Promise<boolean> {
  return await runOrThrow(discard, limitReader(reader, 1), options) === 0;
}

/** Gathers chunks. */
class Pool implements Writer {
  size = 0;
  readonly memory = new BlockMemory();
  readonly #chunks: Uint8Array[] = [];

  constructor() {
    registerWriter(this, {
      keeps: true,
      lock() {},
      put: (chunk) => this.#keep(chunk),
      watch() {},
      letGo() {},
    });
  }

  /** What a foreign `writeTo` writes is its own again afterwards, unlike a chunk that was put. */
  write(p: Uint8Array): Promise<number> {
    return this.#keep(new Uint8Array(p));
  }

  #keep(chunk: Uint8Array): Promise<number> {
    this.size += chunk.byteLength;
    const bytes = this.memory.store(chunk);
    // Millions of little reads would take far more memory as arrays than as bytes.
    const last = this.#chunks.at(-1);
    const both = last && asOne(last, bytes);
    if (both) this.#chunks.pop();
    this.#chunks.push(both ?? bytes);
    return Promise.resolve(chunk.byteLength);
  }

  join(): Uint8Array {
    return join(this.#chunks, this.size);
  }
}
