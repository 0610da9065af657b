import { checkBytes, checkCount, checkReadResult, checkSize } from "../core/checks.ts";
import { FreshMemory, type Memory } from "../core/memory.ts";
import type { ChunkReader, Reader, Source } from "../core/types.ts";
import { type Intake, intakeOf, type Origin, readThrough, registerIntake } from "../transfer/intake.ts";
import { asReader } from "../web/adapt.ts";

/**
 * A reader that ends after so many bytes of another. Made by {@linkcode limitReader}.
 *
 * `reader` and `remaining` may be changed between reads, as in Go.
 *
 * Ported from Go `io.LimitedReader`.
 *
 * @example See how much of the limit is left
 * ```ts
 * import { LimitedReader, readAll } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const limited = new LimitedReader(new Blob(["abc"]), 5);
 * await readAll(limited);
 * assertEquals(limited.remaining, 2);
 * ```
 */
export class LimitedReader implements Reader, ChunkReader {
  /** What is read. */
  reader: Reader;
  /** The bytes left before the end. */
  remaining: number;
  #known: { reader: Reader; intake: Intake } | undefined;

  /**
   * Limits a source.
   *
   * @param src What is read
   * @param n The most bytes to read of it; a negative number means none
   */
  constructor(src: Source, n: number) {
    this.reader = asReader(src);
    this.remaining = checkCount("n", n);
    registerIntake(this, {
      lane: (wanted) => this.#intake.lane(wanted),
      take: (max, memory) => this.#take(max, memory),
      taken: (answer, memory) => this.#taken(answer, memory),
      giveBack: (bytes) => this.#giveBack(bytes),
      letGo: () => this.#intake.letGo(),
      origin: () => this.#origin(),
      plain: () => this.#intake.plain?.() ?? false,
    });
  }

  /**
   * Reads at most as much as is left of the limit.
   *
   * **On error** rejects with the reason of the source. **Cancellation** is that of the source.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end or at the limit
   */
  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    if (this.remaining <= 0) return this.#end();
    const part = p.byteLength > this.remaining ? p.subarray(0, this.remaining) : p;
    const n = checkReadResult(await readThrough(this.#intake, this.reader, part), part.byteLength);
    this.remaining -= n ?? 0;
    return n;
  }

  /**
   * Takes the next chunk of the source, cut to what is left of the limit.
   *
   * **On error** rejects with the reason of the source. **Cancellation** is that of the source.
   *
   * @param max The most bytes the chunk may have, at least 1; no bound if left out
   * @returns The chunk, or `null` at the end or at the limit
   */
  async readChunk(max?: number): Promise<Uint8Array | null> {
    if (max !== undefined) checkSize("max", max, 1);
    const memory = new FreshMemory({ owned: false });
    return this.#taken(await this.#take(max ?? Infinity, memory), memory);
  }

  get #intake(): Intake {
    if (this.#known?.reader !== this.reader) {
      this.#known = { reader: this.reader, intake: intakeOf(this.reader) };
    }
    return this.#known.intake;
  }

  #take(max: number, memory: Memory): Promise<unknown> {
    if (this.remaining <= 0) return Promise.resolve(this.#end());
    return this.#intake.take(Math.min(max, this.remaining), memory);
  }

  #taken(answer: unknown, memory: Memory): Uint8Array | null {
    const chunk = answer === null ? null : this.#intake.taken(answer, memory);
    this.remaining -= chunk?.byteLength ?? 0;
    return chunk;
  }

  #giveBack(bytes: Uint8Array): boolean {
    const taken = this.#intake.giveBack(bytes);
    if (taken) this.remaining += bytes.byteLength;
    return taken;
  }

  #origin(): Origin | undefined {
    const origin = this.#intake.origin?.();
    return origin && {
      ...origin,
      max: Math.min(origin.max, this.remaining),
      used: (n) => {
        this.remaining -= n;
        origin.used(n);
      },
    };
  }

  /** At the limit nothing is wanted of the source any more, so that it need not stay locked. */
  #end(): null {
    this.#intake.letGo();
    return null;
  }
}

/**
 * Ends a source after `n` bytes. What lies beyond them stays in the source.
 *
 * A limit that was reached looks like the end of input; to tell them apart see {@linkcode maxBytesReader}.
 *
 * Ported from Go `io.LimitReader`.
 *
 * **On error** the reads reject with the reason of the source. **Cancellation** is that of the source.
 *
 * @example Read no more than 5 bytes
 * ```ts
 * import { limitReader, readAll } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = await readAll(limitReader(new Blob(["hello, world"]), 5));
 * assertEquals(new TextDecoder().decode(bytes), "hello");
 * ```
 *
 * @param src The source
 * @param n The most bytes to read; a negative number means none
 * @returns The limited reader
 */
export function limitReader(src: Source, n: number): LimitedReader {
  return new LimitedReader(src, n);
}
