import { assert, assertEquals, assertThrows, fail } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { BufferFullError, copy, InvalidUnreadError, limitReader, readAll, type Source } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { ByteBuffer } from "../../src/bytes/mod.ts";
import { assertBytes } from "../support/bytes.ts";
import { SIZES, SOURCES } from "./sources.ts";

/** One call, with its number where it takes one. */
type Call =
  | { method: "read" | "readChunk" | "peek" | "fill" | "consume" | "discard"; n: number }
  | { method: "readSlice" | "readBytes" | "readString"; n: number }
  | { method: "readByte" | "unreadByte" | "readRune" | "unreadRune" | "readLine" | "readNothing" };

type End = "readAll" | "rest" | "release" | "copy" | "read";

const LF = 0x0a;

/** What the input can be made of: texts, ends of lines, and bytes that are no UTF-8. */
const piece = fc.oneof(
  fc.constantFrom("a", "bc", "\n", "\r\n", "\r", "ü", "€", "😀", "\ufeff", "\u0000"),
  fc.string({ maxLength: 40 }),
).map((text) => new TextEncoder().encode(text));
const input = fc.array(
  fc.oneof({ weight: 4, arbitrary: piece }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 5 }) }),
  { maxLength: 60, size: "max" },
).map((pieces) => Uint8Array.from(pieces.flatMap((bytes) => [...bytes])));

const amount = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 300 }));
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({
    method: fc.constantFrom("read", "readChunk", "peek", "fill", "consume", "discard"),
    n: amount,
  }),
  fc.record({
    method: fc.constantFrom("readSlice", "readBytes", "readString"),
    n: fc.constantFrom(LF, LF, 0x61, 0xff),
  }),
  fc.record({
    method: fc.constantFrom(
      "readByte",
      "unreadByte",
      "unreadByte",
      "readRune",
      "unreadRune",
      "readLine",
      "readNothing",
    ),
  }),
);

/** The whole input as a plain array, and what each method has to give of it. */
class Model {
  at = 0;
  /** Whether a byte can be unread, and the size of the rune that can be. */
  byte = false;
  rune = 0;

  constructor(readonly all: Uint8Array, readonly size: number, readonly reader: BufReader) {}

  get rest(): Uint8Array {
    return this.all.subarray(this.at);
  }

  /** Moves on by a read of `n` bytes. */
  pass(n: number): void {
    this.at += n;
    if (n > 0) this.byte = true;
    this.rune = 0;
  }

  forget(): void {
    this.byte = false;
    this.rune = 0;
  }

  /** How far a token up to `delim` goes. */
  stop(delim: number): number {
    const found = this.rest.indexOf(delim);
    return found < 0 ? this.rest.byteLength : found + 1;
  }

  async play(call: Call): Promise<void> {
    const { reader, size } = this;
    switch (call.method) {
      case "read": {
        const p = new Uint8Array(call.n);
        const n = await reader.read(p);
        if (n === null) return this.end();
        assertBytes(p.subarray(0, n), this.rest.subarray(0, n), "what was read");
        return this.pass(n);
      }
      case "readNothing": {
        const n = await reader.read(new Uint8Array(0));
        assert(n === 0 || n === null && this.rest.byteLength === 0);
        return this.pass(0);
      }
      case "readChunk": {
        const max = call.n === 0 ? undefined : call.n;
        const chunk = await reader.readChunk(max);
        if (chunk === null) return this.end();
        assert(chunk.byteLength <= (max ?? Infinity));
        assertBytes(chunk, this.rest.subarray(0, chunk.byteLength), "the chunk");
        return this.pass(chunk.byteLength);
      }
      case "peek": {
        this.forget();
        const view = await reader.peek(call.n).catch((reason) => reason);
        if (view instanceof BufferFullError) {
          assert(call.n > size && this.rest.byteLength >= size);
          return assertBytes(view.partial, this.rest.subarray(0, size), "the partial view");
        }
        if (call.n > size) assert(this.rest.byteLength <= size);
        return assertBytes(view, this.rest.subarray(0, call.n), "the view");
      }
      case "fill": {
        this.forget();
        const wanted = call.n % (size + 1);
        const n = await reader.fill(wanted);
        assertEquals(n, reader.buffered);
        return assert(n >= Math.min(wanted, this.rest.byteLength));
      }
      case "consume": {
        const { buffered } = reader;
        const n = Math.min(call.n, buffered);
        reader.consume(n);
        assertEquals(reader.buffered, buffered - n);
        this.at += n;
        if (n > 0) this.forget();
        return;
      }
      case "discard": {
        const n = Math.min(call.n, this.rest.byteLength);
        assertEquals(await reader.discard(call.n), n);
        this.at += n;
        if (call.n > 0) this.forget();
        return;
      }
      case "readByte": {
        const byte = await reader.readByte();
        assertEquals(byte, this.rest[0] ?? null);
        return this.pass(byte === null ? 0 : 1);
      }
      case "unreadByte": {
        if (!this.byte) return void assertThrows(() => reader.unreadByte(), InvalidUnreadError);
        reader.unreadByte();
        this.at--;
        return this.forget();
      }
      case "readRune": {
        const read = await reader.readRune();
        if (read === null) return this.end();
        const expected = runeAt(this.rest);
        assertEquals(read, expected);
        this.pass(read.size);
        this.rune = read.size;
        return;
      }
      case "unreadRune": {
        if (this.rune === 0) return void assertThrows(() => reader.unreadRune(), InvalidUnreadError);
        reader.unreadRune();
        this.at -= this.rune;
        return this.forget();
      }
      case "readSlice": {
        const stop = this.stop(call.n);
        const view = await reader.readSlice(call.n).catch((reason) => reason);
        if (view === null) return this.end();
        const isFull = this.rest.subarray(0, size).indexOf(call.n) < 0 && this.rest.byteLength >= size;
        assertEquals(view instanceof BufferFullError, isFull);
        const bytes = isFull ? view.partial : view;
        assertBytes(bytes, this.rest.subarray(0, isFull ? size : stop), "the slice");
        return this.pass(bytes.byteLength);
      }
      case "readBytes":
      case "readString": {
        const stop = this.stop(call.n);
        const read = await reader[call.method](call.n);
        if (read === null) return this.end();
        const expected = this.rest.subarray(0, stop);
        if (typeof read === "string") assertEquals(read, textOf(expected));
        else assertBytes(read, expected, "the bytes");
        return this.pass(stop);
      }
      case "readLine": {
        const read = await reader.readLine();
        if (read === null) return this.end();
        const stop = this.stop(LF);
        const isWhole = this.rest[stop - 1] === LF && stop <= size || this.rest.byteLength < size;
        assertEquals(read.isPrefix, !isWhole);
        if (isWhole) {
          const line = textLatin(this.rest.subarray(0, stop)).replace(/\r?\n$/, "");
          assertEquals(textLatin(read.line), line);
          return this.pass(stop);
        }
        const kept = this.rest[size - 1] === 0x0d ? 1 : 0;
        assertBytes(read.line, this.rest.subarray(0, size - kept), "the prefix");
        return this.pass(size - kept);
      }
    }
  }

  /** The reader said that it is at its end. */
  end(): void {
    assertEquals(this.rest.byteLength, 0, "the end came too early");
    this.rune = 0;
  }

  /** What holds after every call. */
  check(): void {
    const { reader, size } = this;
    assert(reader.buffered <= size, `${reader.buffered} bytes in a buffer of ${size}`);
    assertEquals(reader.window.byteLength, reader.buffered);
    assertBytes(reader.window, this.rest.subarray(0, reader.buffered), "the window");
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function textLatin(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** The first rune by the platform's own decoder. */
function runeAt(bytes: Uint8Array): { rune: number; size: number } {
  for (let size = 1; size <= 4 && size <= bytes.byteLength; size++) {
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, size));
      return { rune: text.codePointAt(0) ?? 0, size };
    } catch {
      // Not a rune yet.
    }
  }
  return { rune: 0xfffd, size: 1 };
}

async function readAllBySteps(reader: BufReader): Promise<Uint8Array> {
  const all = new ByteBuffer();
  const p = new Uint8Array(7);
  for (let n = await reader.read(p); n !== null; n = await reader.read(p)) all.writeSync(p.subarray(0, n));
  return all.bytes();
}

async function finish(reader: BufReader, end: End): Promise<Uint8Array> {
  switch (end) {
    case "readAll":
      return await readAll(reader);
    case "rest":
      return await readAll(reader.rest());
    case "release":
      return new Uint8Array(await new Response(reader.release()).arrayBuffer());
    case "copy": {
      const sink = new ByteBuffer();
      await copy(sink, reader);
      return sink.bytes();
    }
    case "read":
      return await readAllBySteps(reader);
  }
}

describe("BufReader against a plain array", () => {
  for (const { name, make } of SOURCES) {
    it(`gives the same by every method, over ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          input,
          fc.constantFrom(...SIZES),
          fc.integer({ min: 1, max: 200 }),
          fc.array(call, { maxLength: 50, size: "max" }),
          fc.constantFrom<End>("readAll", "rest", "release", "copy", "read"),
          fc.boolean(),
          async (all, size, chunk, calls, end, limited) => {
            const source: Source = make(all, chunk);
            const reader = new BufReader(limited ? limitReader(source, 1_000_000) : source, size);
            const model = new Model(all, size, reader);
            for (const [i, each] of calls.entries()) {
              try {
                await model.play(each);
                model.check();
              } catch (reason) {
                fail(`call ${i} (${JSON.stringify(each)}) at ${model.at}: ${reason}`);
              }
            }
            assertBytes(await finish(reader, end), model.rest, "the rest");
          },
        ),
        { numRuns: 200 },
      );
    });
  }
});
