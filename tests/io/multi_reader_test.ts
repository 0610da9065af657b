import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  copy,
  type CopyPath,
  copySettled,
  discard,
  limitReader,
  maxBytesReader,
  multiReader,
  readAll,
  type Reader,
  readerFrom,
  readFull,
  type Source,
  teeReader,
  writerFrom,
} from "../../mod.ts";
import { BytesReader, StringReader } from "../../src/bytes/mod.ts";
import { errReader } from "../../src/iotest/mod.ts";
import { assertBytes, concat, cut, cutEvery, pattern } from "../support/bytes.ts";
import { copyCounter } from "../support/copied.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, readerOf, streamBySteps } from "../support/steps.ts";
import { bodyOf, streamOf, STREAMS } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";

const wrong = (value: unknown) => value as never;

/** Everything that one part can be. */
const PARTS: readonly { name: string; open: (bytes: Uint8Array<ArrayBuffer>) => Source }[] = [
  { name: "a Reader", open: (bytes) => readerOf(...cutEvery(bytes, 7)) },
  { name: "a ChunkReader", open: (bytes) => chunkReaderOf(...cutEvery(bytes, 7)) },
  { name: "a BytesReader", open: (bytes) => new BytesReader(bytes) },
  { name: "a Blob", open: (bytes) => new Blob([bytes]) },
  ...STREAMS.map(({ name, make }) => ({
    name,
    open: (bytes: Uint8Array<ArrayBuffer>) => make(...cutEvery(bytes, 7)),
  })),
];

describe("multiReader()", () => {
  for (const first of PARTS) {
    for (const second of PARTS) {
      it(`reads ${first.name} and then ${second.name}, and leaves no lock`, async () => {
        const sources = [first.open(pattern(30)), second.open(pattern(40, 5))];
        const all = concat([pattern(30), pattern(40, 5)]);
        assertBytes(await readAll(multiReader(...sources)), all);
        assertUnlocked(...sources);

        const again = [first.open(pattern(30)), second.open(pattern(40, 5))];
        const writer = recordingWriter();
        assertEquals(await multiReader(...again).writeTo(writer), 70);
        assertBytes(writer.bytes(), all);
        assertUnlocked(...again);

        const reader = multiReader(first.open(pattern(30)), second.open(pattern(40, 5)));
        const p = new Uint8Array(70);
        assertEquals(await readFull(reader, p), 70);
        assertBytes(p, all);
        assertEquals(await reader.read(p), null);
      });
    }
  }

  it("ends at once with no sources, and with empty ones", async () => {
    assertEquals(await multiReader().read(new Uint8Array(1)), null);
    assertEquals(await multiReader().read(new Uint8Array(0)), null);
    assertEquals(await copy(discard, multiReader()), 0);
    assertBytes(await readAll(multiReader(readerOf(), new Blob([]), streamOf())), new Uint8Array(0));
  });

  it("stays at the end", async () => {
    const reader = multiReader(readerOf(encode("a")));
    await readAll(reader);
    for (const size of [5, 0, 5]) assertEquals(await reader.read(new Uint8Array(size)), null);
  });

  it("reads one source with each read, and asks the next in the same read only after an end", async () => {
    const a = readerOf(encode("abc"));
    const b = readerOf(encode("def"));
    const reader = multiReader(a, b);
    const p = new Uint8Array(10);
    assertEquals([await reader.read(p), a.sizes, b.sizes], [3, [10], []]);
    assertEquals([await reader.read(p), a.sizes, b.sizes], [3, [10, 10], [10]]);
    assertEquals([await reader.read(p), a.sizes, b.sizes], [null, [10, 10], [10, 10]]);
  });

  it("takes an empty read for nothing, not for the end of a source", async () => {
    assertEquals(
      decode(
        await readAll(multiReader(readerOf(0, encode("a"), 0, 0, encode("b")), readerOf(0, encode("c")))),
      ),
      "abc",
    );
  });

  it("reads nothing into no room", async () => {
    const a = readerOf(encode("abc"));
    assertEquals(await multiReader(a).read(new Uint8Array(0)), 0);
    assertEquals(a.sizes, []);
  });

  it("is not changed when the array of its sources is", async () => {
    const sources: Source[] = [readerOf(encode("a")), readerOf(encode("b"))];
    const reader = multiReader(...sources);
    sources.length = 0;
    assertEquals(decode(await readAll(reader)), "ab");
  });

  it("stays at the source that failed, so that the read can be tried again", async () => {
    let failed = false;
    const flaky: Reader = {
      read(p) {
        if (!failed) {
          failed = true;
          return Promise.reject(new Error("try again"));
        }
        return inner.read(p);
      },
    };
    const inner = readerOf(encode("b"));
    const reader = multiReader(readerOf(encode("a")), flaky, readerOf(encode("c")));
    const writer = recordingWriter();
    const outcome = await copySettled(writer, reader);
    assert(!outcome.ok && outcome.reason instanceof Error);
    assertEquals([outcome.side, outcome.written, outcome.reason.message], ["src", 1, "try again"]);
    assertEquals(await copy(writer, reader), 2);
    assertEquals(decode(writer.bytes()), "abc");
  });

  it("rejects with the reason of the source itself", async () => {
    const reason = new Error("cable cut");
    const reader = multiReader(readerOf(encode("a")), errReader(reason), readerOf(encode("c")));
    assertEquals(await reader.read(new Uint8Array(9)), 1);
    for (let i = 0; i < 2; i++) assert(await assertRejects(() => reader.read(new Uint8Array(9))) === reason);
  });

  it("goes on after a destination failed, where it stopped", async () => {
    const data = pattern(60);
    const [a, b, c] = cut(data, 20, 20);
    const reader = multiReader(
      streamOf(...cutEvery(a ?? data, 5)),
      streamOf(...cutEvery(b ?? data, 5)),
      new Blob([c ?? data]),
    );
    let left = 23;
    const full = recordingWriter((p) => {
      if (left === 0) throw new Error("disk full");
      const n = Math.min(left, p.byteLength);
      left -= n;
      return n;
    });
    assertEquals((await copySettled(full, reader)).written, 23);
    assertBytes(await readAll(reader), data.subarray(23));
  });

  it("does not close its sources", async () => {
    const closed: string[] = [];
    const source = Object.assign(readerOf(encode("a")), { close: () => void closed.push("close") });
    await readAll(multiReader(source));
    assertEquals(closed, []);
  });

  it("holds no lock but that of the stream it reads", async () => {
    const streams = [streamOf(encode("a")), streamOf(encode("b"))];
    const reader = multiReader(...streams);
    assertUnlocked(...streams);
    const p = new Uint8Array(1);
    await reader.read(p);
    assertEquals(streams.map(({ locked }) => locked), [true, false]);
    await reader.read(p);
    assertEquals(streams.map(({ locked }) => locked), [false, true]);
    await reader.read(p);
    assertUnlocked(...streams);
  });

  for (
    const { name, wrap } of [
      {
        name: "throws a TypeError at once for what is no source",
        wrap: () => multiReader(readerOf(), wrong({})),
      },
      { name: "throws a TypeError at once for a missing source", wrap: () => multiReader(wrong(undefined)) },
      { name: "throws a TypeError at once for bytes", wrap: () => multiReader(wrong(new Uint8Array(1))) },
    ]
  ) {
    it(name, () => void assertThrows(wrap, TypeError));
  }

  it("rejects with a TypeError for a destination that cannot be written to", async () => {
    const promise = multiReader(readerOf()).writeTo(wrong({}));
    await assertRejects(() => promise, TypeError);
    const read = multiReader(readerOf()).read(wrong([1]));
    await assertRejects(() => read, TypeError);
  });
});

describe("A copy from a multiReader()", () => {
  it("moves the very chunks of a header and a body to a Writer", async () => {
    const header = encode("header\n");
    const body = cutEvery(pattern(10_000), 1_000);
    const counter = copyCounter(header, ...body);
    const paths: CopyPath[] = [];
    const n = await copy(counter, multiReader(new BytesReader(header), streamOf(...body)), {
      onPath: (path) => paths.push(path),
    });
    assertEquals([n, counter.passed, counter.copied, paths], [10_007, 10_007, 0, ["chunks"]]);
  });

  it("moves the very chunks through five wrappers, too", async () => {
    const chunks = cutEvery(pattern(10_000), 1_000);
    const counter = copyCounter(...chunks);
    const side = recordingWriter();
    const reader = limitReader(
      multiReader(teeReader(maxBytesReader(multiReader(streamOf(...chunks)), 20_000), side)),
      9_500,
    );
    const paths: CopyPath[] = [];
    assertEquals(await copy(counter, reader, { onPath: (path) => paths.push(path) }), 9_500);
    assertEquals([counter.passed, counter.copied, paths], [9_500, 0, ["chunks"]]);
    assertBytes(side.bytes(), pattern(10_000).subarray(0, 9_500));
  });

  it("hands the very chunks to a web stream", async () => {
    const chunks = cutEvery(pattern(100), 10);
    const { stream, chunks: arrived } = sink();
    await copy(stream, multiReader(streamOf(...chunks.slice(0, 4)), streamOf(...chunks.slice(4))));
    assertEquals(arrived.length, chunks.length);
    assert(arrived.every((chunk, i) => chunk === chunks[i]));
  });

  for (
    const { name, open, path } of [
      { name: "a Reader", open: () => readerOf(encode("a")), path: () => "buffer" },
      { name: "a ChunkReader", open: () => chunkReaderOf(encode("a")), path: () => "chunks" },
      { name: "an ordinary stream", open: () => streamOf(encode("a")), path: () => "chunks" },
      {
        name: "a byte stream",
        open: () => streamBySteps("filling", encode("a")),
        path: () => givesByob(streamBySteps("filling")) ? "byob" : "chunks",
      },
    ] as const
  ) {
    it(`names the path of its first part: ${name}`, async () => {
      const paths: CopyPath[] = [];
      await copy(recordingWriter(), multiReader(open(), readerOf(encode("b")), streamOf(encode("c"))), {
        onPath: (chosen) => paths.push(chosen),
      });
      assertEquals(paths, [path()]);
    });
  }

  it("is all of it in the destination, whatever order the fast paths come in", async () => {
    for (const [a, b] of [[0, 1], [1, 0]] as const) {
      const sources = [streamBySteps("filling", pattern(5_000)), readerOf(pattern(5_000))];
      const writer = recordingWriter();
      assertEquals(await copy(writer, multiReader(sources[a] ?? fail(), sources[b] ?? fail())), 10_000);
      assertBytes(writer.bytes(), concat([pattern(5_000), pattern(5_000)]));
    }
  });

  it("can be aborted in the middle and goes on where it stopped", async () => {
    const data = pattern(60);
    const controller = new AbortController();
    const streams = cutEvery(data, 20).map((part) => streamOf(...cutEvery(part, 5)));
    const reader = multiReader(...streams);
    const writer = recordingWriter();
    const reason = new Error("enough");
    const thrown = await assertRejects(() =>
      copy(writer, reader, {
        signal: controller.signal,
        onProgress: (n) => n === 30 && controller.abort(reason),
      })
    );
    assert(thrown === reason);
    assertUnlocked(...streams);
    assertBytes(await readAll(reader), data.subarray(writer.bytes().byteLength));
    assertUnlocked(...streams);
  });
});

describe("A multiReader() of multiReader()s", () => {
  it("reads them in their order", async () => {
    const inner = multiReader(new StringReader("b"), new StringReader("c"));
    const deep = multiReader(
      multiReader(multiReader()),
      multiReader(new StringReader("a"), inner),
      new StringReader("d"),
    );
    assertEquals(decode(await readAll(deep)), "abcd");
  });

  it("needs no deeper stack for a hundred thousand levels", async () => {
    let reader: Reader = readerOf(encode("a"), encode("b"));
    for (let level = 0; level < 100_000; level++) reader = multiReader(reader);
    assertEquals(await readFull(reader, new Uint8Array(1)), 1);
    assertEquals(decode(await readAll(reader)), "b");
    assertEquals(await reader.read(new Uint8Array(1)), null);
  });

  it("goes on in the inner one after the outer one has read a part of it", async () => {
    const inner = multiReader(new StringReader("123"), new StringReader("45678"));
    const outer = multiReader(inner);
    const p = new Uint8Array(4);
    assertEquals(await readFull(outer, p), 4);
    assertEquals(decode(p), "1234");
    assertEquals(await readFull(inner, p), 4);
    assertEquals(decode(p), "5678");
  });
});

describe("multiReader(), whatever its parts are", () => {
  it("gives the bytes of all parts in their order", async () => {
    const part = fc.record({
      kind: fc.integer({ min: 0, max: PARTS.length - 1 }),
      bytes: fc.uint8Array({ maxLength: 60 }),
      nested: fc.integer({ min: 0, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 10 }),
        async (parts, reads) => {
          const sources = parts.map(({ kind, bytes, nested }) => {
            let source: Source = (PARTS[kind] ?? fail()).open(bytes.slice());
            for (let level = 0; level < nested; level++) source = multiReader(source);
            return source;
          });
          const reader = multiReader(...sources);
          const got: Uint8Array[] = [];
          for (const size of reads) {
            const p = new Uint8Array(size);
            const n = await reader.read(p);
            if (n !== null) got.push(p.subarray(0, n));
          }
          const writer = recordingWriter();
          await copy(writer, reader);
          assertBytes(concat([...got, writer.bytes()]), concat(parts.map(({ bytes }) => bytes)));
          assertUnlocked(...sources);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("can be a part of what goes through writerFrom()", async () => {
    const { stream, events } = sink();
    const writer = writerFrom(stream);
    await copy(writer, multiReader(new Blob(["a"]), bodyOf("b"), readerFrom(streamOf(encode("c")))));
    await writer.close();
    assertEquals(events, ['"a"', '"b"', '"c"', "close"]);
  });
});

function fail(): never {
  throw new Error("no such part");
}
