/**
 * How the engine sees a destination that can do more than `write`.
 *
 * @module
 */
import { notes } from "../core/notes.ts";
import type { CopyOptions, Writer } from "../core/types.ts";
import type { Intake } from "./source.ts";

/**
 * Moves bytes without their passing through here, as far as it can, and resolves to how many; the loop does the rest. If
 * the copy is over by then, it undoes what it did.
 */
export type Shortcut = (isOver: () => boolean) => Promise<number>;

/** A destination with a lock, a way to fail unasked, or a liking for chunks to keep. */
export interface Outlet {
  /** Whether it is to be handed chunks for good, as a web stream is, instead of being written to. */
  readonly keeps: boolean;
  /** Takes the lock, if there is one. Throws where that fails. */
  lock(): void;
  /** Waits until some of `max` bytes may be put; tells how many, at least 1. Without it, all may at once. */
  readonly admit?: ((max: number) => number | Promise<number>) | undefined;
  /** Takes a chunk over; resolves when all of it was accepted. */
  put(chunk: Uint8Array): Promise<unknown>;
  /** Calls back, once, if the destination fails while nothing is being written; `null` ends that. */
  watch(onFailure: ((reason: unknown) => void) | null): void;
  /** Ends an operation: gives up the lock. What was put stays put. */
  letGo(): void;
  /** Finds a shortcut from a source, which is what the path "kernel" goes by; made by `shortcutFrom`. */
  shortcut?(intake: Intake, options: CopyOptions): Promise<Shortcut | null> | undefined;
}

const outlets = /* @__PURE__ */ notes<Writer, Outlet | null>();
const doors = /* @__PURE__ */ notes<Writer, () => Writer>();

/** Registers a writer of this package, with its outlet if it has more than a `write`. Returns it. */
export function registerWriter<W extends Writer>(writer: W, outlet: Outlet | null): W {
  outlets.set(writer, outlet);
  return writer;
}

/**
 * Registers a writer that several may write to at the same time, as they may to a pipe. Each of them goes through a
 * door of its own, so that what it takes back is its own write and not that of another.
 *
 * @param writer The writer
 * @param open Makes another writer to the same destination
 */
export function registerShared(writer: Writer, open: () => Writer): void {
  doors.set(writer, open);
}

/** A door to a writer for one user, or the writer itself if it has no doors. */
export function openDoor(writer: Writer): Writer {
  return doors.get(writer)?.() ?? writer;
}

/** Whether a writer is one of this package, so that the engine knows all it can do. */
export function isOwnWriter(writer: Writer): boolean {
  return outlets.get(writer) !== undefined;
}

/** The outlet of a writer, or null if its `write` is all there is. */
export function outletOf(writer: Writer): Outlet | null {
  return outlets.get(writer) ?? null;
}
