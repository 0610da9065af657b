import { checkCallback, checkSignal, misuse } from "../core/checks.ts";
import { checkClock, type Clock, systemClock } from "../rate/clock.ts";
import { Limiter } from "../rate/mod.ts";
import type { Duplex } from "./duplex.ts";
import { Exchange, type Terms } from "./exchange.ts";
import type { BidirectionalCounts, BidirectionalOutcome } from "./outcome.ts";
import { isLocked, type Peer, peerOf } from "./peer.ts";

/** What can be asked of a two-way copy. */
export interface BidirectionalOptions {
  /** Ends both directions and both sides, at once. */
  signal?: AbortSignal;
  /** Called after every write with the bytes of each direction so far. If it throws, both end with that. */
  onProgress?: (aToB: number, bToA: number) => void;
  /**
   * How many milliseconds may pass without a byte in either direction before both end with a `DOMException` named
   * `"TimeoutError"`. Any traffic begins it anew.
   *
   * @default Infinity
   */
  idleTimeout?: number;
  /**
   * As `idleTimeout`, but it counts only once one direction has ended: for a side that does not hear that the other is
   * done.
   *
   * @default Infinity
   */
  halfCloseTimeout?: number;
  /** The limiters that the bytes from `a` to `b` obey, all of them. */
  aToB?: Limiter[];
  /** The limiters that the bytes from `b` to `a` obey, all of them. */
  bToA?: Limiter[];
  /** What the timeouts go by. By default that of the host. */
  clock?: Clock;
}

/**
 * Copies between two connections in both directions, until both have ended, and closes both: what a tunnel or a relay
 * does.
 *
 * It takes both connections over. When one has sent everything, the sending half of the other is closed, and the other
 * direction goes on for as long as it likes: an answer that comes after the end of the question arrives whole. When
 * both directions have ended, both connections are closed. Each chunk is forwarded at once, and what is buffered already,
 * in a {@linkcode PeekedConn} or a `BufReadWriter`, goes first. {@linkcode Duplex} says how a connection of each kind is
 * ended.
 *
 * A connection that cannot close its sending half alone hears nothing of the end of the other until both are over;
 * `halfCloseTimeout` bounds how long that takes.
 *
 * Go has no such function: its programs run two `io.Copy` and close too much or too little.
 *
 * **On error** of either side both are given up at once, and the rejection is the reason of that side, as it was;
 * {@linkcode copyBidirectionalSettled} tells which, and how much each direction moved before.
 *
 * **Cancellation** with `options.signal` gives up both connections and rejects with its reason at once, also while reads
 * and writes are pending. No lock, no timer and no listener is left.
 *
 * Wrong arguments are a `TypeError` or a `RangeError` before anything moves; nothing is closed then.
 *
 * @example An answer that comes after the end of the question
 * ```ts
 * import { copyBidirectional } from "@sluice/io/net";
 * import { assertEquals } from "@std/assert";
 *
 * // Each connection is a pair of streams; the other ends of them are the client's and the server's.
 * const up = new TransformStream<Uint8Array, Uint8Array>();
 * const down = new TransformStream<Uint8Array, Uint8Array>();
 * const client = { readable: new Blob(["ping"]).stream(), writable: down.writable };
 * const server = { readable: new Response("pong!").body!, writable: up.writable };
 * const [question, answer] = [new Response(up.readable).text(), new Response(down.readable).text()];
 *
 * assertEquals(await copyBidirectional(client, server), { aToB: 4, bToA: 5 });
 * assertEquals([await question, await answer], ["ping", "pong!"]);
 * ```
 *
 * @param a One connection
 * @param b The other
 * @param options Signal, progress, timeouts, limiters
 * @returns The number of bytes of each direction
 */
export async function copyBidirectional(
  a: Duplex,
  b: Duplex,
  options: BidirectionalOptions = {},
): Promise<BidirectionalCounts> {
  const outcome = await copyBidirectionalSettled(a, b, options);
  if (!outcome.ok) throw outcome.reason;
  return { aToB: outcome.aToB, bToA: outcome.bToA };
}

/**
 * As {@linkcode copyBidirectional}, but resolves to how it ended instead of rejecting: how much each direction moved,
 * and if it failed, who ended it and why. The counts are exact also then.
 *
 * It rejects only for wrong arguments.
 *
 * @example Tell which side failed
 * ```ts
 * import { copyBidirectionalSettled } from "@sluice/io/net";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const client = { readable: new Blob(["ping"]).stream(), writable: new WritableStream<Uint8Array>() };
 * const server = {
 *   read: (): Promise<number | null> => Promise.reject(new Error("connection reset")),
 *   write: (p: Uint8Array) => Promise.resolve(p.byteLength),
 *   close() {},
 * };
 * const outcome = await copyBidirectionalSettled(client, server);
 * assert(!outcome.ok);
 * assertEquals(outcome.side, "b");
 * ```
 *
 * @param a One connection
 * @param b The other
 * @param options Signal, progress, timeouts, limiters
 * @returns How it ended
 */
export async function copyBidirectionalSettled(
  a: Duplex,
  b: Duplex,
  options: BidirectionalOptions = {},
): Promise<BidirectionalOutcome> {
  const terms = termsOf(options);
  const peers = [free(a), free(b)] as const;
  if (a === b) throw new TypeError("Cannot copy between a connection and itself");
  return await new Exchange(...peers, terms).run();
}

function free(duplex: Duplex): Peer {
  const peer = peerOf(duplex);
  if (isLocked(duplex)) throw misuse(duplex, "a Duplex", "has a stream that is locked");
  return peer;
}

function termsOf(options: BidirectionalOptions): Terms {
  if (typeof options !== "object" || options === null) throw misuse(options, "options", "is no object");
  const { signal, onProgress, idleTimeout, halfCloseTimeout, aToB, bToA, clock = systemClock } = options;
  checkSignal(signal);
  checkCallback("onProgress", onProgress);
  checkClock(clock);
  return {
    signal,
    onProgress,
    clock,
    patience: {
      idle: timeout("idleTimeout", idleTimeout),
      halfClosed: timeout("halfCloseTimeout", halfCloseTimeout),
    },
    limiters: { aToB: limiters("aToB", aToB), bToA: limiters("bToA", bToA) },
  };
}

function timeout(name: string, value = Infinity): number {
  if (typeof value !== "number") throw misuse(value, name, "is no number");
  if (value > 0) return value;
  throw new RangeError(`Cannot use ${value} as ${name}: it is no time in milliseconds above 0`);
}

function limiters(name: string, value: readonly Limiter[] = []): readonly Limiter[] {
  if (Array.isArray(value) && value.every((limiter) => limiter instanceof Limiter)) return value;
  throw misuse(value, name, "is no array of Limiters");
}
