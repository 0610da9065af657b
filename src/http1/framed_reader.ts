import type { BufReader } from "../bufio/buf_reader.ts";
import { checkBytes } from "../core/checks.ts";
import { HttpError, UnexpectedEOFError } from "../core/errors.ts";
import type { Memory } from "../core/memory.ts";
import type { Reader } from "../core/types.ts";
import { asTaken, type Intake, intakeOf, taking } from "../transfer/intake.ts";
import { ChunkFraming } from "./chunk_framing.ts";
import type { ReadLimits } from "./limits.ts";
import { cutOff } from "./refuse.ts";
import { Trailers } from "./trailers.ts";

/** How the bytes of a body are told from what follows: by their number, by chunks, or not at all. */
export type Extent = number | "chunked" | "to the end";

/**
 * Reads the bytes of a body off a connection, and nothing behind them.
 *
 * What is wrong with the body stays. What the connection rejects with is passed on, and reading may be tried again.
 */
export class FramedReader implements Reader {
  /** Whether anybody has read. */
  begun = false;
  readonly #reader: BufReader;
  readonly #below: Intake;
  readonly #chunks: ChunkFraming | null;
  readonly #trailers = new Trailers();
  /** The bytes that come next, with nothing in between. */
  #left: number;
  #done = 0;
  /** Whether the end was seen; what came before it may have been given back. */
  #over = false;
  #failure: { reason: unknown } | null = null;
  #abandoned = false;

  constructor(reader: BufReader, extent: Extent, limits: Required<ReadLimits>) {
    this.#reader = reader;
    this.#below = intakeOf(reader);
    this.#chunks = extent === "chunked" ? new ChunkFraming(reader, limits) : null;
    this.#left = typeof extent === "number" ? extent : extent === "chunked" ? 0 : Infinity;
    this.#settle();
  }

  /** What the engine takes the bytes by, uncopied. */
  get intake(): Intake {
    const below = this.#below;
    return {
      lane: () => below.lane(),
      take: (max, memory) => this.#take(max, memory),
      taken: asTaken,
      giveBack: (bytes) => this.#giveBack(bytes),
      letGo: () => {
        this.#abandoned = true;
        below.letGo();
      },
    };
  }

  /** The bytes that are known to be left. */
  get left(): number {
    return this.#left;
  }

  /** Whether there is nothing more to read. */
  get ended(): boolean {
    return this.#over && this.#left === 0;
  }

  get trailers(): Promise<Headers> {
    return this.#trailers.promise;
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    return await this.#attempt(async () => {
      if (p.byteLength === 0) return this.ended ? null : 0;
      if (!await this.#advance()) return null;
      const reader = this.#reader;
      // A read that is as large as the buffer goes past it.
      if (reader.buffered === 0) {
        return this.#count(await reader.read(p.subarray(0, this.#left)));
      }
      let n = 0;
      do {
        const part = reader.window.subarray(0, Math.min(this.#left, p.byteLength - n));
        p.set(part, n);
        reader.consume(part.byteLength);
        n += this.#count(part.byteLength) ?? 0;
      } while (n < p.byteLength && this.#goesOn());
      return n;
    });
  }

  async #take(max: number, memory: Memory): Promise<Uint8Array | null> {
    return await this.#attempt(async () => {
      if (!await this.#advance()) return null;
      const chunk = await taking(this.#below, Math.min(max, this.#left), memory);
      this.#count(chunk && chunk.byteLength);
      return chunk;
    });
  }

  #giveBack(bytes: Uint8Array): boolean {
    const taken = this.#below.giveBack(bytes);
    if (taken) this.#count(-bytes.byteLength);
    return taken;
  }

  /** Counts data. Its end is one too early, unless nothing else tells where it is. */
  #count(n: number | null): number | null {
    if (n !== null) {
      this.#done += n;
      this.#left -= n;
    } else if (this.#left === Infinity) this.#left = 0;
    else throw this.#cutOff();
    this.#settle();
    return n;
  }

  /** A body that is not chunked has its end behind its last byte; nobody has to ask for it. */
  #settle(): void {
    if (this.#chunks === null) this.#walk();
  }

  /** Goes over what is buffered around the data; says whether there is more of that, or `null` if it cannot know yet. */
  #walk(): boolean | null {
    if (this.#left > 0) return true;
    if (this.#over) return false;
    const size = this.#chunks === null ? 0 : this.#chunks.next();
    if (size === null) return null;
    this.#left = size;
    if (size > 0) return true;
    this.#over = true;
    this.#trailers.settle(() => new Headers(this.#chunks?.fields));
    return false;
  }

  /** Waits for data; says false at the end of the body. */
  async #advance(): Promise<boolean> {
    const reader = this.#reader;
    for (;;) {
      const more = this.#walk();
      if (more !== null) return more;
      const { buffered } = reader;
      if (await reader.fill(buffered + 1) === buffered) throw this.#cutOff();
    }
  }

  /** Whether there is more data in the buffer. What is wrong there is told after the data before it. */
  #goesOn(): boolean {
    try {
      return this.#walk() === true && this.#reader.buffered > 0;
    } catch (reason) {
      this.#failure = { reason };
      return false;
    }
  }

  #cutOff(): UnexpectedEOFError {
    return cutOff("body", this.#done, this.#left || 1);
  }

  async #attempt<T>(step: () => Promise<T>): Promise<T> {
    this.begun = true;
    this.#abandoned = false;
    try {
      if (this.#failure !== null) throw this.#failure.reason;
      return await step();
    } catch (reason) {
      if (reason instanceof HttpError || reason instanceof UnexpectedEOFError) this.#failure ??= { reason };
      // A read that was given up says nothing about the body.
      if (this.#failure !== null || !this.#abandoned) {
        this.#trailers.settle(() => {
          throw reason;
        });
      }
      throw reason;
    }
  }
}
