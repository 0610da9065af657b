/**
 * How the engine sees a source: what moves bytes without a copy, through every wrapper around it.
 *
 * Each reader of this package registers its intake. A reader from elsewhere gets one that
 * uses its `readChunk` or its `read`.
 *
 * @module
 */
import type { Memory } from "../core/memory.ts";
import type { ChunkReader, Reader } from "../core/types.ts";
import { BufferIntake } from "./buffer.ts";
import { ChunkIntake } from "./chunks.ts";

/** How the bytes of a source are best taken; the name of the path when they go to a plain Writer. */
export type Lane = "byob" | "chunks" | "buffer";

/** The engine's view of a source. Calls never overlap, but `letGo` may come while a `take` is pending. */
export interface Intake {
  /** How the next bytes will come. Locks what must be locked, and throws where that fails. */
  lane(): Lane;
  /**
   * Takes the next bytes, copied only if they must be.
   *
   * @param max The most bytes to take, at least 1
   * @param memory Where to put them if the source has no chunk of its own
   * @returns The bytes, or `null` at the end; none at all is an empty read
   */
  take(max: number, memory: Memory): Promise<Uint8Array | null>;
  /**
   * Takes back the tail of what was taken last, to be taken again.
   *
   * @param bytes Bytes that nobody overwrites
   * @returns Whether that was possible; if not, the bytes are lost
   */
  giveBack(bytes: Uint8Array): boolean;
  /** Ends an operation: gives up a pending `take`, and the lock. Taking again locks again. */
  letGo(): void;
  /** Hands over the web stream that all bytes come from, where nothing stands in between. */
  unread?(): Unread;
}

/** What is left of a web stream: bytes that were taken out of it and not used, and the stream itself, unlocked. */
export interface Unread {
  head: Uint8Array | null;
  stream: ReadableStream<Uint8Array>;
}

const intakes = new WeakMap<Reader, Intake>();

/** Registers the intake of a reader of this package. */
export function registerIntake(reader: Reader, intake: Intake): void {
  intakes.set(reader, intake);
}

/** Whether a reader is one of this package, so that the engine knows all it can do. */
export function isOwnReader(reader: Reader): boolean {
  return intakes.has(reader);
}

/** The intake of any reader. */
export function intakeOf(reader: Reader): Intake {
  return intakes.get(reader) ?? (hasChunks(reader) ? new ChunkIntake(reader) : new BufferIntake(reader));
}

/** Whether a reader hands over chunks of its own. */
export function hasChunks(reader: Reader): reader is Reader & ChunkReader {
  return "readChunk" in reader && typeof reader.readChunk === "function";
}
