import { GrowingMemory, type Memory } from "../core/memory.ts";
import type { CopyOptions, Destination, Reader, Writer } from "../core/types.ts";
import { isStringWriter, Text, writeText } from "../io/write_string.ts";
import { hasReadFrom } from "../transfer/foreign.ts";
import { outletOf, registerWriter } from "../transfer/outlet.ts";
import { run, runOrThrow } from "../transfer/run.ts";
import { writeWhole } from "../transfer/write_whole.ts";
import { asWriter } from "../web/adapt.ts";

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * What was written and not sent yet, and where it goes. The first failure of the destination stays.
 *
 * What has to wait is done in turn, so that calls that nobody awaited keep their order.
 */
export class Outbox {
  /** The destination as it was given, which is what is closed. */
  readonly dst: Destination;
  readonly writer: Writer;
  readonly size: number;
  buffered = 0;
  closed = false;
  failure: { reason: unknown } | null = null;
  #buffer: Uint8Array;
  #underWay = 0;
  #last: Promise<void> = Promise.resolve();
  /** A write that may go on after the copy that wanted it was aborted. */
  #sending: Promise<number> | null = null;

  /**
   * Makes an empty one.
   *
   * @param dst Where the bytes go
   * @param size The size of the buffer
   * @param buffer Memory of that size that nobody uses any more
   */
  constructor(dst: Destination, size: number, buffer: Uint8Array = new Uint8Array(size)) {
    this.dst = dst;
    this.writer = asWriter(dst);
    this.size = size;
    this.#buffer = buffer;
  }

  get available(): number {
    return this.size - this.buffered;
  }

  /** Whether bytes that fit can be added at once. */
  get ready(): boolean {
    return this.#underWay === 0 && this.#sending === null && this.failure === null && !this.closed;
  }

  /** The memory, if nothing uses it any more. */
  get spare(): Uint8Array | undefined {
    return this.#underWay === 0 && this.#sending === null ? this.#buffer : undefined;
  }

  /** Throws what stands against writing. */
  check(): void {
    if (this.failure !== null) throw this.failure.reason;
    if (this.closed) throw new TypeError("Cannot write to a BufWriter that was closed");
  }

  /** Does something once everything before it is done. */
  async inTurn<T>(step: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let done = () => {};
    this.#last = new Promise((resolve) => done = resolve);
    this.#underWay++;
    try {
      await before;
      if (this.#sending !== null) await this.#sending.catch(() => {}); // told to whoever wanted it
      return await step();
    } finally {
      this.#underWay--;
      done();
    }
  }

  /** Adds bytes that fit. */
  add(p: Uint8Array): void {
    this.#buffer.set(p, this.buffered);
    this.buffered += p.byteLength;
  }

  /** Adds a byte; there must be room. */
  addByte(byte: number): void {
    this.#buffer[this.buffered++] = byte;
  }

  /** Adds as much of a text as fits; returns how many of its units and how many bytes those are. */
  addText(s: string): { read: number; written: number } {
    const result = encoder.encodeInto(s, this.#buffer.subarray(this.buffered));
    this.buffered += result.written;
    return result;
  }

  /** Adds all of `p`; sends what there is no room for, uncopied if nothing is before it. */
  async put(p: Uint8Array): Promise<void> {
    let rest = p;
    while (rest.byteLength > this.available) {
      if (this.buffered === 0) return await this.#attempt(() => writeWhole(this.writer, rest));
      const part = rest.subarray(0, this.available);
      this.add(part);
      rest = rest.subarray(part.byteLength);
      await this.flush();
    }
    this.add(rest);
  }

  /** Adds all of a text; returns its bytes. A long one goes to the destination as it is, if that wants strings. */
  async putText(s: string): Promise<number> {
    const { writer } = this;
    let size = 0;
    for (let rest = s;;) {
      if (this.buffered === 0 && rest.length > this.size && isStringWriter(writer)) {
        const text = new Text(rest);
        await this.#attempt(() => writeText(writer, text));
        return size + text.length;
      }
      const { read, written } = this.addText(rest);
      size += written;
      if (read === rest.length) return size;
      rest = rest.slice(read);
      if (this.buffered > 0) {
        await this.flush();
      } else { // not one code point fits
        const bytes = encoder.encode(rest);
        await this.put(bytes);
        return size + bytes.byteLength;
      }
    }
  }

  /** Sends what is buffered. What was not accepted stays. */
  async flush(): Promise<void> {
    if (this.buffered === 0) return;
    let sent = 0;
    const whole = () => writeWhole(this.writer, this.#buffer.subarray(0, this.buffered), (n) => sent += n);
    try {
      await this.#attempt(whole);
    } finally {
      this.#buffer.copyWithin(0, sent, this.buffered);
      this.buffered -= sent;
    }
  }

  /** Hands a chunk to a destination that keeps chunks, after what is buffered. */
  async hand(chunk: Uint8Array): Promise<void> {
    this.check();
    await this.flush();
    await this.#attempt(async () => void await outletOf(this.writer)?.put(chunk));
  }

  /** Sends everything from a source, by the destination's own way if it has one, otherwise through the buffer. */
  async readFrom(src: Reader, options: CopyOptions): Promise<number> {
    const { writer } = this;
    if (outletOf(writer)?.keeps) {
      await this.flush();
      const outcome = await run(writer, src, options);
      if (outcome.ok) return outcome.written;
      if (outcome.side === "dst") this.failure = { reason: outcome.reason };
      throw outcome.reason;
    }
    if (hasReadFrom(writer)) {
      await this.flush();
      let n = 0;
      await this.#attempt(async () => {
        n = await writer.readFrom(src, options);
      });
      return n;
    }
    if (this.available === 0) await this.flush();
    const through: Writer = { write: (p) => this.#sending = this.#writeThrough(p) };
    registerWriter(through, null);
    return await runOrThrow(through, src, { ...options, memory: () => this.#lending() });
  }

  /** Counts what a source has put into the buffer, or puts it there. A full buffer is sent at once. */
  async #writeThrough(p: Uint8Array): Promise<number> {
    const { byteLength } = p;
    const inPlace = p.buffer === this.#buffer.buffer &&
      p.byteOffset === this.#buffer.byteOffset + this.buffered;
    try {
      if (inPlace) this.buffered += byteLength;
      else await this.put(p);
      if (this.available === 0) await this.flush();
    } finally {
      this.#sending = null;
    }
    return byteLength;
  }

  /** The free part of the buffer as what a source reads into. */
  #lending(): Memory {
    const movable = new GrowingMemory();
    return {
      reused: true,
      owned: false,
      lend: (max, moves) => {
        return moves ? movable.lend(max) : this.#buffer.subarray(this.buffered).subarray(0, max);
      },
      settle: (filled) => filled.buffer === this.#buffer.buffer ? filled : movable.settle(filled),
      free: (lent) => {
        // A read that was given up may still come, and write where it was told to.
        if (lent) this.#buffer = this.#buffer.slice();
      },
    };
  }

  /** Does something with the destination; if that fails, nothing more is sent. */
  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (reason) {
      this.failure ??= { reason };
      throw reason;
    }
  }
}
