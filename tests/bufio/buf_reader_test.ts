import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  BufferFullError,
  copy,
  InvalidUnreadError,
  limitReader,
  NoProgressError,
  onlyReader,
  type Reader,
} from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { ByteBuffer, BytesReader } from "../../src/bytes/mod.ts";
import { emptyReadsReader, errReader, oneByteReader } from "../../src/iotest/mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { chunkReaderOf, failing, readerOf, streamBySteps } from "../support/steps.ts";
import { scripted, streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate } from "../support/waiting.ts";

const BOOM = new Error("boom");

/** A reader that counts its reads. */
function counted(bytes: Uint8Array): Reader & { reads: number[] } {
  const inner = new BytesReader(bytes);
  const reads: number[] = [];
  return {
    reads,
    read(p) {
      reads.push(p.byteLength);
      return inner.read(p);
    },
  };
}

/** Reads until nothing more comes, and notes what came: the sizes of reads, `null`, or a reason. */
async function outcomes(reader: Reader, times: number, size: number): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let i = 0; i < times; i++) {
    all.push(await reader.read(new Uint8Array(size)).catch((reason) => reason));
  }
  return all;
}

describe("new BufReader()", () => {
  it("has 4096 bytes by default and never less than 16", () => {
    assertEquals(new BufReader(new Blob()).size, 4096);
    assertEquals(new BufReader(new Blob(), 1).size, 16);
    assertEquals(new BufReader(new Blob(), 17).size, 17);
  });

  for (const size of [-1, 1.5, NaN, Infinity]) {
    it(`refuses a size of ${size}, at once`, () => {
      assertThrows(() => new BufReader(new Blob(), size), RangeError);
    });
  }

  it("refuses what is no source, at once", () => {
    // @ts-expect-error: that is what is tested
    assertThrows(() => new BufReader({}), TypeError, "it is no ReadableStream");
  });

  it("is the BufReader that it is made of, if that has as large a buffer", () => {
    const reader = new BufReader(new Blob(), 64);
    assertStrictEquals(new BufReader(reader, 64), reader);
    assert(new BufReader(reader, 65) !== reader);
  });

  it("neither reads nor locks anything", () => {
    const { stream } = scripted();
    const reader = new BufReader(stream);
    assertEquals(stream.locked, false);
    assertEquals(reader.buffered, 0);
    assertEquals(reader.window.byteLength, 0);
  });
});

describe("BufReader.read()", () => {
  it("reads the source at most once, straight into a large p, and never refills in a loop (row 42)", async () => {
    const source = counted(pattern(1000));
    const reader = new BufReader(source, 64);

    assertEquals(await reader.read(new Uint8Array(10)), 10);
    assertEquals(source.reads, [64]);
    assertEquals(await reader.read(new Uint8Array(100)), 54, "what is buffered, and no more");
    assertEquals(source.reads, [64]);
    assertEquals(await reader.read(new Uint8Array(100)), 100, "past the buffer");
    assertEquals(source.reads, [64, 100]);
    assertEquals(await reader.read(new Uint8Array(64)), 64, "past the buffer");
    assertEquals(source.reads, [64, 100, 64]);
    assertEquals(await reader.read(new Uint8Array(63)), 63);
    assertEquals(source.reads, [64, 100, 64, 64]);
  });

  it("passes an empty read of the source on as 0", async () => {
    const reader = new BufReader(readerOf(0, encode("ab")), 16);
    assertEquals(await outcomes(reader, 3, 5), [0, 2, null]);
  });

  it("into nothing never touches the source (row 23)", async () => {
    const source = counted(pattern(3));
    const reader = new BufReader(source);
    const nothing = new Uint8Array(0);
    assertEquals(await reader.read(nothing), 0);
    assertEquals(source.reads, []);

    await reader.peek(1);
    assertEquals(await reader.read(nothing), 0);
    await reader.discard(3);
    assertEquals(await reader.read(new Uint8Array(1)), null);
    assertEquals(await reader.read(nothing), null, "the end is known");
  });

  it("stays at the end without asking the source again", async () => {
    const source = counted(pattern(3));
    const reader = new BufReader(source);
    assertEquals(await outcomes(reader, 4, 5), [3, null, null, null]);
    assertEquals(source.reads.length, 2);
  });

  for (const result of [-1, 17, 1.5, NaN, "3"]) {
    it(`rejects when the source claims to have read ${result} bytes of 16`, async () => {
      const reader = new BufReader({ read: () => Promise.resolve(result as number) }, 16);
      const reason = await reader.read(new Uint8Array(1)).catch((reason) => reason);
      assertEquals(reason.code, "INVALID_READ");
    });
  }

  it("rejects for what are no bytes", async () => {
    // @ts-expect-error: that is what is tested
    await assertRejects(() => new BufReader(new Blob()).read([1]), TypeError);
  });

  it("refuses to read while another read is pending", async () => {
    const { stream, push } = scripted();
    const reader = new BufReader(stream);
    const first = reader.readByte();
    await assertRejects(() => reader.readByte(), TypeError, "another read is pending");
    push("a");
    assertEquals(await first, 0x61);
  });
});

describe("BufReader, when its source fails,", () => {
  const source = () => errReader(BOOM, encode("abc"));

  it("delivers the bytes before, then tells the failure", async () => {
    const reader = new BufReader(source());
    assertEquals(await outcomes(reader, 2, 2), [2, 1]);
    assertStrictEquals(await reader.read(new Uint8Array(2)).catch((reason) => reason), BOOM);
  });

  it("tells a failure that passes once", async () => {
    const reader = new BufReader(readerOf(encode("ab"), once(BOOM), encode("cd")));
    assertEquals(await outcomes(reader, 4, 5), [2, BOOM, 2, null]);
  });

  for (const method of ["peek", "fill", "discard"] as const) {
    it(`${method}() rejects when it cannot get all of it`, async () => {
      const reader = new BufReader(source());
      assertStrictEquals(await reader[method](5).catch((reason) => reason), BOOM);
      if (method !== "discard") assertEquals(decode(reader.window), "abc", "stays readable");
    });
  }

  it("peek() and fill() resolve with what came before it", async () => {
    const reader = new BufReader(source());
    assertEquals(decode(await reader.peek(3)), "abc");
    assertEquals(await reader.fill(3), 3);
  });

  for (const method of ["readSlice", "readBytes", "readString"] as const) {
    it(`${method}() gives what came before it, then rejects`, async () => {
      const reader = new BufReader(source());
      const read = await reader[method](0x0a);
      assertEquals(typeof read === "string" ? read : decode(read ?? new Uint8Array(0)), "abc");
      assertStrictEquals(await reader[method](0x0a).catch((reason) => reason), BOOM);
    });
  }

  it("readLine() gives what came before it, then rejects", async () => {
    const reader = new BufReader(source());
    assertEquals(decode((await reader.readLine())?.line ?? new Uint8Array(0)), "abc");
    assertStrictEquals(await reader.readLine().catch((reason) => reason), BOOM);
  });

  it("readByte() and readRune() give what came before it, then reject", async () => {
    const reader = new BufReader(errReader(BOOM, Uint8Array.of(0x61, 0xe2, 0x82)));
    assertEquals(await reader.readByte(), 0x61);
    assertEquals(await reader.readRune(), { rune: 0xfffd, size: 1 });
    assertEquals(await reader.readRune(), { rune: 0xfffd, size: 1 });
    assertStrictEquals(await reader.readRune().catch((reason) => reason), BOOM);
  });

  it("gives up after 100 reads that gave nothing, and keeps what it has", async () => {
    const nothing = Array<number>(200).fill(0);
    const reader = new BufReader(readerOf(encode("ab"), ...nothing, encode("cd")));
    await assertRejects(() => reader.peek(3), NoProgressError);
    assertEquals(decode(reader.window), "ab");
    await assertRejects(() => reader.fill(3), NoProgressError);
    assertEquals(decode(await reader.peek(4)), "abcd");
  });

  it("goes on over fewer empty reads than that", async () => {
    const reader = new BufReader(readerOf(...Array<number>(99).fill(0), encode("ab")));
    assertEquals(decode(await reader.peek(2)), "ab");
    assertEquals(
      decode((await new BufReader(emptyReadsReader(new BytesReader(encode("x\n")))).readBytes(10))!),
      "x\n",
    );
  });
});

/** A step that fails, and does not the next time. */
function once(reason: unknown): () => void {
  let failed = false;
  return () => {
    if (failed) return;
    failed = true;
    throw reason;
  };
}

describe("BufReader.peek(), fill(), window and consume()", () => {
  it("looks ahead without moving", async () => {
    const reader = new BufReader(oneByteReader(new BytesReader(encode("abcdef"))), 16);
    assertEquals(decode(await reader.peek(3)), "abc");
    assertEquals(reader.buffered, 3);
    assertEquals(decode(await reader.peek(2)), "ab");
    assertEquals(decode(await reader.peek(9)), "abcdef", "shorter where the input ends");
    assertEquals(await reader.fill(9), 6, "fewer where the input ends");
    assertEquals(decode(await reader.peek(0)), "");
  });

  it("beyond the size is a BufferFullError with all of the buffer", async () => {
    const reader = new BufReader(new Blob([pattern(100)]), 16);
    const reason = await assertRejects(() => reader.peek(17), BufferFullError);
    assertBytes(reason.partial, pattern(16));
    assertEquals(reason.code, "BUFFER_FULL");
    assertBytes(await reader.peek(16), pattern(16), "nothing was consumed");
  });

  it("beyond the size is all of a shorter input", async () => {
    assertBytes(await new BufReader(new Blob([pattern(10)]), 16).peek(1000), pattern(10));
  });

  it("fills no more than fits", async () => {
    await assertRejects(
      () => new BufReader(new Blob(), 16).fill(17),
      RangeError,
      "Cannot fill a buffer of 16 with 17",
    );
  });

  for (const n of [-1, 0.5, NaN, Infinity, "1" as unknown as number]) {
    it(`refuses ${JSON.stringify(n) ?? n} as a number of bytes`, async () => {
      const reader = new BufReader(new Blob([pattern(10)]), 16);
      await reader.fill(10);
      const kind = typeof n === "string" ? TypeError : RangeError;
      await assertRejects(() => reader.fill(n), kind);
      await assertRejects(() => reader.peek(n), kind);
      await assertRejects(() => reader.discard(n), kind);
      assertThrows(() => reader.consume(n), kind);
      assertEquals(reader.buffered, 10);
    });
  }

  it("consumes no more than is buffered", async () => {
    const reader = new BufReader(new Blob([pattern(100)]), 16);
    assertThrows(() => reader.consume(1), RangeError, "Cannot consume 1 bytes: 0 are buffered");
    await reader.fill();
    reader.consume(reader.buffered);
    assertThrows(() => reader.consume(1), RangeError);
  });

  it("does not wait for what is buffered already", async () => {
    const source = counted(pattern(100));
    const reader = new BufReader(source, 64);
    await reader.fill(10);
    assertEquals(source.reads, [64]);
    await reader.fill(64);
    await reader.peek(64);
    await reader.readByte();
    await reader.discard(63);
    assertEquals(source.reads, [64]);
  });

  it("walks byte by byte over the seams of chunks", async () => {
    const all = pattern(300);
    for (const size of [16, 23, 64]) {
      for (const chunk of [1, 5, 15, 16, 17, 20, 40, 100]) {
        for (const step of [1, 2, 3, 7]) {
          const reader = new BufReader(streamOf(...cutEvery(all, chunk)), size);
          for (let at = 0; at < all.byteLength;) {
            const wanted = Math.min(size, all.byteLength - at);
            assertEquals(await reader.fill(wanted), wanted);
            assertBytes(reader.window, all.subarray(at, at + wanted), `window at ${at}`);
            const n = Math.min(step, wanted);
            reader.consume(n);
            at += n;
          }
          assertEquals(await reader.fill(), 0);
        }
      }
    }
  });
});

describe("BufReader.discard()", () => {
  it("moves past more than the buffer holds", async () => {
    for (const source of [oneByteReader(new BytesReader(pattern(100))), new Blob([pattern(100)])]) {
      const reader = new BufReader(source, 16);
      assertEquals(await reader.discard(90), 90);
      assertEquals(await reader.discard(90), 10);
      assertEquals(await reader.discard(1), 0);
    }
  });

  it("of nothing reads nothing and leaves what can be unread", async () => {
    const source = counted(pattern(10));
    const reader = new BufReader(source);
    assertEquals(await reader.discard(0), 0);
    assertEquals(source.reads, []);
    await reader.readByte();
    await reader.discard(0);
    reader.consume(0);
    reader.unreadByte();
  });
});

describe("BufReader.unreadByte() and unreadRune()", () => {
  const make = () => new BufReader(new Blob(["aü\nbcdefghijklmnopqrstuvwxyz\nend"]), 16);
  const READS: { name: string; read: (reader: BufReader) => Promise<unknown>; last: number }[] = [
    { name: "readByte", read: (reader) => reader.readByte(), last: 0x61 },
    { name: "read", read: (reader) => reader.read(new Uint8Array(1)), last: 0x61 },
    { name: "a large read", read: (reader) => reader.read(new Uint8Array(20)), last: 0x71 },
    { name: "readChunk", read: (reader) => reader.readChunk(1), last: 0x61 },
    { name: "readRune", read: (reader) => reader.readRune(), last: 0x61 },
    { name: "readSlice", read: (reader) => reader.readSlice(0x0a), last: 0x0a },
    {
      name: "a readSlice that fills the buffer",
      read: (reader) => reader.readSlice(0x7a).catch(() => {}),
      last: 0x6d,
    },
    { name: "readBytes", read: (reader) => reader.readBytes(0x7a), last: 0x7a },
    { name: "readString", read: (reader) => reader.readString(0x0a), last: 0x0a },
    { name: "readLine", read: (reader) => reader.readLine(), last: 0x0a },
  ];
  for (const { name, read, last } of READS) {
    it(`undo the last byte of ${name}, once`, async () => {
      const reader = make();
      await read(reader);
      reader.unreadByte();
      assertThrows(() => reader.unreadByte(), InvalidUnreadError);
      assertEquals(await reader.readByte(), last);
      assertEquals(await copy(new ByteBuffer(), reader) > 0, true);
    });

    if (name !== "readRune") {
      it(`do not undo ${name} as a rune`, async () => {
        const reader = make();
        await read(reader);
        assertThrows(() => reader.unreadRune(), InvalidUnreadError);
      });
    }
  }

  for (
    const { name, act } of [
      { name: "nothing", act: () => Promise.resolve() },
      { name: "peek", act: (reader: BufReader) => reader.peek(1) },
      { name: "fill", act: (reader: BufReader) => reader.fill(1) },
      { name: "discard", act: (reader: BufReader) => reader.discard(1) },
      {
        name: "consume",
        async act(reader: BufReader) {
          await reader.fill(1);
          reader.consume(1);
        },
      },
      { name: "writeTo", act: (reader: BufReader) => reader.writeTo(new ByteBuffer()) },
      { name: "copy", act: (reader: BufReader) => copy(new ByteBuffer(), reader) },
      { name: "reset", act: (reader: BufReader) => Promise.resolve(reader.reset(new Blob(["x"]))) },
    ]
  ) {
    it(`have nothing to undo after ${name}`, async () => {
      const reader = make();
      if (name !== "nothing") await reader.readRune();
      await act(reader);
      assertThrows(() => reader.unreadByte(), InvalidUnreadError);
      assertThrows(() => reader.unreadRune(), InvalidUnreadError);
    });
  }

  it("undo the last byte also at the end of input", async () => {
    for (const source of [new Blob(["ab"]), oneByteReader(new BytesReader(encode("ab")))]) {
      const reader = new BufReader(source);
      assertEquals(await reader.readString(0), "ab");
      assertEquals(await reader.readByte(), null);
      reader.unreadByte();
      assertEquals(await reader.readByte(), 0x62);
      assertEquals(await reader.readByte(), null);
    }
  });

  it("undo a rune of several bytes, not two", async () => {
    const reader = new BufReader(oneByteReader(new BytesReader(encode("€😀"))));
    assertEquals(await reader.readRune(), { rune: 0x20ac, size: 3 });
    reader.unreadRune();
    assertThrows(() => reader.unreadRune(), InvalidUnreadError);
    assertEquals(await reader.readRune(), { rune: 0x20ac, size: 3 });
    assertEquals(await reader.readRune(), { rune: 0x1f600, size: 4 });
    assertEquals(await reader.readRune(), null);
    assertThrows(() => reader.unreadRune(), InvalidUnreadError);
  });
});

describe("BufReader.readRune()", () => {
  it("joins code points over reads and gives U+FFFD of size 1 for what is none", async () => {
    const bytes = Uint8Array.of(0x61, 0xc3, 0xbc, 0xff, 0xe2, 0x82, 0x62, 0xed, 0xa0, 0x80, 0xf0, 0x9f);
    for (const source of [oneByteReader(new BytesReader(bytes)), new Blob([bytes])]) {
      const reader = new BufReader(source, 16);
      const runes: string[] = [];
      for (let read = await reader.readRune(); read !== null; read = await reader.readRune()) {
        runes.push(`${String.fromCodePoint(read.rune)}${read.size}`);
      }
      const bad = "\ufffd1";
      assertEquals(runes, ["a1", "ü2", bad, bad, bad, "b1", bad, bad, bad, bad, bad]);
    }
  });
});

describe("BufReader.readLine()", () => {
  async function linesOf(text: string, size: number): Promise<string[]> {
    const reader = new BufReader(oneByteReader(new BytesReader(encode(text))), size);
    const lines: string[] = [];
    for (let read = await reader.readLine(); read !== null; read = await reader.readLine()) {
      lines.push(decode(read.line) + (read.isPrefix ? "+" : ""));
    }
    return lines;
  }

  for (
    const { text, gives } of [
      { text: "a\nb\r\n\n\r\nc", gives: ["a", "b", "", "", "c"] },
      { text: "a\rb\n", gives: ["a\rb"] },
      { text: "a\r", gives: ["a\r"] },
      { text: "0123456789abcde\n", gives: ["0123456789abcde"] },
      { text: "0123456789abcdef\n", gives: ["0123456789abcdef+", ""] },
      { text: "0123456789abcdefgh\n", gives: ["0123456789abcdef+", "gh"] },
      { text: "0123456789abcde\r\nx", gives: ["0123456789abcde+", "", "x"] },
      { text: "0123456789abcd\r\nx", gives: ["0123456789abcd", "x"] },
      { text: "0123456789abcde\rx", gives: ["0123456789abcde+", "\rx"] },
    ]
  ) {
    it(`splits ${JSON.stringify(text)} into ${JSON.stringify(gives)} with 16 bytes`, async () => {
      assertEquals(await linesOf(text, 16), gives);
    });
  }
});

describe("BufReader.readSlice(), readBytes() and readString()", () => {
  it("find the delimiter, and give the rest without it at the end", async () => {
    const reader = new BufReader(new Blob(["a,b,,c"]), 16);
    assertEquals(decode((await reader.readSlice(0x2c)) ?? new Uint8Array(0)), "a,");
    assertEquals(decode((await reader.readBytes(0x2c)) ?? new Uint8Array(0)), "b,");
    assertEquals(await reader.readString(0x2c), ",");
    assertEquals(await reader.readString(0x2c), "c");
    assertEquals(await reader.readString(0x2c), null);
    assertEquals(await reader.readBytes(0x2c), null);
    assertEquals(await reader.readSlice(0x2c), null);
  });

  it("readSlice() fails with the whole buffer where that is too small, and goes on after it", async () => {
    const reader = new BufReader(new Blob(["0123456789abcdefgh,"]), 16);
    const reason = await assertRejects(() => reader.readSlice(0x2c), BufferFullError);
    assertEquals(decode(reason.partial), "0123456789abcdef");
    assertEquals(decode((await reader.readSlice(0x2c)) ?? new Uint8Array(0)), "gh,");
  });

  it("readBytes() and readString() go beyond the buffer", async () => {
    const text = "€".repeat(1000) + "\n";
    for (const source of [oneByteReader(new BytesReader(encode(text + text))), new Blob([text, text])]) {
      const reader = new BufReader(source, 16);
      assertEquals(await reader.readString(0x0a), text);
      assertBytes((await reader.readBytes(0x0a)) ?? new Uint8Array(0), encode(text));
    }
  });

  it("readBytes() gives a copy, which later reads do not change", async () => {
    for (const source of [readerOf(encode("ab\n"), encode("cd\n")), new Blob(["ab\ncd\n"])]) {
      const reader = new BufReader(source, 16);
      const first = await reader.readBytes(0x0a);
      first?.fill(0x7a);
      assertEquals(await reader.readString(0x0a), "cd\n");
      assertEquals(decode(first ?? new Uint8Array(0)), "zzz");
    }
  });

  it("readString() keeps U+FEFF and replaces what is not UTF-8", async () => {
    const reader = new BufReader(new Blob(["\ufeffa", Uint8Array.of(0xff), "\n"]));
    assertEquals(await reader.readString(0x0a), "\ufeffa\ufffd\n");
  });

  for (const delim of [-1, 256, 0.5, NaN]) {
    it(`refuse ${delim} as a delimiter`, async () => {
      const reader = new BufReader(new Blob(["abc"]));
      await assertRejects(() => reader.readSlice(delim), RangeError);
      await assertRejects(() => reader.readBytes(delim), RangeError);
      await assertRejects(() => reader.readString(delim), RangeError);
      assertEquals(await reader.readString(0), "abc");
    });
  }
});

describe("BufReader.readChunk()", () => {
  it("passes a stream's own chunk through uncopied when the buffer is empty", async () => {
    const chunks = cutEvery(pattern(300), 100);
    const reader = new BufReader(streamOf(...chunks), 16);
    assertStrictEquals(await reader.readChunk(), chunks[0]);
    assertEquals(await reader.readByte(), chunks[1]?.[0]);
    const rest = await reader.readChunk();
    assertStrictEquals(rest?.buffer, chunks[1]?.buffer, "what is left of a chunk is not copied either");
    assertEquals(rest?.byteLength, 99);
    assertStrictEquals(await reader.readChunk(), chunks[2]);
    assertEquals(await reader.readChunk(), null);
  });

  it("never gives its own buffer away", async () => {
    const reader = new BufReader(readerOf(encode("abc"), encode("def")), 16);
    await reader.peek(3);
    const chunk = await reader.readChunk();
    await reader.peek(3);
    assertEquals(decode(chunk ?? new Uint8Array(0)), "abc");
  });

  it("refuses a max below 1", async () => {
    await assertRejects(() => new BufReader(new Blob()).readChunk(0), RangeError);
  });
});

describe("BufReader.reset()", () => {
  it("drops data and failures, and goes on with another source (row 26)", async () => {
    const reader = new BufReader(readerOf(encode("stale"), failing(BOOM)), 32);
    await reader.readByte();
    await reader.readSlice(0x0a); // the failure waits
    reader.reset(new Blob(["fresh"]));
    assertEquals(reader.size, 32);
    assertEquals(reader.buffered, 0);
    assertEquals(await reader.readString(0), "fresh");
    assertEquals(await reader.readByte(), null);
    reader.reset(new Blob(["again"]));
    assertEquals(await reader.readString(0), "again", "the end is dropped too");
  });

  it("to itself does nothing", async () => {
    const reader = new BufReader(new Blob(["abc"]));
    await reader.readByte();
    reader.reset(reader);
    reader.unreadByte();
    assertEquals(await reader.readString(0), "abc");
  });

  it("unlocks the stream that it had, and leaves there what was never in the buffer", async () => {
    const stream = streamOf(pattern(100));
    const reader = new BufReader(stream, 16);
    assertEquals(await reader.fill(), 16);
    assertEquals(stream.locked, true);
    reader.reset(new Blob());
    assertEquals(stream.locked, false);
    reader.reset(stream);
    const rest = new ByteBuffer();
    await copy(rest, reader);
    assertBytes(rest.bytes(), pattern(100).subarray(16));
  });

  it("gives up a fill that waits", async () => {
    const { stream } = scripted();
    const reader = new BufReader(stream);
    const waiting = reader.fill();
    reader.reset(new Blob(["abc"]));
    await assertRejects(() => waiting, TypeError);
    assertEquals(await reader.readString(0), "abc");
  });

  it("is not disturbed by a read of the old source that comes late", async () => {
    const { promise, open } = gate();
    const reader = new BufReader({
      async read(p) {
        await promise;
        p.set(encode("late"));
        return 4;
      },
    });
    const waiting = reader.fill();
    reader.reset(new Blob(["abc"]));
    assertEquals(decode(await reader.peek(3)), "abc");
    open();
    await waiting;
    assertEquals(await reader.readString(0), "abc");
  });
});

describe("BufReader and the memory of others", () => {
  it("never writes to a chunk of the source", async () => {
    const chunks = cutEvery(pattern(500), 50);
    const kept = chunks.map((chunk) => chunk.slice());
    for (const source of [streamOf(...chunks), chunkReaderOf(...chunks)]) {
      const reader = new BufReader(source, 64);
      for (let n = await reader.fill(64); n > 0; n = await reader.fill(Math.min(64, n + 1))) {
        reader.consume(Math.min(3, n));
        if (n < 4) reader.consume(reader.buffered);
      }
    }
    for (const [i, chunk] of chunks.entries()) assertBytes(chunk, kept[i] ?? new Uint8Array(0));
  });

  it("reads no further than a limit below it, and a byte stream keeps what is beyond", async () => {
    const stream = streamBySteps("enqueuing", pattern(100));
    const reader = new BufReader(limitReader(stream, 40), 64);
    assertBytes(await reader.peek(64), pattern(40));
    await reader.discard(40);
    assertEquals(await reader.readByte(), null);
    const rest = new ByteBuffer();
    await copy(rest, onlyReader(new BufReader(stream)));
    assertBytes(rest.bytes(), pattern(100).subarray(40));
  });
});
