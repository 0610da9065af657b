import { asBytes, checkBytes } from "../core/checks.ts";
import { joinTwo } from "../core/join.ts";
import type { Memory } from "../core/memory.ts";
import { notes } from "../core/notes.ts";
import { settleTurns } from "../core/turns.ts";
import { filledBy, readByob } from "../transfer/byob.ts";
import { type Intake, taking, type Unread } from "../transfer/intake.ts";
import { type EnqueueProbe, enqueueProbe } from "./enqueue_probe.ts";
import { pieceProbe } from "./piece_probe.ts";

/** What is known of a stream beyond itself, shared by all who read it through this package. */
interface Traces {
  /** Bytes that came out of the stream and that nobody has used yet: they come first. */
  head?: Uint8Array | undefined;
  /** Whether it was ever read from, so that hosts refuse it as a body. */
  disturbed?: boolean;
  /** What every later read gets, once its end or its failure was seen: returns the end or throws the failure. */
  over?: () => null;
  /**
   * Whether a BYOB read was given up. What its source still answers to it waits in the stream, where a read by BYOB
   * finds it; a default reader that was waiting already would never get it if the stream then closes.
   */
  gaveUpByob?: boolean;
  /** A lock that was given up while a read was pending, on a stream that lets go of it only after that. */
  late?: ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array> | null;
  /** Whether its chunks may be as large as all of it, as those of a Blob are, so that reads by BYOB keep them small. */
  bulky?: boolean;
}

const known = /* @__PURE__ */ notes<ReadableStream<Uint8Array>, Traces>();

function tracesOf(stream: ReadableStream<Uint8Array>): Traces {
  const traces = known.get(stream) ?? {};
  known.set(stream, traces);
  return traces;
}

/** Marks a stream whose chunks may be too large to be handed over as they are. */
export function markBulky(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  tracesOf(stream).bulky = true;
  return stream;
}

/** A web stream as the engine takes from it, and what else is known of it. */
export interface StreamIntake extends Intake {
  readonly traces: Traces;
  unread(): Unread;
  /** Gives up the lock and returns the stream. Throws if somebody else has the lock. */
  unlocked(): ReadableStream<Uint8Array>;
  /** What holds the lock for this intake, if anything does. */
  holder(): ReadableStreamGenericReader | null;
}

/**
 * A web stream as the engine takes from it: by BYOB where the stream allows it and memory can be reused,
 * or where only so many bytes may leave it; otherwise by its own chunks.
 *
 * What a default reader brought beyond what was asked for is kept beside the stream, so that the next to read the
 * stream through this package finds it, whoever took it out.
 *
 * @param stream The stream, unlocked by the time of the first read
 */
export function streamIntake(stream: ReadableStream<Uint8Array>): StreamIntake {
  const traces = tracesOf(stream);
  let byob: ReadableStreamBYOBReader | null = null;
  let plain: ReadableStreamDefaultReader<Uint8Array> | null = null;
  let byobRefused = false;
  /** Whether it is a byte stream that was found to enqueue chunks of its own only. */
  let enqueues = false;
  let probe: EnqueueProbe | null = null;
  const pieces = pieceProbe();
  let pending = false;
  /** What the last take asked for: by BYOB, and how much. */
  let filling = false;
  let most = 0;
  let lent = 0;
  /** The read that is pending. */
  let reading: Promise<ReadableStreamReadResult<Uint8Array>> | null = null;

  const holder = () => byob ?? plain;

  function letGo(): void {
    const held = holder();
    if (byob && pending) traces.gaveUpByob = true;
    byob = plain = null;
    pending = false;
    try {
      held?.releaseLock();
    } catch {
      // The streams of workerd itself refuse that while a read is pending.
      traces.late = held;
      reading?.then(({ value }) => comeBack(value), () => comeBack());
    }
  }

  /** Ends a read that was given up: the lock goes at last, and what came is kept for others. */
  function comeBack(value?: Uint8Array): void {
    const { late } = traces;
    traces.late = null;
    late?.releaseLock();
    if (value) giveBack(new Uint8Array(asBytes(value)));
  }

  function unlocked(): ReadableStream<Uint8Array> {
    letGo();
    if (stream.locked) throw lockedError();
    return stream;
  }

  /** Takes the BYOB lock, or returns null where the stream has none to give. */
  function acquireByob(): ReadableStreamBYOBReader | null {
    if (byob || byobRefused) return byob;
    unlocked();
    try {
      return byob = watched(stream.getReader({ mode: "byob" }));
    } catch {
      // A TypeError here means no byte stream; the stream is left as it was.
      byobRefused = true;
      return null;
    }
  }

  function acquire(): ReadableStreamDefaultReader<Uint8Array> {
    return plain ??= watched(unlocked().getReader());
  }

  /** Learns how the stream ends, as long as the lock is held. */
  function watched<R extends NonNullable<typeof byob | typeof plain>>(held: R): R {
    // A byte source that closes without `respond(0)` leaves a BYOB read pending for ever; one that does respond does so
    // within a few turns.
    const forgotten = () => held === byob && pending;
    held.closed.then(async () => {
      await settleTurns(() => !forgotten());
      if (!forgotten()) return;
      end();
    }, (reason) => {
      // A lock that was released says nothing about the stream.
      if (held !== holder()) return;
      traces.over = () => {
        throw reason;
      };
      pending = false;
    });
    return held;
  }

  /** A read is pending from before it begins, for its source may end it from within. */
  function begin<R>(reader: R): R {
    pending = traces.disturbed = true;
    return reader;
  }

  function giveBack(bytes: Uint8Array): boolean {
    const { head } = traces;
    if (bytes.byteLength > 0) traces.head = head ? joinTwo(bytes, head) : bytes;
    return true;
  }

  /** Hands out what fits of a chunk and keeps the rest. Two who hold parts of it must not be able to harm each other. */
  function cut(chunk: Uint8Array, { owned }: Memory): Uint8Array {
    if (chunk.byteLength > most) traces.head = chunk.subarray(most);
    const part = chunk.subarray(0, most);
    return owned && part.byteLength < part.buffer.byteLength ? new Uint8Array(part) : part;
  }

  function end(): null {
    traces.over = atEnd;
    letGo();
    return null;
  }

  return {
    traces,
    prepends: true,
    holder,
    letGo,
    unlocked,

    lane(wanted) {
      probe = wanted === "byob" ? null : enqueueProbe();
      if (traces.over) return "chunks";
      if (wanted !== "chunks" && acquireByob()) return "byob";
      // The lock waits for the first read: Bun refuses its own streams as bodies once a default reader was on them.
      if (!holder()) unlocked();
      return "chunks";
    },

    take(max, memory) {
      if (pending) throw new TypeError("Cannot read while another read is pending");
      most = max;
      const { head, over, gaveUpByob, bulky } = traces;
      if (head) {
        // The rest of a chunk belongs to whoever holds the stream.
        if (!holder()) unlocked();
        traces.head = undefined;
        return Promise.resolve(head);
      }
      if (over) return Promise.resolve(over());
      // A bounded read by BYOB leaves what is beyond the bound in the stream itself.
      const wanted = memory.reused && !enqueues || max !== Infinity || gaveUpByob ||
        memory.owned && (bulky || pieces.asksForMore());
      const filler = wanted && acquireByob();
      filling = !!filler;
      if (!filler) return reading = begin(acquire()).read();
      const view = memory.lend(Math.min(max, probe?.most() ?? max), true);
      lent = view.byteLength;
      reading = readByob(begin(filler), view);
      return reading.catch((reason) => {
        if (traces.over) return traces.over(); // it was forgotten
        if (filler === byob) pending = false;
        throw reason;
      });
    },

    taken(answer: Uint8Array | ReadableStreamReadResult<Uint8Array> | null, memory) {
      if (answer === null) return null;
      if (traces.late) return new Uint8Array(0);
      if (answer instanceof Uint8Array) return cut(answer, memory);
      pending = false;
      reading = null; // it would keep the chunk
      if (filling) {
        const filled = filledBy(answer, memory);
        if (filled === null) return end();
        if (probe?.came(filled.byteLength, lent)) enqueues = true;
        pieces.came(filled.byteLength);
        return filled;
      }
      if (answer.done) return end();
      const chunk = asBytes(answer.value);
      pieces.came(chunk.byteLength);
      return chunk.byteLength > most ? cut(chunk, memory) : chunk;
    },

    giveBack,

    unread() {
      unlocked();
      const { head } = traces;
      traces.head = undefined;
      traces.disturbed = true;
      return { head: head ?? null, stream };
    },
  };
}

export const atEnd = () => null;

export function lockedError(): TypeError {
  return new TypeError("Cannot use a stream that is locked by somebody else");
}

/** Reads a stream into `p`, as a Reader does, through memory that is used over and over. */
export async function readInto(p: Uint8Array, intake: StreamIntake, scratch: Memory): Promise<number | null> {
  checkBytes(p);
  const { head, over } = intake.traces;
  if (p.byteLength === 0) return head || !over ? 0 : over();
  const chunk = await taking(intake, p.byteLength, scratch);
  if (chunk === null) return null;
  p.set(chunk);
  return chunk.byteLength;
}
