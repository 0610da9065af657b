import { checkBytes, checkReadResult, checkSize } from "../core/checks.ts";
import { FreshMemory, type Memory } from "../core/memory.ts";
import type { ChunkReader, Reader, Source } from "../core/types.ts";
import {
  asTaken,
  hasChunks,
  type Intake,
  intakeOf,
  readThrough,
  registerIntake,
} from "../transfer/intake.ts";
import { asReader } from "../web/adapt.ts";
import type { Limiter } from "./limiter.ts";
import { Share } from "./share.ts";
import { Toll } from "./toll.ts";

/** Reads a little, pays for what came, and only then hands it on: a source that is slow or idle costs nothing. */
class ThrottledReader implements Reader {
  /** Only over a reader that has it. */
  readChunk?: ChunkReader["readChunk"];
  readonly #reader: Reader;
  readonly #intake: Intake;
  readonly #share: Share;
  readonly #toll: Toll;
  /** What came back and could not be given back any further: the next bytes are the last. */
  readonly #back: Uint8Array[] = [];
  /** Takes back what is in hand and must not pass yet. */
  #withdraw: (() => void) | null = null;

  constructor(reader: Reader, share: Share) {
    this.#reader = reader;
    this.#intake = intakeOf(reader);
    this.#share = share;
    this.#toll = new Toll(share);
    if (hasChunks(reader)) {
      this.readChunk = async (max) => {
        if (max !== undefined) checkSize("max", max, 1);
        return await this.#take(max ?? Infinity, new FreshMemory({ owned: false }));
      };
    }
    registerIntake(this, {
      lane: (wanted) => this.#intake.lane(wanted),
      take: (max, memory) => this.#take(max, memory),
      taken: asTaken,
      giveBack: (bytes) => {
        this.#toll.keep(bytes.byteLength);
        return this.#keep(bytes);
      },
      letGo: () => {
        this.#withdraw?.();
        this.#toll.leave();
        this.#intake.letGo();
      },
    });
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    if (p.byteLength === 0) {
      return this.#back.length > 0 ? 0 : await readThrough(this.#intake, this.#reader, p);
    }
    if (this.#back.length === 0) {
      const part = p.subarray(0, this.#share.reach);
      const n = checkReadResult(await readThrough(this.#intake, this.#reader, part), part.byteLength);
      if (n === null || n === 0 || this.#toll.passNow(n)) return n;
      return (await this.#pass(part.subarray(0, n), (rest) => new Uint8Array(rest))).byteLength;
    }
    const bytes = await this.#pass(this.#next(p.byteLength), (rest) => rest);
    p.set(bytes);
    return bytes.byteLength;
  }

  async #take(max: number, memory: Memory): Promise<Uint8Array | null> {
    if (this.#back.length > 0) {
      const passed = await this.#pass(this.#next(max), (rest) => rest);
      return memory.owned ? new Uint8Array(passed) : passed;
    }
    const intake = this.#intake;
    // Not by `taking`: whoever has enough is to cost one promise a chunk and no more.
    const chunk = intake.taken(await intake.take(Math.min(max, this.#share.reach), memory), memory);
    if (chunk === null || chunk.byteLength === 0 || this.#toll.passNow(chunk.byteLength)) return chunk;
    // What is kept must outlive the memory of this copy, and what becomes of the part that is handed on.
    const copied = memory.reused || memory.owned;
    return await this.#pass(chunk, (rest) => copied ? new Uint8Array(rest) : rest);
  }

  /** Lets as many of the bytes pass as may, once some may; the rest comes back, as `own` makes it nobody else's. */
  async #pass(bytes: Uint8Array, own: (rest: Uint8Array) => Uint8Array): Promise<Uint8Array> {
    const size = bytes.byteLength;
    const withdraw = (passed: number) => {
      this.#withdraw = null;
      // Not `size`: in workerd the memory of a read that was given up may be gone by now.
      if (passed < bytes.byteLength) this.#keep(own(bytes.subarray(passed)));
    };
    this.#withdraw = () => withdraw(0);
    try {
      return await this.#toll.pass(size, (n) => {
        withdraw(n);
        return n === size ? bytes : bytes.subarray(0, n);
      });
    } catch (reason) {
      this.#withdraw?.();
      throw reason;
    }
  }

  /** Where nothing else waits to be read again, the source itself may have it back. */
  #keep(bytes: Uint8Array): boolean {
    return this.#back.length === 0 && this.#intake.giveBack(bytes) || this.#back.push(bytes) > 0;
  }

  #next(most: number): Uint8Array {
    const bytes = this.#back.pop() ?? new Uint8Array(0);
    if (bytes.byteLength > most) this.#back.push(bytes.subarray(most));
    return bytes.subarray(0, most);
  }
}

/**
 * Reads no faster than every one of the limiters allows.
 *
 * What is read waits until it may pass, so that a source that is idle takes nothing away from others, and never more is
 * read ahead than may pass at once. It takes the fast paths of the source, in pieces of at most the smallest
 * burst; where several streams share a limiter, in smaller ones, so that each gets its share.
 *
 * **On error** the reads reject with the reason of the source.
 *
 * **Cancellation**: a copy that is aborted stops waiting at once. What it had read stays readable, and what it
 * had not used of the limiters is there for others.
 *
 * @example Two downloads that share a limit, one of which has a limit of its own
 * ```ts
 * import { copy, discard } from "@sluice/io";
 * import { Limiter, throttleReader } from "@sluice/io/rate";
 * import { assertEquals } from "@std/assert";
 *
 * const all = new Limiter({ rate: 1_000_000 });
 * const slow = new Limiter({ rate: 400_000 });
 * const body = () => new Blob([new Uint8Array(30_000)]);
 * const counts = await Promise.all([
 *   copy(discard, throttleReader(body(), all)),
 *   copy(discard, throttleReader(body(), all, slow)),
 * ]);
 * assertEquals(counts, [30_000, 30_000]);
 * ```
 *
 * @param src The source
 * @param limiters What it has to obey; nothing if there are none
 * @returns A reader of `src`
 */
export function throttleReader(src: Source, ...limiters: Limiter[]): Reader {
  return new ThrottledReader(asReader(src), new Share(limiters));
}
