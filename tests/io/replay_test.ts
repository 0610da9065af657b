import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  copy,
  type CopyPath,
  copySettled,
  countingReader,
  limitReader,
  multiReader,
  pipe,
  readAll,
  type Reader,
  readerFrom,
  readFull,
  replayable,
  type Source,
  teeReader,
  TooLargeError,
} from "../../mod.ts";
import { errReader, errWriter, oneByteReader, timeoutReader } from "../../src/iotest/mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { copyCounter } from "../support/copied.ts";
import { needs } from "../support/features.ts";
import { assertUnlocked } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, failing, readerOf, streamBySteps } from "../support/steps.ts";
import { scripted, streamOf, STREAMS } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { isPending, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const wrong = (value: unknown) => value as never;
const data = pattern(1_000);
const reason = new Error("cable cut");

const SOURCES: readonly { name: string; open: () => Source }[] = [
  { name: "a Reader", open: () => readerOf(...cutEvery(data, 70)) },
  { name: "a Reader that comes byte by byte", open: () => oneByteReader(readerOf(data)) },
  { name: "a ChunkReader", open: () => chunkReaderOf(...cutEvery(data, 70)) },
  { name: "a Blob", open: () => new Blob([data]) },
  { name: "a limitReader() of a stream", open: () => limitReader(streamOf(pattern(2_000)), 1_000) },
  ...STREAMS.map(({ name, make }) => ({ name, open: () => make(...cutEvery(data, 70)) })),
];

/** Reads exactly so many bytes. */
async function take(reader: Reader, n: number): Promise<Uint8Array> {
  const p = new Uint8Array(n);
  assertEquals(await readFull(reader, p), n);
  return p;
}

describe("replayable()", () => {
  for (const { name, open } of SOURCES) {
    it(`reads ${name} again and again, as readers and as streams`, async () => {
      const source = open();
      const body = replayable(source);
      for (let pass = 0; pass < 2; pass++) {
        assertBytes(await readAll(body.reader()), data);
        assertBytes(new Uint8Array(await new Response(body.stream()).arrayBuffer()), data);
        const writer = recordingWriter();
        await copy(writer, body.reader());
        assertBytes(writer.bytes(), data);
      }
      assertUnlocked(source);
      body.close();
    });

    it(`reads ${name} by two readers at different speeds`, async () => {
      const body = replayable(open());
      const [slow, fast] = [body.reader(), body.reader()];
      const got: Uint8Array[] = [];
      for (let total = 0; total < 1_000; total += 100) {
        assertBytes(await take(fast, 100), data.subarray(total, total + 100));
        got.push(await take(slow, 13));
      }
      assertEquals(await fast.read(new Uint8Array(1)), null);
      assertBytes(concat([...got, await readAll(slow)]), data);
    });
  }

  it("reads the source once", async () => {
    const source = countingReader(readerOf(...cutEvery(data, 70)));
    const body = replayable(source);
    await Promise.all([1, 2, 3].map(() => readAll(body.reader())));
    assertEquals(source.count, 1_000);
  });

  it("lets readers that wait for the same bytes share one read", async () => {
    let pending = 0;
    const inner = readerOf(...cutEvery(data, 70));
    const source: Reader = {
      async read(p) {
        assertEquals(++pending, 1, "two reads at once");
        await null;
        const n = await inner.read(p);
        pending--;
        return n;
      },
    };
    const body = replayable(source);
    const all = await Promise.all([
      readAll(body.reader()),
      new Response(body.stream()).arrayBuffer().then((buffer) => new Uint8Array(buffer)),
      readAll(oneByteReader(body.reader())),
    ]);
    for (const bytes of all) assertBytes(bytes, data);
  });

  it("begins at the first byte, also for a reader made in the middle of a pass", async () => {
    const body = replayable(streamOf(...cutEvery(data, 70)));
    const first = body.reader();
    await take(first, 500);
    const late = body.reader();
    assertBytes(await readAll(late), data);
    assertBytes(await readAll(first), data.subarray(500));
  });

  it("reads nothing before somebody asks", async () => {
    const source = readerOf(data);
    const stream = streamOf(data);
    const bodies = [replayable(source), replayable(stream)];
    for (const body of bodies) {
      body.reader();
      body.stream();
    }
    await null;
    assertEquals(source.sizes, []);
    assertUnlocked(stream);
  });

  for (const { name, open } of SOURCES.slice(0, 3)) {
    it(`reads ${name} no further than its furthest reader`, async () => {
      const source = countingReader(open());
      const body = replayable(source);
      const [ahead, behind] = [body.reader(), body.reader()];
      await take(ahead, 5);
      assertEquals(source.count, 5);
      await take(behind, 5);
      assertEquals(source.count, 5);
      await take(ahead, 300);
      await take(behind, 299);
      assertEquals(source.count, 305);
      assertEquals(await ahead.read(new Uint8Array(0)), 0);
      assertEquals(source.count, 305);
    });
  }

  it("asks a stream for no chunk that nobody wants", async () => {
    let asked = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        asked++;
        controller.enqueue(encode("abc"));
      },
    }, { highWaterMark: 0 });
    const body = replayable(stream);
    const reader = body.reader();
    assertEquals(decode(await take(reader, 3)), "abc");
    assertEquals(asked, 1);
    assertEquals(decode(await take(body.reader(), 3)), "abc");
    assertEquals(asked, 1);
    const [chunk] = [await body.stream().getReader().read()];
    assertEquals([chunk.value?.byteLength, asked], [3, 1]);
    body.close();
  });

  it("keeps the chunks of a stream as they are", async () => {
    const chunks = cutEvery(data, 70);
    const body = replayable(streamOf(...chunks));
    for (let pass = 0; pass < 2; pass++) {
      const counter = copyCounter(...chunks);
      const paths: CopyPath[] = [];
      await copy(counter, body.reader(), { onPath: (path) => paths.push(path) });
      assertEquals([counter.copied, counter.passed, paths], [0, 1_000, ["chunks"]]);
    }
  });

  it("keeps chunks apart that lie in one memory in another order", async () => {
    const parts = [data.subarray(500), data.subarray(100, 500), data.subarray(0, 50), data.subarray(50, 100)];
    const body = replayable(streamOf(...parts));
    for (let pass = 0; pass < 2; pass++) assertBytes(await readAll(body.reader()), concat(parts));
  });

  for (
    const { name, open } of [
      { name: "a Reader", open: () => readerOf(data) },
      { name: "an ordinary stream", open: () => streamOf(data) },
      { name: "a byte stream", open: () => streamBySteps("filling", data) },
    ]
  ) {
    it(`keeps together what was read of ${name} byte by byte`, async () => {
      const body = replayable(open());
      await readAll(oneByteReader(body.reader()));
      const writer = recordingWriter();
      await copy(writer, body.reader());
      assertBytes(writer.bytes(), data);
      assert(writer.sizes.length <= 2, `it is kept in ${writer.sizes.length} pieces`);
    });
  }

  it("is not disturbed by those who transfer what they got", async () => {
    const body = replayable(streamOf(...cutEvery(data, 70)));
    const taker = () =>
      new WritableStream<Uint8Array>({
        write: (chunk) => void structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] }),
      });
    assertEquals(await copy(taker(), body.reader()), 1_000);
    await body.stream().pipeTo(taker());
    assertBytes(await readAll(body.reader()), data);
  });

  it("is not disturbed by those who overwrite what they read", async () => {
    const body = replayable(readerOf(...cutEvery(data, 70)));
    const p = new Uint8Array(1_000);
    await readFull(body.reader(), p);
    p.fill(0);
    (await readAll(body.reader())).fill(0);
    assertBytes(await readAll(body.reader()), data);
  });

  it("says 0 to a read into no room, and null once the end is known", async () => {
    const body = replayable(readerOf(encode("abc")));
    const reader = body.reader();
    const nothing = new Uint8Array(0);
    assertEquals(await reader.read(nothing), 0);
    await take(reader, 3);
    assertEquals(await reader.read(nothing), 0);
    assertEquals(await reader.read(new Uint8Array(1)), null);
    assertEquals(await reader.read(nothing), null);
    assertEquals(await body.reader().read(nothing), 0);
  });

  it("replays nothing of an empty source", async () => {
    for (const source of [readerOf(), new Blob([]), streamOf(), readerOf(0, 0)]) {
      const body = replayable(source, { limit: 0 });
      assertEquals(await body.reader().read(new Uint8Array(1)), null);
      assertEquals(await new Response(body.stream()).text(), "");
    }
  });

  it("takes empty reads for nothing, and 100 in a row for a failure of every reader", async () => {
    const body = replayable(readerOf(0, encode("a"), ...Array<number>(100).fill(0), encode("b")));
    for (let pass = 0; pass < 2; pass++) {
      const reader = body.reader();
      await take(reader, 1);
      const error = await assertRejects(() => reader.read(new Uint8Array(1)));
      assert(error instanceof Error);
      assertEquals(error.name, "NoProgressError");
    }
  });

  for (
    const { name, src, options, kind } of [
      { name: "no source", src: undefined, options: {}, kind: TypeError },
      { name: "what is no source", src: {}, options: {}, kind: TypeError },
      { name: "a negative limit", src: readerOf(), options: { limit: -1 }, kind: RangeError },
      { name: "NaN as the limit", src: readerOf(), options: { limit: NaN }, kind: RangeError },
      { name: "a fraction as the limit", src: readerOf(), options: { limit: 0.5 }, kind: RangeError },
      { name: "a text as the limit", src: readerOf(), options: { limit: "1" }, kind: TypeError },
    ]
  ) {
    it(`throws a ${kind.name} at once for ${name}`, () => {
      assertThrows(() => replayable(wrong(src), wrong(options)), kind);
    });
  }

  it("makes readers that reject what is no buffer with a TypeError", async () => {
    const promise = replayable(readerOf()).reader().read(wrong([1]));
    await assertRejects(() => promise, TypeError);
  });
});

describe("replayable() with a limit", () => {
  for (const { name, open } of SOURCES) {
    it(`replays ${name} of exactly that size`, async () => {
      const body = replayable(open(), { limit: 1_000 });
      for (let pass = 0; pass < 2; pass++) assertBytes(await readAll(body.reader()), data);
    });

    it(`delivers that much of ${name} that is longer, and then fails every reader, and unlocks the source`, async () => {
      const source = open();
      const body = replayable(source, { limit: 300 });
      for (let pass = 0; pass < 2; pass++) {
        const writer = recordingWriter();
        const outcome = await copySettled(writer, body.reader());
        assert(!outcome.ok && outcome.reason instanceof TooLargeError);
        assertEquals([outcome.written, outcome.reason.limit], [300, 300]);
        assertBytes(writer.bytes(), data.subarray(0, 300));
        const error = await assertRejects(() => new Response(body.stream()).arrayBuffer());
        assert(error !== undefined);
      }
      assertUnlocked(source);
    });
  }

  it("reads one byte beyond the limit at most", async () => {
    const source = countingReader(readerOf(data));
    await assertRejects(() => readAll(replayable(source, { limit: 300 }).reader()), TooLargeError);
    assertEquals(source.count, 301);
  });

  it("does not fail before somebody asks for more than the limit", async () => {
    const body = replayable(readerOf(data), { limit: 300 });
    const reader = body.reader();
    assertBytes(await take(reader, 300), data.subarray(0, 300));
    for (const size of [1, 0]) await assertRejects(() => reader.read(new Uint8Array(size)), TooLargeError);
  });

  it("keeps nothing with a limit of 0", async () => {
    await assertRejects(() => readAll(replayable(new Blob(["a"]), { limit: 0 }).reader()), TooLargeError);
  });
});

describe("replayable() of a source that fails in the middle", () => {
  for (
    const { name, open } of [
      { name: "a Reader", open: () => readerOf(...cutEvery(data, 70), failing(reason)) },
      { name: "an errReader()", open: () => errReader(reason, data) },
      {
        name: "an ordinary stream",
        open: () => streamBySteps("default", ...cutEvery(data, 70), failing(reason)),
      },
      { name: "a byte stream", open: () => streamBySteps("filling", ...cutEvery(data, 70), failing(reason)) },
    ]
  ) {
    it(`fails every reader and stream of ${name} at the same byte with the reason itself`, async () => {
      const source = open();
      const body = replayable(source);
      const early = body.reader();
      await take(early, 400);
      const results = await Promise.all([body.reader(), body.reader(), readerFrom(body.stream()), early].map(
        async (reader) => {
          const writer = recordingWriter();
          const outcome = await copySettled(writer, reader);
          assert(!outcome.ok);
          assert(outcome.reason === reason, `failed with ${outcome.reason}`);
          return writer.bytes().byteLength;
        },
      ));
      assertEquals(results, [1_000, 1_000, 1_000, 600]);
      const late = body.reader();
      assertBytes(await take(late, 1_000), data);
      for (const size of [1, 0]) {
        assert(await assertRejects(() => late.read(new Uint8Array(size))) === reason);
      }
      assertUnlocked(source);
    });
  }

  it("does not ask a source again that has failed", async () => {
    const source = timeoutReader(readerOf(...cutEvery(data, 70)));
    const body = replayable(source);
    for (let pass = 0; pass < 2; pass++) {
      const reader = body.reader();
      await take(reader, 1);
      const error = await assertRejects(() => readAll(reader));
      assert(error instanceof DOMException);
      assertEquals(error.name, "TimeoutError");
    }
  });
});

describe("replayable().close()", () => {
  it("makes every later read a TypeError, in the middle of a chunk, too", async () => {
    const body = replayable(readerOf(...cutEvery(data, 70)));
    const [begun, fresh] = [body.reader(), body.reader()];
    const streamed = readerFrom(body.stream());
    await take(begun, 100);
    await take(streamed, 10);
    assertEquals(body.close(), undefined);
    for (const reader of [begun, fresh, body.reader(), readerFrom(body.stream())]) {
      for (let again = 0; again < 2; again++) {
        await assertRejects(() => reader.read(new Uint8Array(1)), TypeError, "closed");
      }
    }
    await assertRejects(() => begun.read(new Uint8Array(0)), TypeError, "closed");
    await assertRejects(() => readAll(body.reader()), TypeError);
    await assertRejects(() => readAll(streamed), TypeError);
    body.close();
  });

  for (const type of [undefined, "bytes"] as const) {
    it(
      `cancels ${
        type === "bytes" ? "a byte stream" : "a stream"
      } that was not read to its end, and unlocks it`,
      needs(type === "bytes" && "byte streams"),
      async () => {
        const { stream, push, cancelled } = scripted(type);
        push("abc");
        const body = replayable(stream);
        await take(body.reader(), 2);
        body.close();
        await null;
        assertEquals(cancelled.length, 1);
        await readerFrom(stream).cancel();
        assertUnlocked(stream);
      },
    );
  }

  it("cancels a stream that nobody has begun to read", () => {
    const { stream, cancelled } = scripted();
    replayable(stream).close();
    assertEquals(cancelled.length, 1);
  });

  it("closes a Reader that can be closed and was not read to its end", async () => {
    const { reader, writer } = pipe();
    replayable(reader).close();
    await assertRejects(() => writer.write(encode("a")));
  });

  it("leaves a source alone that has ended", async () => {
    const closed: string[] = [];
    const body = replayable(Object.assign(readerOf(data), { close: () => void closed.push("close") }));
    await readAll(body.reader());
    body.close();
    assertEquals(closed, []);
  });

  it("unlocks a stream behind a wrapper that cannot be closed", async () => {
    const stream = streamOf(...cutEvery(data, 70));
    const body = replayable(limitReader(stream, 500));
    await take(body.reader(), 10);
    body.close();
    assertUnlocked(stream);
  });

  for (
    const { name, open } of [
      { name: "a stream", open: () => scripted().stream },
      { name: "a Reader that cannot be closed", open: () => ({ read: () => new Promise<number>(() => {}) }) },
    ]
  ) {
    it(`ends reads that wait for ${name}`, async () => {
      const body = replayable(open());
      const reads = [body.reader().read(new Uint8Array(1)), readAll(body.stream())];
      assert(await isPending(Promise.race(reads)));
      body.close();
      for (const read of reads) await assertRejects(() => read, TypeError, "closed");
    });
  }

  it("ignores what a Reader gives that was still reading", async () => {
    let give: (n: number) => void = () => {};
    const body = replayable({ read: () => new Promise<number>((resolve) => give = resolve) });
    const read = body.reader().read(new Uint8Array(1));
    assert(await isPending(read));
    body.close();
    give(1);
    await assertRejects(() => read, TypeError);
    await assertRejects(() => body.reader().read(new Uint8Array(1)), TypeError);
  });

  it("leaves no unhandled rejection when the source cannot be cancelled", async () => {
    const stream = new ReadableStream<Uint8Array>({ cancel: () => Promise.reject(reason) });
    replayable(stream).close();
    const reader = Object.assign(readerOf(data), { close: () => Promise.reject(reason) });
    replayable(reader).close();
    // An unhandled rejection fails the run of the suite.
    await settled();
  });
});

describe("A stream of replayable()", () => {
  it("can be cancelled without touching the source or the others", async () => {
    const { stream, push, end, cancelled } = scripted();
    const body = replayable(stream);
    const [left, right] = [body.stream(), body.stream()];
    push("abc");
    const reader = left.getReader();
    await reader.read();
    await reader.cancel(reason);
    assertEquals(cancelled, []);
    end();
    assertEquals(await new Response(right).text(), "abc");
  });
});

describe("A copy from replayable()", () => {
  it("can be aborted without hurting the other readers", async () => {
    const { stream, push, end } = scripted();
    const body = replayable(stream);
    const controller = new AbortController();
    const copying = copy(recordingWriter(), body.reader(), { signal: controller.signal });
    const other = readAll(body.reader());
    assert(await isPending(copying));
    controller.abort(reason);
    assert(await assertRejects(() => copying) === reason);
    push("abc");
    end();
    assertEquals(decode(await other), "abc");
  });

  it("goes on where a failed one stopped", async () => {
    const body = replayable(streamOf(...cutEvery(data, 70)));
    const reader = body.reader();
    assertEquals((await copySettled(errWriter(reason, 333), reader)).written, 333);
    assertBytes(await readAll(reader), data.subarray(333));
  });

  it("keeps the fast path through limit, multi and tee", async () => {
    const chunks = cutEvery(data, 70);
    const body = replayable(streamOf(...chunks));
    const counter = copyCounter(...chunks);
    const side = sink();
    await copy(counter, multiReader(limitReader(teeReader(body.reader(), side.stream), 900)));
    assertEquals([counter.copied, counter.passed], [0, 900]);
    assertBytes(await readAll(body.reader()), data);
  });
});

describe("replayable(), whoever reads it how", () => {
  it("gives every reader the same bytes and the same end", async () => {
    const step = fc.record({
      reader: fc.integer({ min: 0, max: 3 }),
      size: fc.integer({ min: 0, max: 60 }),
      renew: fc.boolean(),
      copied: fc.boolean(),
    });
    await fc.assert(fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
      fc.constantFrom("default", "filling", "enqueuing", "reader", "chunkReader"),
      fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
      fc.boolean(),
      fc.array(step, { maxLength: 20 }),
      async (chunks, kind, limit, fails, steps) => {
        const all = concat(chunks);
        const script = [...chunks.map((chunk) => chunk.slice()), ...fails ? [failing(reason)] : []];
        const source = kind === "reader"
          ? readerOf(...script)
          : kind === "chunkReader"
          ? chunkReaderOf(...script)
          : streamBySteps(kind, ...script);
        const body = replayable(source, limit === undefined ? {} : { limit });
        const end = Math.min(all.byteLength, limit ?? Infinity);
        const readers = Array.from({ length: 4 }, () => ({ reader: body.reader(), at: 0 }));

        async function finish(reader: Reader, at: number) {
          const writer = recordingWriter();
          const outcome = await copySettled(writer, reader);
          assertBytes(writer.bytes(), all.subarray(at, end));
          if (limit !== undefined && limit < all.byteLength) {
            assert(!outcome.ok && outcome.reason instanceof TooLargeError);
          } else if (fails) assert(!outcome.ok && outcome.reason === reason);
          else assert(outcome.ok);
        }

        for (const { reader: which, size, renew, copied } of steps) {
          const one = readers[which]!; // there are 4
          if (renew) Object.assign(one, { reader: body.reader(), at: 0 });
          if (copied) {
            const { written } = await copySettled(errWriter(new Error("full"), size), one.reader);
            assertEquals(written, Math.min(size, end - one.at));
            one.at += written;
            continue;
          }
          const p = new Uint8Array(Math.min(size, end - one.at));
          assertEquals(await readFull(one.reader, p), p.byteLength);
          assertBytes(p, all.subarray(one.at, one.at + p.byteLength));
          one.at += p.byteLength;
        }
        await Promise.all(readers.map(({ reader, at }) => finish(reader, at)));
        await finish(readerFrom(body.stream()), 0);
        assertUnlocked(source);
      },
    ));
  });
});
