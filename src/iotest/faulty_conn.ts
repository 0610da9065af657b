import { checkBytes, checkSize, misuse } from "../core/checks.ts";
import { ClosedPipeError, IOError } from "../core/errors.ts";
import type { Closer, CloseWriter, Reader, Writer } from "../core/types.ts";
import type { Duplex } from "../net/mod.ts";
import { type Peer, peerOf } from "../net/peer.ts";
import { type Clock, systemClock } from "../rate/clock.ts";
import type { Limiter } from "../rate/mod.ts";

/** What happens to a connection when so many bytes have moved in one direction. */
export type Fault =
  & {
    /** The number of bytes; 0 is when the first is asked for. */
    at: number;
  }
  & (
    /** Both halves end, as if by the peer: reads resolve to `null`, writes reject with a {@linkcode ClosedPipeError}. */
    | { action: "close" }
    /** Both halves fail: reads and writes reject with `reason`, by default an {@linkcode IOError} with the code `"RESET"`. */
    | { action: "reset"; reason?: unknown }
    /** Nothing more moves in this direction for so many milliseconds; with `Infinity` never again. */
    | { action: "halt"; ms: number }
    /** From now on the limiter of this direction lets so many bytes pass per second. */
    | { action: "rate"; rate: number }
  );

/** What one direction of a connection does. */
export interface FaultScript {
  /**
   * How many milliseconds pass before the first byte moves.
   *
   * @default 0
   */
  latency?: number;
  /** How fast bytes move. */
  limiter?: Limiter;
  /** What goes wrong, and when. */
  faults?: readonly Fault[];
}

/** What a connection does. */
export interface ConnScript {
  /** What is read of it. */
  reads?: FaultScript;
  /** What is written to it. */
  writes?: FaultScript;
  /** What the times go by. By default the clock of the platform. */
  clock?: Clock;
}

/** A connection that misbehaves on purpose. Made by {@linkcode faultyConn}. */
export interface FaultyConn extends Reader, Writer, CloseWriter, Closer {
  /** Closes the sending half of the connection below. */
  closeWrite(): Promise<void>;
  /** Closes the connection below. */
  close(): Promise<void>;
  /**
   * Gives up the connection below; what is pending rejects with `reason`.
   *
   * @param reason Why
   */
  abort(reason?: unknown): Promise<void>;
}

/** How a connection came to its end. */
type End = { kind: "closed" } | { kind: "failed"; reason: unknown };

/** One direction: how far it is, and what is still to come. */
class Course {
  readonly #limiter: Limiter | undefined;
  readonly #faults: Fault[];
  readonly #clock: Clock;
  #latency: number;
  #moved = 0;

  constructor({ latency = 0, limiter, faults = [] }: FaultScript, clock: Clock) {
    checkTime("latency", latency);
    for (const fault of faults) checkFault(fault, limiter);
    this.#limiter = limiter;
    this.#faults = [...faults].sort((a, b) => a.at - b.at);
    this.#clock = clock;
    this.#latency = latency;
  }

  /** Waits until bytes may move, and does what is due before; says how many of `size` come before the next fault. */
  async clear(size: number, end: (how: End) => void, signal: AbortSignal): Promise<number> {
    const latency = this.#latency;
    this.#latency = 0;
    if (latency > 0) await this.#clock.sleep(latency, signal);
    for (let fault = this.#due(); fault !== undefined; fault = this.#due()) {
      this.#faults.shift();
      if (fault.action === "halt") await this.#clock.sleep(fault.ms, signal);
      else this.#meet(fault, end);
      signal.throwIfAborted();
    }
    const most = Math.max(1, this.#limiter?.burst ?? Infinity);
    return Math.min(size, most, (this.#faults[0]?.at ?? Infinity) - this.#moved);
  }

  /** Waits until the limiter lets bytes pass. */
  async pay(n: number, signal: AbortSignal): Promise<void> {
    await this.#limiter?.wait(n, { signal });
  }

  /** Counts bytes. What they end ends at once, not when somebody asks for more. */
  moved(n: number, end: (how: End) => void): void {
    this.#moved += n;
    for (let fault = this.#due(); fault !== undefined && fault.action !== "halt"; fault = this.#due()) {
      this.#faults.shift();
      this.#meet(fault, end);
    }
  }

  #due(): Fault | undefined {
    const [fault] = this.#faults;
    return fault !== undefined && fault.at <= this.#moved ? fault : undefined;
  }

  #meet(fault: Exclude<Fault, { action: "halt" }>, end: (how: End) => void): void {
    if (fault.action === "rate") return this.#limiter?.setRate(fault.rate);
    if (fault.action === "close") return end({ kind: "closed" });
    const reset = new IOError("Cannot go on: the connection was reset on purpose", "RESET");
    end({ kind: "failed", reason: "reason" in fault ? fault.reason : reset });
  }
}

class ScriptedConn implements FaultyConn {
  readonly #peer: Peer;
  readonly #reads: Course;
  readonly #writes: Course;
  readonly #stop = new AbortController();
  #ended: End | null = null;

  constructor(conn: Duplex, { reads = {}, writes = {}, clock = systemClock }: ConnScript) {
    this.#peer = peerOf(conn);
    this.#reads = new Course(reads, clock);
    this.#writes = new Course(writes, clock);
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    const move = async (part: Uint8Array) => {
      const n = await this.#peer.reader.read(part);
      await this.#reads.pay(n ?? 0, this.#stop.signal);
      return n;
    };
    return await this.#move(this.#reads, p, move, () => null);
  }

  async write(p: Uint8Array): Promise<number> {
    checkBytes(p);
    const move = async (part: Uint8Array) => {
      await this.#writes.pay(part.byteLength, this.#stop.signal);
      return await this.#peer.writer.write(part);
    };
    return await this.#move(this.#writes, p, move, () => {
      throw new ClosedPipeError("Cannot write to a connection that was closed on purpose");
    });
  }

  async closeWrite(): Promise<void> {
    if (this.#ended === null) await this.#peer.closeWrite();
  }

  async close(): Promise<void> {
    if (this.#ended !== null) return;
    this.#ended = { kind: "closed" };
    this.#stop.abort();
    await this.#peer.close();
  }

  async abort(reason?: unknown): Promise<void> {
    if (this.#ended !== null) return;
    this.#ended = { kind: "failed", reason };
    this.#stop.abort(reason);
    await this.#peer.abort(reason);
  }

  /** Moves as many bytes as come before the next fault, or tells of the end. */
  async #move<T extends number | null>(
    course: Course,
    p: Uint8Array,
    move: (part: Uint8Array) => Promise<T>,
    closed: () => T,
  ): Promise<T> {
    // Whoever closes the connection does so in the course of an operation: how that goes says nothing new.
    const end = (how: End) => {
      (how.kind === "closed" ? this.close() : this.abort(how.reason)).catch(() => {});
    };
    try {
      if (this.#ended === null) {
        const part = p.subarray(0, await course.clear(p.byteLength, end, this.#stop.signal));
        const n = await move(part);
        if (n !== null) course.moved(n, end);
        return n;
      }
    } catch (reason) {
      if (this.#ended === null) throw reason;
    }
    if (this.#ended.kind === "failed") throw this.#ended.reason;
    return closed();
  }
}

function checkTime(name: string, value: number): void {
  if (typeof value !== "number") {
    throw misuse(value, name, "is no number");
  }
  if (!(value >= 0)) throw new RangeError(`Cannot use ${value} as ${name}: it is no time in milliseconds`);
}

function checkFault(fault: Fault, limiter: Limiter | undefined): void {
  checkSize("at", fault.at);
  if (fault.action === "halt") return checkTime("ms", fault.ms);
  if (fault.action === "close" || fault.action === "reset") return;
  if (fault.action !== "rate") throw new TypeError(`Cannot script ${JSON.stringify(fault)}: no such action`);
  if (limiter === undefined) throw new TypeError("Cannot change the rate of a direction that has no limiter");
}

/**
 * A connection on which things go wrong by script: it answers late, is slow, stops, is cut off, each direction for itself
 * and at an exact byte.
 *
 * It is a {@linkcode Duplex}, and forwards everything to `conn` otherwise. It has no fast paths, so that nothing goes around
 * the script.
 *
 * **On error** reads and writes reject with what the script says, else with the reason of `conn`. **Cancellation**: `abort`
 * and `close` end what is waiting.
 *
 * @example See what a two-way copy makes of a connection that is reset after 3 bytes
 * ```ts
 * import { faultyConn } from "@sluice/io/iotest";
 * import { copyBidirectionalSettled } from "@sluice/io/net";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const sink = () => new WritableStream<Uint8Array>();
 * const client = { readable: new Blob(["hello"]).stream(), writable: sink() };
 * const server = { readable: new ReadableStream<Uint8Array>(), writable: sink() };
 *
 * const flaky = faultyConn(client, { reads: { faults: [{ at: 3, action: "reset" }] } });
 * const outcome = await copyBidirectionalSettled(flaky, server);
 * assert(!outcome.ok);
 * assertEquals([outcome.side, outcome.aToB], ["a", 3]);
 * ```
 *
 * @param conn The connection
 * @param script What happens to what is read of it and what is written to it
 * @returns The faulty connection
 */
export function faultyConn(conn: Duplex, script: ConnScript): FaultyConn {
  if (typeof script !== "object" || script === null) {
    throw misuse(script, "a script", "is no object");
  }
  return new ScriptedConn(conn, script);
}
