/**
 * How the engine sees a source: what moves bytes without a copy, through every wrapper around it.
 *
 * @module
 */
import { countEmptyRead } from "../core/checks.ts";
import type { Memory } from "../core/memory.ts";

/** How the bytes of a source are best taken; the name of the path when they go to a plain Writer. */
export type Lane = "byob" | "chunks" | "buffer";

/**
 * The engine's view of a source. Calls never overlap, but `letGo` may come while a `take` is pending.
 *
 * Taking has two steps, so that a loop can await the very promise of whoever has the bytes: another one around it
 * would cost as much again for every chunk. {@linkcode taking} does both.
 */
export interface Intake {
  /**
   * How the next bytes will come. Locks what must be locked, and throws where that fails.
   *
   * @param wanted How they are to come, if the caller has a wish: then nothing else need be found out
   */
  lane(wanted?: Lane): Lane;
  /**
   * Asks for the next bytes, copied only if they must be.
   *
   * @param max The most bytes to take, at least 1
   * @param memory Where to put them if the source has no chunk of its own
   * @returns The answer that `taken` understands, whatever it is; `null` is the end for everybody
   */
  take(max: number, memory: Memory): Promise<unknown>;
  /**
   * The bytes of an answer. Called at once when it is there, with the memory that was given for it.
   *
   * @param answer What `take` resolved to
   * @param memory Where it was to be put
   * @returns The bytes, or `null` at the end; none at all is an empty read
   */
  taken(answer: unknown, memory: Memory): Uint8Array | null;
  /**
   * Reads a reader from elsewhere for a wrapper around it. A read into an empty `p` reaches it only once it has ended
   * or failed. The readers of this package see to that themselves.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end
   */
  read?(p: Uint8Array): Promise<number | null>;
  /**
   * Takes back the tail of what was taken last, to be taken again.
   *
   * @param bytes Bytes that nobody overwrites
   * @returns Whether that was possible; if not, the bytes are lost
   */
  giveBack(bytes: Uint8Array): boolean;
  /** Whether `giveBack` takes any bytes, not only the tail of what was taken last. */
  readonly prepends?: boolean;
  /** Ends an operation: gives up a pending `take`, and the lock. Taking again locks again. */
  letGo(): void;
  /** Whether an object from elsewhere would do the copy if the reader's own `writeTo` were called. */
  asksForeign?(): boolean;
  /** Hands over the web stream that all bytes come from, where nothing stands in between. */
  readonly unread?: (() => Unread) | undefined;
  /** Names what the next bytes come from, for a destination that may have a way of its own to get them from there. */
  origin?(): Origin | undefined;
  /** Whether every `take` reads into the memory that it is given, and so is what the path "buffer" asks for. */
  plain?(): boolean;
  /** The web stream that all bytes come from, unlocked, if none was ever taken; else `null`. */
  pristine?(): ReadableStream<Uint8Array> | null;
}

/** What the next bytes of a source come from. */
export interface Origin {
  /** The object that has them. */
  readonly owner: object;
  /** Where in it they begin. */
  readonly offset: number;
  /** The most bytes that may be taken from there. */
  readonly max: number;
  /** Told how many were taken from there, so that the source goes on behind them. */
  used(n: number): void;
}

/** What is left of a web stream: bytes that were taken out of it and not used, and the stream itself, unlocked. */
export interface Unread {
  head: Uint8Array | null;
  stream: ReadableStream<Uint8Array>;
}

/** Takes the next bytes of an intake, in one step. */
export async function taking(intake: Intake, max: number, memory: Memory): Promise<Uint8Array | null> {
  return intake.taken(await intake.take(max, memory), memory);
}

/** As {@linkcode taking}, again as long as nothing comes. */
export async function takingSome(intake: Intake, max: number, memory: Memory): Promise<Uint8Array | null> {
  for (let empty = 0;; empty = countEmptyRead(empty)) {
    const chunk = intake.taken(await intake.take(max, memory), memory);
    if (chunk?.byteLength !== 0) return chunk;
  }
}

/** The `taken` of an intake whose `take` resolves to the bytes themselves. */
export function asTaken(bytes: Uint8Array | null): Uint8Array | null {
  return bytes;
}
