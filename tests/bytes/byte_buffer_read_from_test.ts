import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copySettled,
  InvalidReadError,
  NoProgressError,
  onlyReader,
  readAll,
  type Reader,
  readerFrom,
  TooLargeError,
} from "../../mod.ts";
import { ByteBuffer, BytesReader } from "../../src/bytes/mod.ts";
import {
  emptyReadsReader,
  errReader,
  halfReader,
  oneByteReader,
  timeoutReader,
} from "../../src/iotest/mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { countingSignal } from "../support/signals.ts";
import { chunkReaderOf, readerOf, waiting } from "../support/steps.ts";
import { bodyOf, streamOf, STREAMS } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, settled } from "../support/waiting.ts";

/** A Reader that fills whatever it is given, and notes what that was. */
function filler(content: Uint8Array) {
  const sizes: number[] = [];
  const memories = new Set<ArrayBufferLike>();
  const reader = new BytesReader(content);
  return {
    sizes,
    memories,
    read(p: Uint8Array): Promise<number | null> {
      sizes.push(p.byteLength);
      memories.add(p.buffer);
      return reader.read(p);
    },
  };
}

describe("ByteBuffer.readFrom()", () => {
  it("reads 512, 512, 1024, 2048, 4096 bytes, as Go's buffer does (35)", async () => {
    const source = filler(pattern(8000));
    const buffer = new ByteBuffer();
    assertEquals(await buffer.readFrom(source), 8000);
    assertEquals(source.sizes.slice(0, 5), [512, 512, 1024, 2048, 4096]);
    assertBytes(buffer.bytes(), pattern(8000));
  });

  for (
    const { name, rest, wrap } of [
      { name: "fills every buffer", rest: 0, wrap: (reader: Reader) => reader },
      { name: "fills half of every buffer", rest: 8 * 1024, wrap: halfReader },
    ]
  ) {
    it(`allocates less than three times what comes, and ${rest} bytes, if the reader ${name} (35)`, async () => {
      for (let size = 1000; size < 2 ** 21; size = Math.ceil(1.07 * size)) {
        for (const near of [size, 2 ** Math.round(Math.log2(size))]) {
          const source = filler(pattern(near));
          const buffer = new ByteBuffer();
          await buffer.readFrom({ read: (p) => wrap(source).read(p) });
          const memories = source.memories.add(buffer.bytes().buffer);
          const allocated = [...memories].reduce((sum, memory) => sum + memory.byteLength, 0);
          assert(allocated < 3 * near + rest, `${allocated} bytes for ${near}`);
          assertBytes(buffer.bytes(), pattern(near));
        }
      }
    });
  }

  for (const size of [0, 1, 511, 512, 513, 100_001]) {
    it(`gathers ${size} bytes from every kind of source (34)`, async () => {
      const content = pattern(size);
      const sources = [
        new BytesReader(content),
        oneByteReader(new BytesReader(content)),
        halfReader(new BytesReader(content)),
        emptyReadsReader(new BytesReader(content)),
        new ByteBuffer(content.slice()),
        chunkReaderOf(...cutEvery(content, 700)),
        ...STREAMS.map(({ make }) => readerFrom(make(...cutEvery(content, 5000)))),
      ];
      for (const source of sources) {
        const buffer = new ByteBuffer("before ");
        assertEquals(await buffer.readFrom(source), size);
        assertEquals(decode(buffer.next(7)), "before ");
        assertBytes(buffer.bytes(), content);
      }
    });
  }

  it("reads into all of the free memory there is, and goes to the front for it", async () => {
    const buffer = new ByteBuffer();
    buffer.grow(3000);
    const { capacity } = buffer;
    buffer.writeSync(pattern(2000));
    const source = filler(pattern(50));
    await buffer.readFrom(source);
    assertEquals(source.sizes, [capacity - 2000, capacity - 2050]);
    assertEquals(buffer.capacity, capacity);

    buffer.next(2050);
    const again = filler(pattern(50));
    await buffer.readFrom(again);
    assertEquals(again.sizes, [capacity, capacity - 50]);
    assertBytes(buffer.bytes(), pattern(50));
  });

  it("grows by doubling when it is called for a few bytes again and again", async () => {
    const buffer = new ByteBuffer(pattern(5000));
    const capacities = new Set<number>();
    for (let i = 0; i < 2000; i++) {
      await buffer.readFrom(new BytesReader(pattern(10)));
      capacities.add(buffer.capacity);
    }
    assertEquals(buffer.length, 25_000);
    assertEquals([...capacities], [10_000, 20_000, 40_000]);
  });

  it("reads as much at a time as bufferSize says", async () => {
    for (const bufferSize of [10, 1000, 100_000]) {
      const source = filler(pattern(150_000));
      const buffer = new ByteBuffer();
      await buffer.readFrom(source, { bufferSize });
      assertEquals(new Set(source.sizes), new Set([bufferSize]));
      assertBytes(buffer.bytes(), pattern(150_000));
    }
  });

  describe("with a maximum", () => {
    for (const maxSize of [1, 4, 511, 512, 513, 2000]) {
      it(`takes exactly ${maxSize} bytes, and not one more; what came is in the buffer (36)`, async () => {
        const fits = new ByteBuffer("", { maxSize });
        assertEquals(await fits.readFrom(new BytesReader(pattern(maxSize))), maxSize);
        for (const wrap of [oneByteReader, halfReader, emptyReadsReader]) {
          const buffer = new ByteBuffer("", { maxSize });
          const source = wrap(new BytesReader(pattern(maxSize + 50)));
          const reason = await assertRejects(() => buffer.readFrom(source), TooLargeError);
          assertEquals(reason.limit, maxSize);
          assertBytes(buffer.bytes(), pattern(maxSize + 50).subarray(0, maxSize));
        }
      });
    }

    it("leaves in the source what it did not take, where that can be", async () => {
      const source = new BytesReader(encode("abcdef"));
      const buffer = new ByteBuffer("<", { maxSize: 4 });
      await assertRejects(() => buffer.readFrom(source), TooLargeError);
      assertEquals(buffer.toString(), "<abc");
      assertEquals(decode(await readAll(source)), "def");
    });

    it("asks for no more than one byte too many", async () => {
      const source = readerOf(encode("abc"), encode("de"));
      await new ByteBuffer("12345", { maxSize: 10 }).readFrom(source);
      assertEquals(source.sizes, [6, 3, 1]);
    });

    it("tells the end of a source from too much when it is full already", async () => {
      const buffer = new ByteBuffer("abc", { maxSize: 3 });
      assertEquals(await buffer.readFrom(new BytesReader(new Uint8Array(0))), 0);
      await assertRejects(() => buffer.readFrom(readerOf(encode("d"))), TooLargeError);
      assertEquals(buffer.toString(), "abc");
    });

    it("counts what is on its way", async () => {
      const { promise, open } = gate();
      const buffer = new ByteBuffer("", { maxSize: 5 });
      const reading = buffer.readFrom(readerOf(encode("abc"), waiting(promise), encode("de")));
      await settled();
      const reason = await assertRejects(() => buffer.write(encode("xyz")), TooLargeError);
      assertEquals(reason.limit, 5);
      open();
      assertEquals(await reading, 5);
      assertEquals(buffer.toString(), "abcde");
    });
  });

  it("gives up after 100 empty reads in a row", async () => {
    let reads = 0;
    const source = { read: () => Promise.resolve(++reads > 99 && reads % 100 === 99 ? null : 0) };
    await assertRejects(() => new ByteBuffer().readFrom(source), NoProgressError);
    assertEquals(reads, 100);
  });

  for (const result of [-1, 10_000, 1.5, NaN]) {
    it(`refuses a read that resolves to ${result}, and is as it was`, async () => {
      const buffer = new ByteBuffer("abc");
      await assertRejects(() => buffer.readFrom(readerOf(encode("d"), result)), InvalidReadError);
      assertEquals(buffer.toString(), "abcd");
    });
  }

  it("keeps what came before a failure, and can go on", async () => {
    const buffer = new ByteBuffer();
    const reason = new Error("on purpose");
    const caught = await buffer.readFrom(errReader(reason, pattern(3000))).catch((e: unknown) => e);
    assertStrictEquals(caught, reason);
    assertBytes(buffer.bytes(), pattern(3000));

    const slow = timeoutReader(oneByteReader(new BytesReader(encode("ab"))));
    await assertRejects(() => buffer.readFrom(slow), DOMException);
    assertEquals(await buffer.readFrom(slow), 1);
    assertEquals(decode(buffer.bytes().subarray(3000)), "ab");
  });

  it("refuses what is no Reader and options that are none, and is as it was", async () => {
    const buffer = new ByteBuffer("abc");
    // @ts-expect-error: that is what is tested
    await assertRejects(() => buffer.readFrom({}), TypeError, "no read() method");
    await assertRejects(() => buffer.readFrom(new BytesReader(encode("d")), { bufferSize: 0 }), RangeError);
    assertEquals(buffer.toString(), "abc");
    buffer.writeStringSync("d");
    assertEquals(buffer.toString(), "abcd");
  });

  it("tells the progress and the path", async () => {
    for (
      const { source, path } of [
        { source: () => halfReader(new BytesReader(pattern(1000))), path: "buffer" },
        { source: () => new BytesReader(pattern(1000)), path: "chunks" },
        { source: () => readerFrom(streamOf(pattern(400), pattern(600))), path: "chunks" },
      ]
    ) {
      const seen: number[] = [];
      const paths: string[] = [];
      const buffer = new ByteBuffer();
      await buffer.readFrom(source(), { onProgress: (n) => seen.push(n), onPath: (p) => paths.push(p) });
      assertEquals([paths, seen.at(-1)], [[path], 1000]);
      assertEquals(seen, [...seen].sort((a, b) => a - b));
    }
  });

  describe("aborted", () => {
    it("keeps what came, and a late read does not disturb what is written then", async () => {
      const { signal, abort, reason } = countingSignal();
      const { promise, open } = gate();
      const buffer = new ByteBuffer("<");
      buffer.grow(1000);
      let late: Uint8Array | undefined;
      const reading = buffer.readFrom({
        async read(p) {
          if (late === undefined) {
            p.set(encode("abc"));
            late = new Uint8Array(0);
            return 3;
          }
          late = p;
          await promise;
          p.fill(0xee);
          return p.byteLength;
        },
      }, { signal });
      await settled();
      abort();
      assertStrictEquals(await reading.catch((e: unknown) => e), reason);
      assertEquals(buffer.toString(), "<abc");

      buffer.writeStringSync("def");
      open();
      await settled();
      assertEquals(late?.[0], 0xee);
      buffer.writeStringSync("!");
      assertEquals(buffer.toString(), "<abcdef!");
    });

    it("keeps what came in memory that a late read does not reach", async () => {
      for (const filled of [512, 1000, 1024, 5000]) {
        const controller = new AbortController();
        const { promise, open } = gate();
        const source = new BytesReader(pattern(filled));
        const buffer = new ByteBuffer();
        const reading = buffer.readFrom(
          onlyReader({
            async read(p) {
              const n = await source.read(p);
              if (n !== null) return n;
              await promise;
              p.fill(0xee);
              return p.byteLength;
            },
          }),
          { signal: controller.signal },
        );
        await settled();
        controller.abort();
        await assertRejects(() => reading);
        open();
        await settled();
        assertBytes(buffer.bytes(), pattern(filled));
      }
    });

    it("leaves in a stream what was not taken", async () => {
      const controller = new AbortController();
      const stream = bodyOf("abcdef");
      const buffer = new ByteBuffer();
      const reading = buffer.readFrom(readerFrom(stream), {
        signal: controller.signal,
        onProgress: () => controller.abort(new Error("enough")),
      });
      await assertRejects(() => reading, Error, "enough");
      assertEquals(buffer.toString() + decode(await readAll(stream)), "abcdef");
    });

    it("before it began touches nothing", async () => {
      const source = new BytesReader(encode("abc"));
      await assertRejects(() =>
        new ByteBuffer().readFrom(source, { signal: AbortSignal.abort(new Error("no")) })
      );
      assertEquals(source.length, 3);
    });
  });

  it("appends in one piece when it ends, whatever is done to the buffer meanwhile", async () => {
    for (
      const { name, other, then } of [
        { name: "a write", other: (buffer: ByteBuffer) => buffer.writeStringSync("xyz"), then: "abxyzcdef" },
        {
          name: "a long write",
          other: (buffer: ByteBuffer) => buffer.writeStringSync("x".repeat(5000)),
          then: `ab${"x".repeat(5000)}cdef`,
        },
        { name: "a read", other: (buffer: ByteBuffer) => buffer.readByte(), then: "bcdef" },
        { name: "reset()", other: (buffer: ByteBuffer) => buffer.reset(), then: "cdef" },
        {
          name: "a read and a write",
          other: (buffer: ByteBuffer) => buffer.next(2) && buffer.writeStringSync("x"),
          then: "xcdef",
        },
        { name: "readChunk()", other: (buffer: ByteBuffer) => buffer.readChunk(), then: "cdef" },
      ]
    ) {
      for (const free of [0, 600, 3000]) {
        const { promise, open } = gate();
        const buffer = new ByteBuffer("ab");
        buffer.grow(free);
        const reading = buffer.readFrom(readerOf(encode("cd"), waiting(promise), encode("ef")));
        await settled();
        await other(buffer);
        open();
        assertEquals(await reading, 4);
        assertEquals([name, buffer.toString()], [name, then]);
      }
    }
  });
});

describe("copy() into a ByteBuffer", () => {
  it("says how the bytes came and counts them exactly when it is full", async () => {
    const buffer = new ByteBuffer("", { maxSize: 10 });
    const source = chunkReaderOf(pattern(6), pattern(6, 6));
    const outcome = await copySettled(buffer, source);
    assert(!outcome.ok && outcome.reason instanceof TooLargeError);
    assertEquals([outcome.written, outcome.side, outcome.path, buffer.length], [6, "dst", "chunks", 6]);
  });

  it("takes a body", async () => {
    const buffer = new ByteBuffer();
    assertEquals(await copy(buffer, bodyOf("grüezi")), 7);
    assertEquals(buffer.toString(), "grüezi");
  });
});
