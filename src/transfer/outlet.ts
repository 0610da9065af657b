/**
 * How the engine sees a destination that can do more than `write`.
 *
 * @module
 */
import type { Writer } from "../core/types.ts";

/** A destination with a lock, a way to fail unasked, or a liking for chunks to keep. */
export interface Outlet {
  /** Whether it is to be handed chunks for good, as a web stream is, instead of being written to. */
  readonly keeps: boolean;
  /** Takes the lock, if there is one. Throws where that fails. */
  lock(): void;
  /** Takes a chunk over; resolves when all of it was accepted. */
  put(chunk: Uint8Array): Promise<unknown>;
  /** Calls back, once, if the destination fails while nothing is being written; `null` ends that. */
  watch(onFailure: ((reason: unknown) => void) | null): void;
  /** Ends an operation: gives up the lock. What was put stays put. */
  letGo(): void;
}

const outlets = new WeakMap<Writer, Outlet | null>();

/** Registers a writer of this package, with its outlet if it has more than a `write`. */
export function registerWriter(writer: Writer, outlet: Outlet | null): void {
  outlets.set(writer, outlet);
}

/** Whether a writer is one of this package, so that the engine knows all it can do. */
export function isOwnWriter(writer: Writer): boolean {
  return outlets.has(writer);
}

/** The outlet of a writer, or null if its `write` is all there is. */
export function outletOf(writer: Writer): Outlet | null {
  return outlets.get(writer) ?? null;
}
