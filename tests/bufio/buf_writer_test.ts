import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copySettled,
  limitReader,
  pipe,
  readAll,
  type Reader,
  ShortWriteError,
  type StringWriter,
  type Writer,
  writerFrom,
} from "../../mod.ts";
import { BufReader, BufReadWriter, BufWriter } from "../../src/bufio/mod.ts";
import { ByteBuffer, BytesReader } from "../../src/bytes/mod.ts";
import { errReader, errWriter, oneByteReader } from "../../src/iotest/mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { needs } from "../support/features.ts";
import { sink } from "../support/sinks.ts";
import { readerOf } from "../support/steps.ts";
import { streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate } from "../support/waiting.ts";

const BOOM = new Error("boom");

/** A writer that notes what it gets, write by write. */
function noting(accept: (size: number) => number = (size) => size) {
  const writes: string[] = [];
  const writer = {
    writes,
    closed: 0,
    write(p: Uint8Array): Promise<number> {
      const n = accept(p.byteLength);
      writes.push(decode(p.subarray(0, Math.max(0, n))));
      return Promise.resolve(n);
    },
    close() {
      writer.closed++;
    },
  };
  return writer;
}

describe("new BufWriter()", () => {
  it("has 4096 bytes by default, also for 0", () => {
    assertEquals(new BufWriter(noting()).size, 4096);
    assertEquals(new BufWriter(noting(), 0).size, 4096);
    assertEquals(new BufWriter(noting(), 1).size, 1);
    assertEquals(new BufWriter(noting()).available, 4096);
  });

  it("refuses a wrong size and what is no destination, at once", () => {
    for (const size of [-1, 1.5, NaN]) assertThrows(() => new BufWriter(noting(), size), RangeError);
    // @ts-expect-error: that is what is tested
    assertThrows(() => new BufWriter({}), TypeError, "it is no WritableStream");
  });

  it("is the BufWriter that it is made of, if that has as large a buffer", () => {
    const writer = new BufWriter(noting(), 64);
    assertStrictEquals(new BufWriter(writer, 64), writer);
    assert(new BufWriter(writer, 65) !== writer);
  });
});

describe("BufWriter", () => {
  it("sends nothing before a flush as long as it fits", async () => {
    const dst = noting();
    const writer = new BufWriter(dst, 8);
    assertEquals(await writer.write(encode("abc")), 3);
    assertEquals(await writer.writeString("de"), 2);
    await writer.writeByte(0x66);
    assertEquals(await writer.writeRune(0x67), 1);
    assertEquals([writer.buffered, writer.available], [7, 1]);
    await writer.writeByte(0x68);
    assertEquals([writer.buffered, writer.available], [8, 0]);
    assertEquals(dst.writes, []);
    await writer.flush();
    assertEquals(dst.writes, ["abcdefgh"]);
    await writer.flush();
    assertEquals(dst.writes.length, 1, "an empty flush writes nothing");
  });

  it("fills the buffer before it sends it, and sends large writes past it", async () => {
    const dst = noting();
    const writer = new BufWriter(dst, 4);
    await writer.write(encode("abc"));
    await writer.write(encode("de"));
    assertEquals(dst.writes, ["abcd"]);
    await writer.flush();
    await writer.write(encode("0123456789"));
    assertEquals(dst.writes, ["abcd", "e", "0123456789"], "in one write");
    await writer.write(encode("x"));
    await writer.write(encode("0123456789"));
    assertEquals(dst.writes.slice(3), ["x012", "3456789"]);
  });

  it("makes one chunk of 1,000 writes of 1 byte for a web stream", async () => {
    const { stream, chunks } = sink();
    const writer = new BufWriter(stream);
    for (let i = 0; i < 1000; i++) await writer.write(Uint8Array.of(i));
    assertEquals(chunks.length, 0);
    await writer.flush();
    assertEquals(chunks.length, 1);
    assertEquals(chunks[0]?.byteLength, 1000);
    assertEquals(stream.locked, false);
  });

  it("gives a web stream chunks that it never writes to again", async () => {
    const { stream, chunks } = sink();
    const writer = new BufWriter(stream, 4);
    for (const byte of encode("abcdefghij")) await writer.writeByte(byte);
    await writer.flush();
    assertEquals(chunks.map((chunk) => decode(chunk)), ["abcd", "efgh", "ij"]);
  });

  it("keeps the order of calls that nobody awaits", async () => {
    const dst = noting();
    const slow: Writer = {
      async write(p) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return await dst.write(p.subarray(0, 3));
      },
    };
    const writer = new BufWriter(slow, 4);
    const all: string[] = [];
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      const text = `<${i}>`;
      all.push(text);
      calls.push(i % 3 === 0 ? writer.write(encode(text)) : writer.writeString(text));
    }
    calls.push(writer.flush());
    await Promise.all(calls);
    assertEquals(dst.writes.join(""), all.join(""));
  });

  for (const b of [-1, 256, 0.5, NaN]) {
    it(`refuses ${b} as a byte`, async () => {
      const writer = new BufWriter(noting());
      await assertRejects(() => writer.writeByte(b), RangeError);
      assertEquals(writer.buffered, 0);
    });
  }

  it("refuses what is no bytes and no string", async () => {
    const writer = new BufWriter(noting());
    // @ts-expect-error: that is what is tested
    await assertRejects(() => writer.write("abc"), TypeError);
    // @ts-expect-error: that is what is tested
    await assertRejects(() => writer.writeString(encode("abc")), TypeError);
    assertEquals(writer.buffered, 0);
  });

  for (
    const { rune, gives } of [
      { rune: 0x61, gives: "a" },
      { rune: 0x20ac, gives: "€" },
      { rune: 0x10ffff, gives: "\u{10ffff}" },
      { rune: 0x110000, gives: "\ufffd" },
      { rune: 0xd800, gives: "\ufffd" },
      { rune: -1, gives: "\ufffd" },
    ]
  ) {
    it(`writes ${JSON.stringify(gives)} for the rune ${rune}, into any buffer`, async () => {
      for (const size of [1, 2, 3, 4, 5]) {
        const dst = noting();
        const buffer = new ByteBuffer();
        const writer = new BufWriter({ write: (p) => (dst.write(p), buffer.write(p)) }, size);
        assertEquals(await writer.writeRune(rune), encode(gives).byteLength);
        await writer.flush();
        assertEquals(buffer.toString(), gives);
      }
    });
  }

  it("passes a string that is longer than its empty buffer on to a StringWriter", async () => {
    const strings: string[] = [];
    const dst = new ByteBuffer();
    const able: Writer & StringWriter = {
      write: (p) => dst.write(p),
      writeString(s) {
        strings.push(s);
        return dst.writeString(s);
      },
    };
    const writer = new BufWriter(able, 4);
    assertEquals(await writer.writeString("abc"), 3);
    assertEquals(await writer.writeString("€".repeat(5)), 15);
    await writer.flush();
    assertEquals(dst.toString(), "abc" + "€".repeat(5));
    assertEquals(strings, ["€".repeat(5)]);
  });
});

describe("BufWriter, when its destination fails,", () => {
  it("keeps the tail after a short write", async () => {
    const dst = noting((size) => Math.min(size, 2) * (dst.writes.length < 2 ? 1 : 0));
    const writer = new BufWriter(dst, 16);
    await writer.writeString("abcdefg");
    const reason = await assertRejects(() => writer.flush(), ShortWriteError);
    assertEquals([reason.expected, reason.actual], [7, 4]);
    assertEquals(dst.writes, ["ab", "cd", ""]);
    assertEquals(writer.buffered, 3);
  });

  it("rejects with the first failure for ever, until it is reset", async () => {
    const writer = new BufWriter(errWriter(BOOM, 3), 4);
    await writer.writeString("abc");
    const told = (promise: Promise<unknown>) => promise.catch((reason) => reason);
    assertStrictEquals(await told(writer.writeString("defgh")), BOOM);
    assertStrictEquals(await told(writer.write(encode("x"))), BOOM);
    assertStrictEquals(await told(writer.write(new Uint8Array(0))), BOOM);
    assertStrictEquals(await told(writer.writeByte(1)), BOOM);
    assertStrictEquals(await told(writer.writeString("x")), BOOM);
    assertStrictEquals(await told(writer.readFrom(new BytesReader(encode("x")))), BOOM);
    assertStrictEquals(await told(writer.flush()), BOOM);

    const dst = noting();
    writer.reset(dst);
    assertEquals(writer.buffered, 0);
    await writer.writeString("new");
    await writer.flush();
    assertEquals(dst.writes, ["new"]);
  });

  it("does not take a failing source of readFrom for its own failure", async () => {
    for (const dst of [noting(), sink().stream]) {
      const writer = new BufWriter(dst, 8);
      assertStrictEquals(
        await writer.readFrom(errReader(BOOM, encode("abc"))).catch((reason) => reason),
        BOOM,
      );
      assertEquals(await writer.writeString("def"), 3);
      await writer.flush();
    }
  });

  it("rejects a write of a wrong number of bytes", async () => {
    const writer = new BufWriter(noting((size) => size + 1));
    await writer.writeString("abc");
    assertEquals((await writer.flush().catch((reason) => reason)).code, "INVALID_WRITE");
    assertEquals(writer.buffered, 3);
  });
});

describe("BufWriter.reset()", () => {
  it("drops what was not sent (row 26)", async () => {
    const [old, fresh] = [noting(), noting()];
    const writer = new BufWriter(old, 16);
    await writer.writeString("secret");
    writer.reset(fresh);
    assertEquals([writer.size, writer.buffered, writer.available], [16, 0, 16]);
    await writer.writeString("hello");
    await writer.flush();
    assertEquals([old.writes, fresh.writes], [[], ["hello"]]);
  });

  it("to itself does nothing", async () => {
    const dst = noting();
    const writer = new BufWriter(dst);
    await writer.writeString("abc");
    writer.reset(writer);
    assertEquals(writer.buffered, 3);
    await writer.flush();
    assertEquals(dst.writes, ["abc"]);
  });

  it("is not disturbed by a write to the old destination that is still pending", async () => {
    const { promise, open } = gate();
    const seen: string[] = [];
    const writer = new BufWriter({
      async write(p) {
        await promise;
        seen.push(decode(p));
        return p.byteLength;
      },
    }, 8);
    await writer.writeString("old");
    const flushed = writer.flush();
    const dst = noting();
    writer.reset(dst);
    await writer.writeString("fresh");
    open();
    await flushed;
    assertEquals(seen, ["old"]);
    await writer.flush();
    assertEquals(dst.writes, ["fresh"]);
  });
});

describe("BufWriter.readFrom()", () => {
  it("flushes, then delegates to a destination that can", async () => {
    const dst = noting();
    const seen: unknown[] = [];
    const able = {
      write: (p: Uint8Array) => dst.write(p),
      async readFrom(src: Reader) {
        seen.push(dst.writes.join(""));
        dst.writes.push(decode(await readAll(src)));
        return 3;
      },
    };
    const writer = new BufWriter(able, 16);
    await writer.writeString("head ");
    assertEquals(await writer.readFrom(new BytesReader(encode("abc"))), 3);
    assertEquals(seen, ["head "]);
    assertEquals(dst.writes, ["head ", "abc"]);
    assertEquals(writer.buffered, 0);
  });

  it("hands a stream's own chunks to a web stream, after a flush", async () => {
    const chunks = cutEvery(pattern(300), 100);
    const { stream, chunks: got } = sink();
    const writer = new BufWriter(stream);
    await writer.writeString("head");
    const source = new BufReader(streamOf(...chunks));
    assertEquals(await writer.readFrom(source, { onPath: (path) => assertEquals(path, "chunks") }), 300);
    assertEquals(got.length, 4);
    for (const [i, chunk] of chunks.entries()) assertStrictEquals(got[i + 1], chunk);
    assertEquals(stream.locked, false);
  });

  it("reads straight into the buffer, sends it when it is full, and not at the end", async () => {
    const dst = noting();
    const writer = new BufWriter(dst, 8);
    await writer.writeString("ab");
    const source = readerOf(encode("cde"), encode("fghijk"));
    assertEquals(await writer.readFrom(source), 9);
    assertEquals(source.sizes.slice(0, 2), [6, 3]);
    assertEquals(dst.writes, ["abcdefgh"]);
    assertEquals(writer.buffered, 3);
    assertEquals(await writer.readFrom(readerOf(encode("lmnop"))), 5);
    assertEquals(dst.writes, ["abcdefgh", "ijklmnop"], "an exact fill is sent");
    assertEquals(writer.buffered, 0);
  });

  it("gives up after 100 reads that gave nothing", async () => {
    const writer = new BufWriter(noting());
    const reason = await writer.readFrom(readerOf(...Array<number>(100).fill(0))).catch((reason) => reason);
    assertEquals(reason.code, "NO_PROGRESS");
  });

  it("is aborted at once, and what was written is not sent twice", async () => {
    const { promise, open } = gate();
    const dst = noting();
    const writer = new BufWriter({
      async write(p) {
        await promise;
        return await dst.write(p);
      },
    }, 4);
    const controller = new AbortController();
    const reading = writer.readFrom(oneByteReader(new BytesReader(encode("abcdefgh"))), {
      signal: controller.signal,
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(BOOM);
    assertStrictEquals(await reading.catch((reason) => reason), BOOM);
    const written = writer.writeString("XYZ!?");
    open();
    await written;
    await writer.flush();
    assertEquals(dst.writes.join(""), "abcdXYZ!?");
  });

  it("lets a read that was aborted come late without harm", async () => {
    const { promise, open } = gate();
    const dst = noting();
    const writer = new BufWriter(dst, 8);
    await writer.writeString("ab");
    const controller = new AbortController();
    const reading = writer.readFrom({
      async read(p) {
        await promise;
        p.fill(0x2a);
        return p.byteLength;
      },
    }, { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(BOOM);
    await reading.catch(() => {});
    await writer.writeString("cdef");
    open();
    await promise;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await writer.flush();
    assertEquals(dst.writes, ["abcdef"]);
  });
});

describe("copy() to a BufWriter", () => {
  it("keeps what came before in front, over any destination", async () => {
    const all = pattern(1000);
    for (const source of [() => streamOf(...cutEvery(all, 300)), () => oneByteReader(new BytesReader(all))]) {
      const { stream, chunks } = sink();
      const plain = new ByteBuffer();
      for (const dst of [stream, { write: (p: Uint8Array) => plain.write(p) }]) {
        const writer = new BufWriter(dst, 64);
        await writer.writeString("head");
        assertEquals(await copy(writer, source()), 1000);
        await writer.writeString("tail");
        await writer.flush();
        const got = dst === stream ? concat(chunks) : plain.bytes();
        assertBytes(got, concat([encode("head"), all, encode("tail")]));
      }
      assertEquals(stream.locked, false);
    }
  });

  it("tells that the destination failed, and the failure stays", async () => {
    for (
      const dst of [
        errWriter(BOOM, 100),
        new WritableStream<Uint8Array>({
          write() {
            throw BOOM;
          },
        }),
      ]
    ) {
      const writer = new BufWriter(dst, 16);
      const outcome = await copySettled(writer, streamOf(...cutEvery(pattern(1000), 300)));
      assert(!outcome.ok);
      assertEquals(outcome.side, "dst");
      assertStrictEquals(await writer.writeString("x").catch((reason) => reason), BOOM);
    }
  });
});

describe("BufWriter.close()", () => {
  it("flushes, then closes what can be closed, once", async () => {
    const dst = noting();
    const writer = new BufWriter(dst);
    await writer.writeString("abc");
    const closing = writer.close();
    await Promise.all([closing, writer.close()]);
    assertEquals(dst.writes, ["abc"]);
    assertEquals(dst.closed, 1);
    await writer.flush();
    await assertRejects(() => writer.writeString("x"), TypeError, "was closed");
  });

  it("closes a web stream after all that was written", async () => {
    const { stream, events } = sink();
    const writer = new BufWriter(stream);
    writer.writeString("abc");
    await writer.close();
    assertEquals(events, ['"abc"', "close"]);
    assertEquals(stream.locked, false);
  });

  it("leaves a destination that cannot be closed alone", async () => {
    const dst = new ByteBuffer();
    const writer = new BufWriter({ write: (p) => dst.write(p) });
    await writer.writeString("abc");
    await writer.close();
    assertEquals(dst.toString(), "abc");
  });

  it("after a failed flush rejects with that failure, each time, and aborts a web stream with it", async () => {
    const { stream, aborted, events } = sink();
    let failed = false;
    const outer = new WritableStream<Uint8Array>({
      write() {
        failed = true;
        throw BOOM;
      },
    });
    const writer = new BufWriter(outer);
    await writer.writeString("abc");
    assertStrictEquals(await writer.close().catch((reason) => reason), BOOM);
    assertStrictEquals(await writer.close().catch((reason) => reason), BOOM);
    assert(failed);

    const below = { write: () => Promise.reject(BOOM), abort: (reason: unknown) => stream.abort(reason) };
    const plain = new BufWriter(below);
    await plain.writeString("abc");
    assertStrictEquals(await plain.flush().catch((reason) => reason), BOOM);
    assertStrictEquals(await plain.close().catch((reason) => reason), BOOM);
    assertEquals(aborted, [BOOM]);
    assertEquals(events, ["abort: boom"]);
  });

  it("after a failed flush closes a pipe with the failure, and anything else without", async () => {
    const { reader, writer: end } = pipe();
    const failing = Object.assign(Object.create(end), { write: () => Promise.reject(BOOM) });
    failing.closeWithError = (reason: unknown) => end.closeWithError(reason);
    const writer = new BufWriter(failing);
    await writer.writeString("abc");
    await writer.close().catch(() => {});
    assertStrictEquals(await reader.read(new Uint8Array(1)).catch((reason) => reason), BOOM);

    let closed = 0;
    const other = new BufWriter({ write: () => Promise.reject(BOOM), close: () => void closed++ } as Writer);
    await other.writeString("abc");
    await other.close().catch(() => {});
    assertEquals(closed, 1);
  });

  it("closes a StreamWriter too", async () => {
    const { stream, events } = sink();
    const writer = new BufWriter(writerFrom(stream));
    await writer.writeString("abc");
    await writer.close();
    assertEquals(events, ['"abc"', "close"]);
  });

  it("can be undone by a reset", async () => {
    const dst = noting();
    const writer = new BufWriter(noting());
    await writer.close();
    writer.reset(dst);
    await writer.writeString("abc");
    await writer.close();
    assertEquals([dst.writes, dst.closed], [["abc"], 1]);
  });
});

describe("await using a BufWriter", needs("Symbol.asyncDispose"), () => {
  it("never loses a byte silently: it flushes and closes, or rejects", async () => {
    const dst = noting();
    {
      await using writer = new BufWriter(dst);
      await writer.writeString("abc");
    }
    assertEquals([dst.writes, dst.closed], [["abc"], 1]);
    const reason = await assertRejects(async () => {
      await using writer = new BufWriter(errWriter(BOOM));
      await writer.writeString("abc");
    });
    assertStrictEquals(reason, BOOM);
  });

  it("does not tell a failure again that was told before", async () => {
    const reason = await assertRejects(async () => {
      await using writer = new BufWriter(errWriter(BOOM));
      await writer.writeString("abc");
      await writer.flush();
    });
    assertStrictEquals(reason, BOOM, "not a SuppressedError");
  });
});

describe("BufReadWriter", () => {
  it("refuses halves that are not buffered", () => {
    const reader = new BufReader(new Blob());
    const writer = new BufWriter(noting());
    // @ts-expect-error: that is what is tested
    assertThrows(() => new BufReadWriter(new BytesReader(encode("")), writer), TypeError);
    // @ts-expect-error: that is what is tested
    assertThrows(() => new BufReadWriter(reader, noting()), TypeError);
  });

  it("reads and writes by its halves, and copies both ways", async () => {
    const dst = noting();
    const both = new BufReadWriter(new BufReader(new Blob(["0123456789"])), new BufWriter(dst));
    assertEquals(await both.read(new Uint8Array(2)), 2);
    assertEquals(decode((await both.readChunk(2)) ?? new Uint8Array(0)), "23");
    await both.write(encode("a"));
    await both.writeString("b");
    assertEquals(await both.readFrom(new BytesReader(encode("c"))), 1);
    assertEquals(await copy(both, limitReader(both, 2)), 2);
    const rest = new ByteBuffer();
    assertEquals(await both.writeTo(rest), 4);
    assertEquals(dst.writes, []);
    await both.flush();
    assertEquals(dst.writes, ["abc45"]);
    assertEquals(rest.toString(), "6789");
  });

  it("switches both halves to another connection with reset, without stale bytes (row 26)", async () => {
    const [plainOut, secureOut] = [noting(), noting()];
    const conn = new BufReadWriter(
      new BufReader(readerOf(encode("STARTTLS\nstale"))),
      new BufWriter(plainOut),
    );
    assertEquals(await conn.reader.readString(0x0a), "STARTTLS\n");
    await conn.writeString("220 ready\n");
    await conn.flush();
    await conn.writeString("unflushed");
    conn.reader.reset(readerOf(encode("GET /\n")));
    conn.writer.reset(secureOut);
    assertEquals(await conn.reader.readString(0x0a), "GET /\n");
    await conn.writeString("hello");
    await conn.flush();
    assertEquals([plainOut.writes, secureOut.writes], [["220 ready\n"], ["hello"]]);
  });
});
