import { asBytes } from "../core/checks.ts";
import type { Memory } from "../core/memory.ts";
import { settleTurns } from "../core/turns.ts";
import { filledBy, readByob } from "../transfer/byob.ts";
import type { Intake, Lane, Unread } from "../transfer/intake.ts";

const EMPTY = new Uint8Array(0);

/** What is known of a stream beyond itself, shared by all who read it through this package. */
interface Traces {
  /** Bytes that came out of the stream and that nobody has used yet: they come first. */
  head: Uint8Array | null;
  /** Whether somebody may still hold a chunk over the same memory as `head`. */
  shared: boolean;
  /** Whether it was ever read from, so that hosts refuse it as a body. */
  disturbed: boolean;
  /**
   * Whether a BYOB read was given up. What its source still answers to it waits in the stream, where a read by BYOB
   * finds it; a default reader that was waiting already would never get it if the stream then closes.
   */
  gaveUpByob: boolean;
  /** A lock that was given up while a read was pending, on a stream that lets go of it only after that. */
  late: Lock | null;
  /** Whether its chunks may be as large as all of it, as those of a Blob are, so that reads by BYOB keep them small. */
  bulky: boolean;
}

const traces = new WeakMap<ReadableStream<Uint8Array>, Traces>();

function tracesOf(stream: ReadableStream<Uint8Array>): Traces {
  let known = traces.get(stream);
  if (known === undefined) {
    traces.set(
      stream,
      known = { head: null, shared: false, disturbed: false, gaveUpByob: false, late: null, bulky: false },
    );
  }
  return known;
}

/** Marks a stream whose chunks may be too large to be handed over as they are. */
export function markBulky(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  tracesOf(stream).bulky = true;
  return stream;
}

/** The lock on a stream, by the kind of reader that holds it. */
type Lock =
  | { mode: "byob"; reader: ReadableStreamBYOBReader; closed: boolean }
  | { mode: "default"; reader: ReadableStreamDefaultReader<Uint8Array> };

/**
 * A web stream as the engine takes from it: by BYOB where the stream allows it and memory can be reused,
 * or where only so many bytes may leave it; otherwise by its own chunks.
 *
 * What a default reader brought beyond what was asked for is kept beside the stream, so that the next to read the
 * stream through this package finds it, whoever took it out.
 */
export class StreamIntake implements Intake {
  readonly prepends = true;
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #traces: Traces;
  #lock: Lock | null = null;
  /** What is read at this moment; none but the reader itself ends it, or `letGo`. */
  #pending: Lock | null = null;
  #byobRefused = false;
  #ended = false;
  #failure: { reason: unknown } | null = null;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#stream = stream;
    this.#traces = tracesOf(stream);
  }

  /** What a read into no room gives without touching the stream: 0, or what is known of its end already. */
  emptyRead(): 0 | null {
    if (this.#traces.head !== null) return 0;
    if (this.#failure !== null) throw this.#failure.reason;
    return this.#ended ? null : 0;
  }

  lane(): Lane {
    if (this.#ended) return "chunks";
    if (this.#acquireByob() !== null) return "byob";
    // The lock waits for the first read: Bun refuses its own streams as bodies once a default reader was on them.
    if (this.#lockedElsewhere()) throw lockedError();
    return "chunks";
  }

  take(max: number, memory: Memory): Promise<Uint8Array | null> {
    if (this.#pending !== null) {
      return Promise.reject(new TypeError("Cannot read from a stream while another read is pending"));
    }
    if (this.#traces.head !== null) {
      // The rest of a chunk belongs to whoever holds the stream.
      if (this.#lockedElsewhere()) return Promise.reject(lockedError());
      return Promise.resolve(this.#takeHead(this.#traces.head, max, memory));
    }
    if (this.#ended) return Promise.resolve(null);
    const { gaveUpByob, bulky } = this.#traces;
    // A bounded read by BYOB leaves what is beyond the bound in the stream itself.
    const byob = memory.reused || max !== Infinity || gaveUpByob || bulky && memory.owned;
    return byob ? this.#fill(max, memory) : this.#next(max, memory);
  }

  giveBack(bytes: Uint8Array): boolean {
    const { head } = this.#traces;
    if (bytes.byteLength === 0) return true;
    this.#traces.head = head === null ? bytes : concat(bytes, head);
    // What was cut off may still be in the hands of the destination.
    this.#traces.shared = head === null && bytes.byteLength < bytes.buffer.byteLength;
    return true;
  }

  letGo(): void {
    const lock = this.#lock;
    if (this.#pending?.mode === "byob") this.#traces.gaveUpByob = true;
    this.#lock = this.#pending = null;
    try {
      lock?.reader.releaseLock();
    } catch {
      // The streams of workerd itself refuse that while a read is pending.
      this.#traces.late = lock;
    }
  }

  /** Hands over the rest: the stream itself, unlocked, and what was taken out of it before. */
  unread(): Unread {
    this.letGo();
    if (this.#stream.locked) throw lockedError();
    const { head } = this.#traces;
    this.#traces.head = null;
    this.#traces.disturbed = true;
    return { head, stream: this.#stream };
  }

  /** The stream itself if nothing was ever taken out of it; unlocked. */
  pristine(): ReadableStream<Uint8Array> | null {
    if (this.#lockedElsewhere()) throw lockedError();
    this.letGo();
    return this.#traces.disturbed ? null : this.#stream;
  }

  /** Drops what was not read yet and tells the stream that nobody wants more, unless it is over already. */
  async cancel(reason?: unknown): Promise<void> {
    // A failure was told to whoever read; telling it again would put it beside itself at the end of `await using`.
    const over = this.#ended || this.#failure !== null;
    const { late } = this.#traces;
    if (this.#lockedElsewhere() && late === null) {
      if (over) return;
      throw lockedError();
    }
    this.#traces.head = null;
    if (over) return this.letGo();
    this.#ended = this.#traces.disturbed = true;
    const holder = this.#lock?.reader ?? late?.reader ?? this.#stream;
    try {
      await holder.cancel(reason);
    } finally {
      this.letGo();
    }
  }

  #lockedElsewhere(): boolean {
    return this.#lock === null && this.#stream.locked;
  }

  /** Takes up to `max` bytes off a chunk and keeps the rest. Two who hold parts of it must not be able to harm each other. */
  #takeHead(head: Uint8Array, max: number, memory: Memory): Uint8Array {
    const whole = head.byteLength <= max;
    const others = this.#traces.shared || !whole;
    this.#traces.head = whole ? null : head.subarray(max);
    this.#traces.shared = !whole && (this.#traces.shared || !memory.reused && !memory.owned);
    const part = whole ? head : head.subarray(0, max);
    return memory.owned && others ? new Uint8Array(part) : part;
  }

  /** Reads into memory, or falls back to the next chunk of a stream that is no byte stream. */
  async #fill(max: number, memory: Memory): Promise<Uint8Array | null> {
    const lock = this.#acquireByob();
    if (lock === null) return await this.#next(max, memory);
    let result: ReadableStreamReadResult<Uint8Array>;
    try {
      this.#begin(lock);
      result = await readByob(lock.reader, max, memory);
    } catch (reason) {
      this.#fail(lock, reason);
      if (!lock.closed) throw reason;
      return this.#end();
    }
    this.#finish(lock);
    if (this.#isLate(lock, result.value)) return EMPTY;
    return filledBy(result, memory) ?? this.#end();
  }

  async #next(max: number, memory: Memory): Promise<Uint8Array | null> {
    const lock = this.#acquireDefault();
    let result: ReadableStreamReadResult<Uint8Array>;
    try {
      this.#begin(lock);
      result = await lock.reader.read();
    } catch (reason) {
      this.#fail(lock, reason);
      throw reason;
    }
    this.#finish(lock);
    if (this.#isLate(lock, result.value)) return EMPTY;
    if (result.done) return this.#end();
    const chunk = asBytes(result.value);
    return chunk.byteLength > max ? this.#takeHead(chunk, max, memory) : chunk;
  }

  /** A read is pending from before it begins, for its source may end it from within. */
  #begin(lock: Lock): void {
    this.#pending = lock;
    this.#traces.disturbed = true;
  }

  #finish(lock: Lock): void {
    if (this.#pending === lock) this.#pending = null;
  }

  /** Keeps the failure of the stream; that of a read that was given up says nothing about it. */
  #fail(lock: Lock, reason: unknown): void {
    if (this.#pending === lock) this.#failure = { reason };
    this.#finish(lock);
    this.#isLate(lock, undefined);
  }

  /** Whether a read came back after it was given up. Then the lock goes at last, and what came is kept for others. */
  #isLate(lock: Lock, came: unknown): boolean {
    if (this.#traces.late !== lock) return false;
    this.#traces.late = null;
    lock.reader.releaseLock();
    if (came !== undefined) this.giveBack(new Uint8Array(asBytes(came)));
    return true;
  }

  #end(): null {
    this.#ended = true;
    this.letGo();
    return null;
  }

  /** Takes the BYOB lock, or returns null where the stream has none to give. */
  #acquireByob(): Extract<Lock, { mode: "byob" }> | null {
    if (this.#lock?.mode === "byob") return this.#lock;
    if (this.#byobRefused) return null;
    this.letGo();
    if (this.#stream.locked) throw lockedError();
    let reader: ReadableStreamBYOBReader;
    try {
      reader = this.#stream.getReader({ mode: "byob" });
    } catch {
      // A TypeError here means no byte stream; the stream is left as it was.
      this.#byobRefused = true;
      return null;
    }
    const lock: Extract<Lock, { mode: "byob" }> = { mode: "byob", reader, closed: false };
    reader.closed.then(() => this.#rescue(lock), ignore);
    this.#lock = lock;
    return lock;
  }

  #acquireDefault(): Extract<Lock, { mode: "default" }> {
    if (this.#lock?.mode === "default") return this.#lock;
    this.letGo();
    if (this.#stream.locked) throw lockedError();
    const reader = this.#stream.getReader();
    reader.closed.catch(ignore);
    return this.#lock = { mode: "default", reader };
  }

  /**
   * Ends a BYOB read that its stream forgot: a byte source that closes without `respond(0)` leaves the read
   * pending for ever. One that does respond does so within a few turns.
   */
  async #rescue(lock: Extract<Lock, { mode: "byob" }>): Promise<void> {
    await settleTurns(() => this.#pending !== lock);
    if (this.#pending !== lock) return;
    lock.closed = true;
    this.letGo();
  }
}

function lockedError(): TypeError {
  return new TypeError("Cannot use a stream that is locked by somebody else");
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}

/** Marks a rejection as handled: whoever reads or writes is told by that call. */
function ignore(): void {}
