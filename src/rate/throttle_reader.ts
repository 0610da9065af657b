import { checkBytes, checkReadResult, checkSize } from "../core/checks.ts";
import { FreshMemory, type Memory } from "../core/memory.ts";
import type { ChunkReader, Reader, Source } from "../core/types.ts";
import { hasChunks, type Intake, intakeOf, readThrough, registerIntake, taking } from "../transfer/intake.ts";
import { asReader } from "../web/adapt.ts";
import type { Limiter } from "./limiter.ts";
import { Share } from "./share.ts";
import { Toll } from "./toll.ts";

/** Bytes that had to wait, once they may pass. */
class Admitted {
  constructor(readonly bytes: Uint8Array) {}
}

/**
 * Reads a little, pays for what came, and only then hands it on: a source that is slow or idle costs nothing.
 *
 * What may pass at once is handed on as it comes, without a promise of its own. What may not is kept back, an empty read
 * is told, and it comes with the next one, once it may.
 */
class ThrottledReader implements Reader {
  /** Only over a reader that has it. */
  readChunk?: ChunkReader["readChunk"];
  readonly #reader: Reader;
  readonly #intake: Intake;
  readonly #share: Share;
  readonly #toll: Toll;
  /** What was read and comes next, the last of it first. Nobody overwrites it. */
  readonly #back: Uint8Array[] = [];
  /** Whose turn it is to read. */
  #memory: Memory | null = null;
  /** Takes back what is in hand and must not pass yet. */
  #withdraw: (() => void) | null = null;

  constructor(reader: Reader, share: Share) {
    this.#reader = reader;
    this.#intake = intakeOf(reader);
    this.#share = share;
    this.#toll = new Toll(share);
    const intake: Intake = {
      lane: (wanted) => this.#intake.lane(wanted),
      take: (max, memory) => this.#take(max, memory),
      taken: (answer, memory) => this.#taken(answer, memory),
      giveBack: (bytes) => {
        this.#toll.keep(bytes.byteLength);
        return this.#keep(bytes);
      },
      letGo: () => {
        this.#withdraw?.();
        this.#toll.leave();
        const [bytes] = this.#back;
        if (bytes !== undefined && this.#back.length === 1 && this.#intake.giveBack(bytes)) this.#back.pop();
        this.#intake.letGo();
      },
    };
    if (hasChunks(reader)) {
      this.readChunk = async (max) => {
        if (max !== undefined) checkSize("max", max, 1);
        const memory = new FreshMemory({ owned: false });
        for (;;) {
          const chunk = await taking(intake, max ?? Infinity, memory);
          if (chunk?.byteLength !== 0 || this.#back.length === 0) return chunk;
        }
      };
    }
    registerIntake(this, intake);
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    if (this.#back.length === 0) {
      const part = p.subarray(0, this.#share.reach);
      const n = checkReadResult(await readThrough(this.#intake, this.#reader, part), part.byteLength);
      if (n === null || n === 0 || this.#toll.passNow(n)) return n;
      this.#back.push(new Uint8Array(part.subarray(0, n)));
    } else if (p.byteLength === 0) return 0;
    const bytes = await this.#pass(p.byteLength);
    p.set(bytes);
    return bytes.byteLength;
  }

  #take(max: number, memory: Memory): Promise<unknown> {
    this.#memory = memory;
    return this.#back.length > 0
      ? this.#takeBack(max, memory)
      : this.#intake.take(Math.min(max, this.#share.reach), memory);
  }

  async #takeBack(max: number, memory: Memory): Promise<Admitted> {
    const bytes = await this.#pass(max);
    return new Admitted(memory.owned ? new Uint8Array(bytes) : bytes);
  }

  #taken(answer: unknown, memory: Memory): Uint8Array | null {
    if (answer instanceof Admitted) return answer.bytes;
    const chunk = this.#intake.taken(answer, memory);
    if (chunk === null || chunk.byteLength === 0) return chunk;
    // A read that was given up before another copy began: nobody writes what it gives, and it must not come in between.
    if (memory !== this.#memory || this.#toll.passNow(chunk.byteLength)) return chunk;
    this.#back.push(memory.reused ? new Uint8Array(chunk) : chunk);
    return chunk.subarray(0, 0);
  }

  /** Lets as many of the bytes that come next pass as may, once some may. */
  async #pass(most: number): Promise<Uint8Array> {
    const bytes = this.#next(most);
    const withdraw = (passed: number) => {
      this.#withdraw = null;
      if (passed < bytes.byteLength) this.#keep(bytes.subarray(passed));
    };
    this.#withdraw = () => withdraw(0);
    try {
      return await this.#toll.pass(bytes.byteLength, (n) => {
        withdraw(n);
        return bytes.subarray(0, n);
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
