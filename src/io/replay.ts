import { checkBytes, checkSize, countEmptyRead, tooLong } from "../core/checks.ts";
import { cancelEnd } from "../core/ends.ts";
import type { Memory } from "../core/memory.ts";
import type { Reader, Source } from "../core/types.ts";
import { asTaken, type Intake, intakeOf, registerIntake, taking } from "../transfer/intake.ts";
import { asReader } from "../web/adapt.ts";
import { restOf } from "../web/rest.ts";
import { asOne, BlockMemory } from "./block_memory.ts";

/** A source that can be read again and again. Made by {@linkcode replayable}. */
export interface Replayable {
  /**
   * A reader that begins at the first byte.
   *
   * @returns A reader of its own for every call
   */
  reader(): Reader;
  /**
   * A stream that begins at the first byte, fit to be the body of a `Response` or `Request`.
   *
   * @returns A stream of its own for every call
   */
  stream(): ReadableStream<Uint8Array>;
  /**
   * Lets go of the memory, and cancels the source if it was not read to its end. Every later read is a `TypeError`.
   */
  close(): void;
}

/** What can be asked of {@linkcode replayable}. */
export interface ReplayableOptions {
  /**
   * The most bytes to keep; one more is a `TooLargeError` for every reader, after the first `limit` bytes.
   *
   * @default no limit
   */
  limit?: number;
}

/**
 * A chunk that was read, and what came after it. Whoever holds a link holds all that follow and none that went before:
 * what every reader has passed is free once nobody can begin anew.
 */
interface Link {
  chunk: Uint8Array;
  next: Link | null;
}

/** How far the source was read. */
type State = { at: "open" } | { at: "end" } | { at: "failure"; reason: unknown } | { at: "closed" };

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

/** Reads the source once, no further than somebody asks, and appends it to the chain. */
class Tape {
  state: State = { at: "open" };
  readonly #reader: Reader;
  readonly #intake: Intake;
  readonly #limit: number;
  readonly #memory = new BlockMemory();
  #last: Link;
  #size = 0;
  /** The reads in a row that gave nothing; whoever waits asks again. */
  #empty = 0;
  /** The read that all who ask at the same time wait for, and what ends their wait. */
  #reading: { over: Promise<void>; end: () => void } | null = null;

  constructor(reader: Reader, limit: number, first: Link) {
    this.#reader = reader;
    this.#intake = intakeOf(reader);
    this.#limit = limit;
    this.#last = first;
  }

  /** Appends up to `max` bytes, or learns why there will be none. */
  advance(max: number): Promise<void> {
    if (this.#reading === null) {
      let end = () => {};
      const over = new Promise<void>((resolve) => end = resolve);
      this.#reading = { over, end };
      this.#read(max).then(() => this.#wake());
    }
    return this.#reading.over;
  }

  close(): void {
    const { at } = this.state;
    this.state = { at: "closed" };
    this.#wake();
    if (at !== "open") return;
    this.#intake.letGo();
    // Nobody is left to be told that the source cannot be cancelled.
    cancelEnd(this.#reader, undefined).catch(() => {});
  }

  /** Never rejects: a failure is a state. */
  async #read(max: number): Promise<void> {
    try {
      const room = Math.min(max, this.#limit - this.#size + 1);
      const chunk = await taking(this.#intake, room, this.#memory);
      if (this.state.at === "closed") return;
      this.#empty = chunk?.byteLength === 0 ? countEmptyRead(this.#empty) : 0;
      if (chunk === null) this.state = { at: "end" };
      else this.#append(chunk);
    } catch (reason) {
      if (this.state.at === "open") this.state = { at: "failure", reason };
    }
    if (this.state.at !== "open") this.#intake.letGo();
  }

  #append(chunk: Uint8Array): void {
    const kept = chunk.subarray(0, this.#limit - this.#size);
    this.#size += kept.byteLength;
    if (kept.byteLength > 0) this.#last = follow(this.#last, kept);
    if (kept.byteLength < chunk.byteLength) {
      this.state = { at: "failure", reason: tooLong("replay", this.#limit) };
    }
  }

  #wake(): void {
    this.#reading?.end();
    this.#reading = null;
  }
}

/** Appends bytes to the last link, or to its chunk if they lie right behind that. Returns what is the last link then. */
function follow(last: Link, bytes: Uint8Array): Link {
  const both = asOne(last.chunk, bytes);
  if (both === null) return last.next = { chunk: bytes, next: null };
  last.chunk = both;
  return last;
}

/** One pass over the chain. */
class Pass implements Reader {
  readonly intake: Intake;
  readonly #tape: Tape;
  #link: Link;
  /** How much of the chunk of the link was read. */
  #offset = 0;

  constructor(tape: Tape, first: Link) {
    this.#tape = tape;
    this.#link = first;
    this.intake = {
      lane: () => "chunks",
      take: (max, memory) => this.#take(max, memory),
      taken: asTaken,
      giveBack: (bytes) => {
        this.#offset -= bytes.byteLength;
        return true;
      },
      letGo() {},
    };
    registerIntake(this, this.intake);
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    if (p.byteLength === 0) return this.#onward() || !this.#isOver() ? 0 : null;
    const chunk = await this.#next(p.byteLength);
    if (chunk === null) return null;
    p.set(chunk);
    return chunk.byteLength;
  }

  async #take(max: number, memory: Memory): Promise<Uint8Array | null> {
    const chunk = await this.#next(max);
    // The other passes read the same memory.
    return chunk !== null && memory.owned ? new Uint8Array(chunk) : chunk;
  }

  async #next(max: number): Promise<Uint8Array | null> {
    while (!this.#onward()) {
      if (this.#isOver()) return null;
      await this.#tape.advance(max);
    }
    const begin = this.#offset;
    this.#offset = Math.min(begin + max, this.#link.chunk.byteLength);
    return this.#link.chunk.subarray(begin, this.#offset);
  }

  /** Moves to the link with the next byte; says whether there is one already. */
  #onward(): boolean {
    while (this.#offset >= this.#link.chunk.byteLength) {
      if (this.#link.next === null) return false;
      this.#link = this.#link.next;
      this.#offset = 0;
    }
    return true;
  }

  /** Whether the end was reached. Throws where there is a failure instead. */
  #isOver(): boolean {
    const { state } = this.#tape;
    if (state.at === "failure") throw state.reason;
    if (state.at === "closed") throw new TypeError("Cannot read from a replayable source that was closed");
    return state.at === "end";
  }
}

/**
 * Makes a source that can be read again and again, by several readers at the same time.
 *
 * The source is read once, no further than the furthest reader asks for, and what was read is kept in memory. A reader
 * begins at the first byte whenever it is made, also while an earlier one is still reading. Once neither this object nor a
 * reader at an earlier place can be reached any more, the memory of what lies behind is free.
 *
 * Go has no such thing: a request body can be read once, and programs that want it twice read all of it into memory.
 *
 * **On error** the failure of the source reaches every reader, at the same byte. Over the limit every reader gets a
 * {@linkcode TooLargeError} after the first `limit` bytes.
 *
 * **Cancellation**: `close` ends everything. Cancelling one of the streams does not touch the source.
 *
 * @example Log a request body and still let the handler read it
 * ```ts
 * import { readAll, replayable } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const request = new Request("http://localhost/", { method: "POST", body: "order 66" });
 * const body = replayable(request.body!, { limit: 1024 * 1024 });
 *
 * const logged = new TextDecoder().decode(await readAll(body.reader()));
 * const handled = await new Response(body.stream()).text();
 * assertEquals([logged, handled], ["order 66", "order 66"]);
 * body.close();
 * ```
 *
 * @param src The source
 * @param options How much may be kept
 * @returns What makes readers and streams over it
 */
export function replayable(src: Source, options: ReplayableOptions = {}): Replayable {
  const { limit } = options;
  if (limit !== undefined) checkSize("limit", limit);
  const first: Link = { chunk: NOTHING, next: null };
  const tape = new Tape(asReader(src), limit ?? Infinity, first);
  return {
    reader: () => new Pass(tape, first),
    stream: () => restOf(new Pass(tape, first).intake, ignoreCancel),
    close() {
      tape.close();
      forget(first);
    },
  };
}

/** Out here, for a function made beside `first` would keep it, and with it all that was read, as long as a stream lives. */
function ignoreCancel(): Promise<void> {
  return Promise.resolve();
}

/** Drops all chunks, also for those who stand in the middle of the chain. */
function forget(first: Link): void {
  for (let link: Link | null = first; link !== null;) {
    const { next }: Link = link;
    link.chunk = NOTHING;
    link.next = null;
    link = next;
  }
}
