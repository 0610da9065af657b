import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { copy, copySettled, InvalidUnreadError, TooLargeError } from "../../mod.ts";
import { ByteBuffer, BytesReader } from "../../src/bytes/mod.ts";
import { emptyReadsReader, errWriter, halfReader, oneByteReader } from "../../src/iotest/mod.ts";
import { pattern } from "../support/bytes.ts";
import { sink } from "../support/sinks.ts";
import { encode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";

/** A plain array that stands for the unread bytes, the buffer, and what was handed out for good. */
class Model {
  readonly buffer: ByteBuffer;
  unread: number[] = [];
  /** What the last operation lets be undone. */
  undo: { bytes: number[]; isRune: boolean } | null = null;
  readonly #maxSize: number;
  readonly #chunks: { chunk: Uint8Array; bytes: number[] }[] = [];

  constructor(maxSize: number | undefined) {
    this.#maxSize = maxSize ?? Infinity;
    this.buffer = new ByteBuffer("", maxSize === undefined ? {} : { maxSize });
  }

  get room(): number {
    return this.#maxSize - this.unread.length;
  }

  /** Writes all or nothing. */
  write(bytes: Uint8Array, write: () => unknown): void {
    this.undo = null;
    if (bytes.byteLength > this.room) {
      assertThrows(write, TooLargeError);
    } else {
      write();
      this.unread.push(...bytes);
    }
  }

  /** Compares what was read with what should have been. */
  read(bytes: Iterable<number>, n: number): void {
    const expected = this.unread.splice(0, n);
    assertEquals([...bytes], expected);
    this.undo = expected.length > 0 ? { bytes: expected, isRune: false } : null;
  }

  keep(chunk: Uint8Array): void {
    this.#chunks.push({ chunk, bytes: [...chunk] });
  }

  check(): void {
    assertEquals([...this.buffer.bytes()], this.unread);
    assertEquals(this.buffer.length, this.unread.length);
    for (const { chunk, bytes } of this.#chunks) assertEquals([...chunk], bytes);
  }
}

/** What is done with a number or two. */
const OPERATIONS: Record<string, (model: Model, n: number, seed: number) => void | Promise<void>> = {
  write: (model, n, seed) => model.write(pattern(n, seed), () => model.buffer.writeSync(pattern(n, seed))),
  writeString(model, n) {
    const text = "aé€𝄞".repeat(n % 20);
    model.write(encode(text), () => model.buffer.writeStringSync(text));
  },
  writeByte: (model, n) => model.write(Uint8Array.of(n), () => model.buffer.writeByte(n % 256)),
  writeRune: (model, n) => model.write(encode(String.fromCodePoint(n)), () => model.buffer.writeRune(n)),
  read(model, n) {
    const p = new Uint8Array(n);
    const read = model.buffer.readSync(p);
    assertEquals(read === null, model.unread.length === 0 && n > 0);
    model.read(p.subarray(0, read ?? 0), n);
  },
  next: (model, n) => model.read(model.buffer.next(n), n),
  peek: (model, n) => assertEquals([...model.buffer.peek(n)], model.unread.slice(0, n)),
  readByte(model) {
    const byte = model.buffer.readByte();
    model.read(byte === null ? [] : [byte], 1);
  },
  readBytes(model, _, seed) {
    const index = model.unread.indexOf(seed);
    const bytes = model.buffer.readBytes(seed);
    model.read(bytes ?? [], index < 0 ? model.unread.length : index + 1);
  },
  readRune(model) {
    const [first] = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      Uint8Array.from(model.unread.slice(0, 4)),
    );
    const read = model.buffer.readRune();
    assertEquals(read?.rune, first?.codePointAt(0));
    model.undo = null;
    if (read !== null) model.undo = { bytes: model.unread.splice(0, read.size), isRune: true };
  },
  unreadByte(model) {
    const last = model.undo?.bytes.at(-1);
    model.undo = null;
    if (last === undefined) assertThrows(() => model.buffer.unreadByte(), InvalidUnreadError);
    else {
      model.buffer.unreadByte();
      model.unread.unshift(last);
    }
  },
  unreadRune(model) {
    if (!model.undo?.isRune) return void assertThrows(() => model.buffer.unreadRune(), InvalidUnreadError);
    model.buffer.unreadRune();
    model.unread.unshift(...model.undo.bytes);
    model.undo = null;
  },
  truncate(model, n) {
    if (n > model.unread.length) return void assertThrows(() => model.buffer.truncate(n), RangeError);
    model.buffer.truncate(n);
    model.unread.length = n;
    model.undo = null;
  },
  reset(model) {
    model.buffer.reset();
    model.unread = [];
    model.undo = null;
  },
  grow(model, n) {
    model.undo = null;
    if (n > model.room) assertThrows(() => model.buffer.grow(n), TooLargeError);
    else model.buffer.grow(n);
  },
  async readChunk(model, n) {
    const chunk = await model.buffer.readChunk(n + 1);
    model.read(chunk ?? [], n + 1);
    if (chunk !== null) model.keep(chunk);
    model.undo = null;
  },
  async readFrom(model, n, seed) {
    const wraps = [(reader: BytesReader) => reader, halfReader, oneByteReader, emptyReadsReader];
    const reader = (wraps[seed % 4] ?? halfReader)(new BytesReader(pattern(4 * n, seed)));
    const outcome = await model.buffer.readFrom(reader).then(() => null, (reason: unknown) => reason);
    assertEquals(outcome instanceof TooLargeError, 4 * n > model.room);
    model.unread.push(...pattern(4 * n, seed).subarray(0, model.room));
    model.undo = null;
  },
  async copyTo(model) {
    const writer = recordingWriter();
    await copy(writer, model.buffer);
    model.read(writer.bytes(), Infinity);
    model.undo = null;
  },
  async copyToFull(model, n) {
    const outcome = await copySettled(errWriter("full", n), model.buffer);
    assertEquals(outcome.ok, n >= model.unread.length);
    assertEquals(outcome.written, Math.min(n, model.unread.length));
    model.unread.splice(0, n);
    model.undo = null;
  },
  async copyToStream(model) {
    const { stream, chunks } = sink();
    await copy(stream, model.buffer);
    model.read(chunks.flatMap((chunk) => [...chunk]), Infinity);
    for (const chunk of chunks) model.keep(chunk);
    model.undo = null;
  },
};

describe("ByteBuffer", () => {
  it("does whatever is asked of it as a plain array would", async () => {
    const operation = fc.record({
      name: fc.constantFrom(...Object.keys(OPERATIONS)),
      n: fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 300 })),
      seed: fc.nat({ max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.nat({ max: 500 }), { nil: undefined }),
        fc.array(operation, { maxLength: 60, size: "max" }),
        async (maxSize, operations) => {
          const model = new Model(maxSize);
          for (const { name, n, seed } of operations) {
            await OPERATIONS[name]?.(model, n, seed);
            model.check();
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
