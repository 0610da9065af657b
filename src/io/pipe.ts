import type { Closer, Reader, Writer } from "../core/types.ts";
import { BufferIntake } from "../transfer/buffer.ts";
import { registerIntake } from "../transfer/intake.ts";
import { registerShared, registerWriter } from "../transfer/outlet.ts";
import { Rendezvous } from "./rendezvous.ts";

/** The end of a {@linkcode pipe} that is read. */
export interface PipeReader extends Reader, Closer {
  /** Ends the reading: every write, also a pending one, rejects with a {@linkcode ClosedPipeError}. */
  close(): void;
  /**
   * Ends the reading with a reason: every write, also a pending one, rejects with that.
   *
   * @param reason Why; a {@linkcode ClosedPipeError} if left out
   */
  closeWithError(reason?: unknown): void;
}

/** The end of a {@linkcode pipe} that is written. */
export interface PipeWriter extends Writer, Closer {
  /** Ends the input: the reader sees its end. */
  close(): void;
  /**
   * Ends the input with a reason: every read, also a pending one, rejects with that.
   *
   * @param reason Why; if left out, the reader sees the end of input
   */
  closeWithError(reason?: unknown): void;
}

/**
 * Connects code that wants a Writer to code that wants a Reader, in memory and without a buffer.
 *
 * Each write waits until reads have taken all of its bytes, or until one of the ends is closed. Writes that overlap are
 * served one after the other, whole; reads may overlap. An empty write meets one read, which gets 0.
 *
 * Ported from Go `io.Pipe`.
 *
 * **On error**: what `closeWithError` was given is what the other end gets, and the first one stays. Using an end
 * that was itself closed is a {@linkcode ClosedPipeError}. A promise that nobody waits for never becomes an unhandled
 * rejection.
 *
 * **Cancellation**: closing either end ends what is pending at both. A copy that is aborted takes its pending read or
 * write back, and the pipe can be used again.
 *
 * @example Feed a reader from code that writes
 * ```ts
 * import { pipe, readAll, writeString } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const { reader, writer } = pipe();
 * async function produce() {
 *   await writeString(writer, "hello, ");
 *   await writeString(writer, "pipe");
 *   writer.close();
 * }
 * const [bytes] = await Promise.all([readAll(reader), produce()]);
 * assertEquals(new TextDecoder().decode(bytes), "hello, pipe");
 * ```
 *
 * @returns The two ends
 */
export function pipe(): { reader: PipeReader; writer: PipeWriter } {
  const meeting = new Rendezvous();
  const reader: PipeReader = {
    read: (p) => handled(meeting.read(p)),
    close: () => meeting.closeReader(undefined),
    closeWithError: (reason) => meeting.closeReader(reason),
  };
  registerIntake(
    reader,
    new BufferIntake(reader, { giveBack: () => false, letGo: () => meeting.withdrawReads() }),
  );
  const writer = writerTo(meeting);
  registerWriter(writer, null);
  registerShared(writer, () => {
    const user = {};
    const door = writerTo(meeting, user);
    registerWriter(door, {
      keeps: false,
      lock() {},
      put: (chunk) => door.write(chunk),
      watch: (onFailure) => meeting.watch(user, onFailure),
      letGo: () => meeting.withdrawWrites(user),
    });
    return door;
  });
  return { reader, writer };
}

function writerTo(meeting: Rendezvous, user?: object): PipeWriter {
  return {
    write: (p) => handled(meeting.write(p, user)),
    close: () => meeting.closeWriter(undefined),
    closeWithError: (reason) => meeting.closeWriter(reason),
  };
}

/** Marks the rejection as handled: whoever waits is told all the same. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
