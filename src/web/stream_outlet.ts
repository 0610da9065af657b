import type { Outlet } from "../transfer/outlet.ts";
import { lockedError } from "./stream_intake.ts";

/** A web stream as the engine hands chunks to it. */
export interface StreamOutlet extends Outlet {
  /** Takes the lock, unless it is there already. */
  lock(): WritableStreamDefaultWriter<Uint8Array>;
  /** Whether it holds the lock. */
  holds(): boolean;
}

/**
 * A web stream as the engine hands chunks to it. It may keep them: every identity transform does.
 *
 * @param stream The stream, unlocked by the time of the first write
 */
export function streamOutlet(stream: WritableStream<Uint8Array>): StreamOutlet {
  let writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  let onFailure: ((reason: unknown) => void) | null = null;
  let closed = false;

  function lock(): WritableStreamDefaultWriter<Uint8Array> {
    if (writer !== null) return writer;
    if (stream.locked) throw lockedError();
    const held = writer = stream.getWriter();
    // Handled here, both of them: a failure reaches the caller through the write, or through whoever watches.
    held.ready.catch(() => {});
    held.closed.then(() => closed = true, (reason) => {
      if (writer === held) onFailure?.(reason);
    });
    return held;
  }

  return {
    keeps: true,
    lock,
    holds: () => writer !== null,
    put(chunk) {
      const writer = lock();
      // Node 20 reports a write to a closed stream as a bug of its own.
      if (closed) throw new TypeError("Cannot write to a closed stream");
      return writer.write(chunk as Uint8Array<ArrayBuffer>);
    },
    watch: (callback) => void (onFailure = callback),
    letGo() {
      const held = writer;
      writer = null;
      held?.releaseLock();
    },
  };
}
