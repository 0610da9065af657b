/**
 * The rows of GO-SEMANTICS.md, section 2, that need no host: each says its claim in words. The row's number comes
 * first. Rows on real files, sockets and servers are in `go_semantics_host_test.ts`; 6, 7, 12 and 13 on real ends in
 * `copy_host_test.ts`, 37 in `tests/bytes`.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copyBuffer,
  copyN,
  copySettled,
  InvalidWriteError,
  limitReader,
  maxBytesReader,
  multiReader,
  onlyReader,
  onlyWriter,
  readAll,
  type Reader,
  type ReaderFrom,
  readerFrom,
  readFull,
  replayable,
  ShortWriteError,
  StagingBuffer,
  TooLargeError,
  UnexpectedEOFError,
  type Writer,
  type WriterTo,
} from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { errReader } from "../../src/iotest/mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { chunkReaderOf, readerOf, streamBySteps } from "../support/steps.ts";
import { bodyOf, streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";

const KIB = 1024;

describe("Row 2: a read of 0 bytes is not the end", () => {
  it("a source that yields an empty read mid-way is copied completely", async () => {
    const writer = recordingWriter();
    assertEquals(await copy(writer, readerOf(encode("before"), 0, 0, encode(" after"))), 12);
    assertEquals(decode(writer.bytes()), "before after");
    const stream = streamOf(encode("before"), new Uint8Array(0), encode(" after"));
    assertEquals(decode(await readAll(stream)), "before after");
  });
});

describe("Row 4: the buffer that is given is honoured", () => {
  it("no read is larger than it, and an empty one is refused before anything moves", async () => {
    const source = readerOf(...cutEvery(pattern(10 * KIB), 10 * KIB));
    assertEquals(await copyBuffer(recordingWriter(), source, new Uint8Array(700)), 10 * KIB);
    assert(source.sizes.every((size) => size <= 700));
    const untouched = readerOf(pattern(1));
    await assertRejects(() => copyBuffer(recordingWriter(), untouched, new Uint8Array(0)), RangeError);
    assertEquals(untouched.sizes, []);
  });

  it("or the call says that it was not", async () => {
    const paths: string[] = [];
    await copyBuffer(recordingWriter(), streamOf(pattern(9)), new StagingBuffer(4), {
      onPath: (path) => paths.push(path),
    });
    assertEquals(paths, ["chunks"]);
  });
});

describe("Rows 5 and 7: writeTo before readFrom before the loop, and a way to hide both", () => {
  function spies() {
    const calls: string[] = [];
    const source: Reader & WriterTo = {
      read: () => (calls.push("read"), Promise.resolve(null)),
      writeTo: () => (calls.push("writeTo"), Promise.resolve(0)),
    };
    const destination: Writer & ReaderFrom = {
      write: (p) => Promise.resolve(p.byteLength),
      readFrom: () => (calls.push("readFrom"), Promise.resolve(0)),
    };
    return { calls, source, destination };
  }

  for (
    const { name, run, calls } of [
      {
        name: "both have one",
        run: ({ source, destination }: ReturnType<typeof spies>) => copy(destination, source),
        calls: ["writeTo"],
      },
      {
        name: "the source's is hidden by onlyReader()",
        run: ({ source, destination }: ReturnType<typeof spies>) => copy(destination, onlyReader(source)),
        calls: ["readFrom"],
      },
      {
        name: "both are hidden",
        run: ({ source, destination }: ReturnType<typeof spies>) =>
          copy(onlyWriter(destination), onlyReader(source)),
        calls: ["read"],
      },
    ]
  ) {
    it(`exactly one path is called when ${name}: ${calls}`, async () => {
      const made = spies();
      await run(made);
      assertEquals(made.calls, calls);
    });
  }
});

describe("Row 10: the buffer begins small and shrinks to what a limit leaves", () => {
  it("reads 64 KiB at first (Go: 32 KiB), for 10 bytes 10, and for none nothing", async () => {
    const all = readerOf(pattern(10));
    await copy(recordingWriter(), all);
    assertEquals(all.sizes, [64 * KIB, 64 * KIB]);
    const ten = readerOf(pattern(100));
    assertEquals(await copyN(recordingWriter(), ten, 10), 10);
    assertEquals(ten.sizes, [10]);
    const none = readerOf(pattern(100));
    assertEquals(await copy(recordingWriter(), limitReader(none, 0)), 0);
    assertEquals(none.sizes, []);
  });
});

describe("Row 11: wrong answers of a destination are errors, and its error wins over the source's", () => {
  for (
    const { name, answer, kind, written } of [
      {
        name: "n - 1: the rest is written again",
        answer: (n: number) => Math.max(1, n - 1),
        kind: null,
        written: 4,
      },
      { name: "0 is a short write", answer: () => 0, kind: ShortWriteError, written: 0 },
      { name: "n + 1 cannot be", answer: (n: number) => n + 1, kind: InvalidWriteError, written: 0 },
      { name: "-1 cannot be", answer: () => -1, kind: InvalidWriteError, written: 0 },
    ]
  ) {
    it(name, async () => {
      const outcome = await copySettled(recordingWriter((p) => answer(p.byteLength)), readerOf(pattern(4)));
      assertEquals(outcome.written, written);
      assert(kind === null ? outcome.ok : !outcome.ok && outcome.reason instanceof kind);
    });
  }

  it("a write that fails is told, not the read that would have failed next", async () => {
    const full = new Error("disk full");
    const outcome = await copySettled(
      recordingWriter(() => Promise.reject(full)),
      errReader(new Error("cable cut"), pattern(4)),
    );
    assert(!outcome.ok && outcome.reason === full);
    assertEquals(outcome.side, "dst");
  });
});

describe("Row 12: copyN() copies exactly n", () => {
  it("says how much came when 3 of 4 bytes do, is content when a failure comes after them, leaves the rest", async () => {
    const error = await assertRejects(
      () => copyN(recordingWriter(), readerOf(pattern(3)), 4),
      UnexpectedEOFError,
    );
    assertEquals([error.expected, error.actual], [4, 3]);
    assertEquals(await copyN(recordingWriter(), errReader(new Error("late"), pattern(4)), 4), 4);
    const stream = streamOf(encode("abcdef"));
    await copyN(recordingWriter(), stream, 4);
    assertEquals(decode(await readAll(stream)), "ef");
  });
});

describe("Row 14: a limit ends without a word, or fails where that is wanted", () => {
  for (const { size, limit } of [{ size: 10, limit: 10 }, { size: 10, limit: 9 }]) {
    it(`${size} bytes under a limit of ${limit}, both ways`, async () => {
      assertEquals((await readAll(limitReader(readerOf(pattern(size)), limit))).byteLength, limit);
      const strict = readAll(maxBytesReader(readerOf(pattern(size)), limit));
      if (size <= limit) assertEquals((await strict).byteLength, size);
      else assertEquals((await assertRejects(() => strict, TooLargeError)).limit, limit);
    });
  }

  it("a limit of 0 or less is the end without touching the source, also for an empty buffer", async () => {
    for (const n of [0, -1]) {
      const source = readerOf(pattern(5));
      const limited = limitReader(source, n);
      for (const size of [5, 0]) assertEquals(await limited.read(new Uint8Array(size)), null);
      assertEquals(source.sizes, []);
    }
  });

  it("reader and remaining can be changed at any time", async () => {
    const limited = limitReader(readerOf(encode("abcdef")), 2);
    assertEquals(decode(await readAll(limited)), "ab");
    assertEquals(limited.remaining, 0);
    limited.remaining = 3;
    assertEquals(decode(await readAll(limited)), "cde");
    limited.reader = new BytesReader(encode("xyz"));
    limited.remaining = 2;
    assertEquals(decode(await readAll(limited)), "xy");
    limited.remaining = 1;
    limited.reader = readerFrom(streamOf(encode("123")));
    const p = new Uint8Array(9);
    assertEquals([await limited.read(p), limited.remaining], [1, 0]);
    assertEquals(await limited.read(p), null);
  });
});

describe("Row 17: a header and a body are one source", () => {
  it("in their order, each by its own fast path", async () => {
    const body = cutEvery(pattern(10_000), 1_000);
    const seen: Uint8Array[] = [];
    const paths: string[] = [];
    await copy(
      { write: (p) => (seen.push(p), Promise.resolve(p.byteLength)) },
      multiReader(new BytesReader(encode("Header information\n")), streamOf(...body)),
      { onPath: (path) => paths.push(path) },
    );
    assertEquals(decode(seen[0] ?? new Uint8Array(0)), "Header information\n");
    assert(body.every((chunk, i) => seen[i + 1]?.buffer === chunk.buffer), "the body was copied");
    assertEquals(paths, ["chunks"]);
  });
});

describe("Row 34: readAll() reads all", () => {
  for (const size of [0, 1, 511, 512, 513, 100_001]) {
    it(`of ${size} bytes, whatever kind of source they come from`, async () => {
      const data = pattern(size);
      for (
        const source of [
          readerOf(data),
          readerOf(...cutEvery(data, 1_000)),
          chunkReaderOf(...cutEvery(data, 1_000)),
          new Blob([data]),
          bodyOf(new Blob([data])),
          streamBySteps("filling", ...cutEvery(data, 1_000)),
          streamBySteps("enqueuing", ...cutEvery(data, 1_000)),
        ]
      ) assertBytes(await readAll(source), data);
    });
  }

  it("rejects with the reason of the source, as it is", async () => {
    const reason = new Error("cable cut");
    assert(await assertRejects(() => readAll(errReader(reason, pattern(9)))) === reason);
  });
});

describe("Row 35: what readAll() allocates grows with what has arrived", () => {
  /** Notes every block of memory that is lent for a read. */
  function watched(size: number) {
    const blocks = new Set<ArrayBufferLike>();
    const sizes: number[] = [];
    let left = size;
    let worst = 0;
    const reader: Reader = {
      read(p) {
        blocks.add(p.buffer);
        sizes.push(p.byteLength);
        const lent = [...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0);
        const arrived = size - left;
        worst = Math.max(worst, lent - Math.max(512, 2 * arrived));
        const n = Math.min(left, p.byteLength);
        left -= n;
        return Promise.resolve(n === 0 ? null : n);
      },
    };
    return {
      reader,
      sizes,
      lent: () => [...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0),
      worst: () => worst,
    };
  }

  it("reads 512 bytes first, and then as much again as there is, up to 64 KiB", async () => {
    const { reader, sizes } = watched(200_000);
    await readAll(reader);
    assertEquals(sizes.slice(0, 9), [512, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]);
    assert(Math.max(...sizes) === 65536);
  });

  for (const size of [1, 5_000, 100_001, 1_000_000, 3_000_001]) {
    it(`for ${size} bytes it never has lent more than twice what had arrived, nor 64 KiB more than the result`, async () => {
      const { reader, lent, worst } = watched(size);
      assertEquals((await readAll(reader)).byteLength, size);
      assert(worst() <= 0, `${worst()} bytes too many were lent`);
      assert(lent() <= Math.max(512, Math.min(2 * size, size + 65536)), `${lent()} bytes were lent`);
    });
  }

  it("lends nothing to a source that has chunks, and reads each of them once", async () => {
    const chunks = cutEvery(pattern(10_000), 1_000);
    const source = chunkReaderOf(...chunks);
    assertBytes(await readAll(source), pattern(10_000));
    assertEquals(source.sizes, []);
  });

  it("allocates nothing for a limit or a length that is only promised", async () => {
    const { reader, lent } = watched(10);
    await readAll(reader, { limit: 2 ** 40 });
    assertEquals(lent(), 512);
  });

  it("fills a block before it takes the next, however little comes at a time", async () => {
    const blocks = new Set<ArrayBufferLike>();
    let left = 2_000;
    await readAll({
      read(p) {
        blocks.add(p.buffer);
        p[0] = 1;
        return Promise.resolve(left-- === 0 ? null : 1);
      },
    });
    assertEquals([...blocks].map(({ byteLength }) => byteLength), [512, 512, 1024]);
  });
});

describe("Row 36: too much is a typed error with the data so far", () => {
  for (const limit of [0, 1, 511, 512, 513, 5_000, 9_999]) {
    it(`at a limit of ${limit}, exactly so much, and nothing is read beyond the byte that is too much`, async () => {
      const data = pattern(10_000);
      let read = 0;
      const inner = readerOf(...cutEvery(data, 300));
      const counted: Reader = {
        async read(p) {
          const n = await inner.read(p);
          read += n ?? 0;
          return n;
        },
      };
      for (const source of [counted, streamOf(...cutEvery(data, 300)), new Blob([data])]) {
        const error = await assertRejects(() => readAll(source, { limit }), TooLargeError);
        assertEquals([error.limit, error.code], [limit, "TOO_LARGE"]);
        assert(error.partial !== undefined);
        assertBytes(error.partial, data.subarray(0, limit));
      }
      assertEquals(read, limit + 1);
    });
  }

  it("and exactly the limit is fine", async () => {
    assertBytes(await readAll(readerOf(pattern(513)), { limit: 513 }), pattern(513));
  });
});

describe("Rows 38 and 39: a body is empty after it was read, unless it is replayable", () => {
  it("a second readAll() of a body gives nothing, as in Go", async () => {
    const body = bodyOf("hello");
    assertEquals(decode(await readAll(body)), "hello");
    assertEquals(decode(await readAll(body)), "");
  });

  it("a replayable body gives the same again, and fails over its limit", async () => {
    const body = replayable(bodyOf("hello"), { limit: 5 });
    assertEquals(decode(await readAll(body.reader())), "hello");
    assertEquals(await new Response(body.stream()).text(), "hello");
    await assertRejects(() => readAll(replayable(bodyOf("hello"), { limit: 4 }).reader()), TooLargeError);
  });
});

describe("Row 45: the end is null, and no error", () => {
  it("it comes after all data, stays, and is the same for a Reader and for a stream that ends with its last bytes", async () => {
    const together = streamBySteps("filling", encode("abc"));
    const sources: Reader[] = [
      readerOf(encode("abc")),
      readerFrom(streamOf(encode("abc"))),
      readerFrom(together),
    ];
    for (const reader of sources) {
      const p = new Uint8Array(3);
      assertEquals(await readFull(reader, p), 3);
      assertEquals(decode(p), "abc");
      for (let again = 0; again < 3; again++) assertEquals(await reader.read(p), null);
    }
  });

  it("a copy that meets it has succeeded", async () => {
    assertEquals((await copySettled(recordingWriter(), readerOf(encode("abc")))).ok, true);
    assertEquals((await copySettled(recordingWriter(), readerOf())).ok, true);
  });
});
