import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  type CopyPath,
  copySettled,
  type Destination,
  discard,
  readAll,
  readerFrom,
  type Source,
  toReadableStream,
  toWritableStream,
  writerFrom,
} from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, readerOf, streamBySteps } from "../support/steps.ts";
import { bodyOf } from "../support/streams.ts";
import { recordingWriter } from "../support/writers.ts";

const SIZE = 50_000;
const data = pattern(SIZE);
const chunks = cutEvery(data, 7_000);

/** How a web stream is copied to a Writer: by BYOB exactly where the platform gives a BYOB reader. */
function laneOf(stream: ReadableStream<Uint8Array>): CopyPath {
  return givesByob(stream) ? "byob" : "chunks";
}

const SOURCES: readonly { name: string; open: () => Source; toWriter: () => CopyPath }[] = [
  { name: "a Reader", open: () => readerOf(...chunks), toWriter: () => "buffer" },
  { name: "a ChunkReader", open: () => chunkReaderOf(...chunks), toWriter: () => "chunks" },
  {
    name: "an ordinary stream",
    open: () => streamBySteps("default", ...chunks),
    toWriter: () => "chunks",
  },
  {
    name: "a byte stream that fills views",
    open: () => streamBySteps("filling", ...chunks),
    toWriter: () => laneOf(streamBySteps("filling")),
  },
  {
    name: "a byte stream that enqueues",
    open: () => streamBySteps("enqueuing", ...chunks),
    toWriter: () => laneOf(streamBySteps("enqueuing")),
  },
  { name: "a Blob", open: () => new Blob([data]), toWriter: () => laneOf(new Blob([data]).stream()) },
  {
    name: "the stream of a Blob",
    open: () => new Blob([data]).stream(),
    toWriter: () => laneOf(new Blob([data]).stream()),
  },
  {
    name: "the body of a Response",
    open: () => bodyOf(new Blob([data])),
    toWriter: () => laneOf(bodyOf(new Blob([data]))),
  },
  {
    name: "a CompressionStream and back",
    open: () => compressed(),
    toWriter: () => laneOf(compressed()),
  },
  {
    name: "an identity TransformStream",
    open: () => streamBySteps("default", ...chunks).pipeThrough(new TransformStream()),
    toWriter: () => laneOf(new TransformStream<Uint8Array, Uint8Array>().readable),
  },
  {
    name: "readerFrom() over a stream",
    open: () => readerFrom(streamBySteps("filling", ...chunks)),
    toWriter: () => laneOf(streamBySteps("filling")),
  },
  {
    name: "toReadableStream() over a Reader",
    open: () => toReadableStream(readerOf(...chunks)),
    toWriter: () => laneOf(toReadableStream(readerOf())),
  },
];

function compressed(): ReadableStream<Uint8Array> {
  const gzip = new CompressionStream("gzip");
  const gunzip = new DecompressionStream("gzip");
  return new Blob([data]).stream().pipeThrough(gzip).pipeThrough(gunzip);
}

interface Open {
  dst: Destination;
  /** All that arrived; ends the destination where that takes it. */
  arrived: () => Promise<Uint8Array>;
}

function throughTransform(transform: ReadableWritablePair<Uint8Array, BufferSource>): Open {
  const dst = transform.writable as WritableStream<Uint8Array>;
  const all = readAll(transform.readable);
  return {
    dst,
    async arrived() {
      await dst.close();
      return await all;
    },
  };
}

const WRITERS: readonly { name: string; open: () => Open }[] = [
  {
    name: "a Writer",
    open() {
      const writer = recordingWriter();
      return { dst: writer, arrived: () => Promise.resolve(writer.bytes()) };
    },
  },
  {
    name: "a Writer that takes 999 bytes at a time",
    open() {
      const writer = recordingWriter((p) => Math.min(999, p.byteLength));
      return { dst: writer, arrived: () => Promise.resolve(writer.bytes()) };
    },
  },
];

const WEB_SINKS: readonly { name: string; open: () => Open }[] = [
  {
    name: "a WritableStream",
    open() {
      const { stream, chunks } = sink();
      return { dst: stream, arrived: () => Promise.resolve(concat(chunks)) };
    },
  },
  {
    name: "writerFrom() over a WritableStream",
    open() {
      const { stream, chunks } = sink();
      return { dst: writerFrom(stream), arrived: () => Promise.resolve(concat(chunks)) };
    },
  },
  {
    name: "toWritableStream() over a Writer",
    open() {
      const writer = recordingWriter();
      return { dst: toWritableStream(writer), arrived: () => Promise.resolve(writer.bytes()) };
    },
  },
  { name: "an identity TransformStream", open: () => throughTransform(new TransformStream()) },
  {
    // It keeps what it is given: memory that is used again would arrive changed.
    name: "an identity TransformStream that keeps 8 chunks",
    open: () =>
      throughTransform(
        new TransformStream({}, new CountQueuingStrategy({ highWaterMark: 8 }), { highWaterMark: 8 }),
      ),
  },
  {
    name: "a CompressionStream and back",
    open() {
      const gzip = new CompressionStream("gzip");
      const gunzip = new DecompressionStream("gzip");
      const readable = gzip.readable.pipeThrough(gunzip);
      return throughTransform({ readable, writable: gzip.writable });
    },
  },
];

/** Copies and checks what everybody is promised: bytes, count, path and progress, once and in order, no lock. */
async function check(src: Source, { dst, arrived }: Open, paths: readonly CopyPath[]): Promise<void> {
  const events: (number | CopyPath)[] = [];
  const written = await copy(dst, src, {
    onPath: (path) => events.push(path),
    onProgress: (total) => events.push(total),
  });
  assertEquals(written, SIZE);
  assertUnlocked(src, dst);
  assertBytes(await arrived(), data);

  const [path, ...totals] = events;
  assert(paths.some((allowed) => allowed === path), `took ${path} instead of ${paths}`);
  assert(totals.every((total, i) => typeof total === "number" && total > Number(totals[i - 1] ?? 0)));
  assertEquals(totals.at(-1), SIZE);
}

describe("copy()", () => {
  for (const { name: source, open: openSource, toWriter } of SOURCES) {
    for (const { name, open } of WRITERS) {
      it(`copies ${source} to ${name}`, () => check(openSource(), open(), [toWriter()]));
    }
    for (const { name, open } of WEB_SINKS) {
      it(`copies ${source} to ${name}`, () => {
        const src = openSource();
        const isStream = "getReader" in src || src instanceof Blob || "release" in src;
        return check(src, open(), isStream ? ["chunks", "pipeTo"] : ["chunks"]);
      });
    }
    it(`copies ${source} to discard`, async () => {
      const outcome = await copySettled(discard, openSource());
      assertEquals(outcome, { ok: true, written: SIZE, path: toWriter() });
    });
  }

  for (const { name, open } of [...WRITERS, ...WEB_SINKS]) {
    it(`copies nothing to ${name}`, async () => {
      for (const src of [readerOf(), chunkReaderOf(), streamBySteps("default"), new Blob([])]) {
        const events: unknown[] = [];
        const { dst, arrived } = open();
        assertEquals(await copy(dst, src, { onPath: (path) => events.push(path) }), 0);
        assertUnlocked(dst, src);
        assertEquals(events.length, 1);
        assertEquals((await arrived()).byteLength, 0);
      }
    });
  }

  it("leaves both ends open", async () => {
    const told: string[] = [];
    const src = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.close(),
      cancel: () => void told.push("cancel"),
    });
    const { stream: dst, chunks, events } = sink();
    await copy(dst, src);
    await copy(dst, new Blob(["abc"]));
    const writer = dst.getWriter();
    await writer.write(new Uint8Array(2));
    writer.releaseLock();
    assertEquals(concat(chunks).byteLength, 5);
    assertEquals(told, []);
    assertEquals(events.filter((event) => !event.startsWith('"')), []);
  });

  it("closes no Reader and no Writer", async () => {
    const told: string[] = [];
    const close = () => void told.push("close");
    const dst = { ...recordingWriter(), close };
    const src = { ...readerOf(data), close };
    await copy(dst, src);
    assertEquals(told, []);
  });

  it("hands the chunks of an ordinary stream on untouched", async () => {
    const given = cutEvery(data, 10_000);
    const left = [...given];
    const src = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = left.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const taken: Uint8Array[] = [];
    await copy({
      write(p) {
        taken.push(p);
        return Promise.resolve(p.byteLength);
      },
    }, src);
    assertEquals(taken.length, given.length);
    assert(taken.every((chunk, i) => chunk === given[i]), "a chunk was copied");
  });

  it("gives a WritableStream memory of its own for every chunk", async () => {
    const { stream, chunks } = sink();
    await copy(stream, readerOf(...cutEvery(data, 10_000)));
    assertEquals(new Set(chunks.map((chunk) => chunk.buffer)).size, chunks.length);
    assertBytes(concat(chunks), data);
  });

  it("takes any view and any buffer in a stream for bytes", async () => {
    const parts = [
      new DataView(data.buffer, 0, 10),
      new Uint16Array(data.buffer, 10, 5),
      data.buffer.slice(20, 30),
      data.subarray(30, 40),
    ];
    const src = new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(part);
        controller.close();
      },
    });
    const writer = recordingWriter();
    assertEquals(await copy(writer, src), 40);
    assertBytes(writer.bytes(), data.subarray(0, 40));
  });

  // A loop that takes an empty read for the end loses the rest.
  it("goes on after an empty read in the middle", async () => {
    const writer = recordingWriter();
    assertEquals(await copy(writer, readerOf(pattern(3), 0, pattern(2))), 5);
    assertEquals(writer.sizes, [3, 2]);
  });

  it("never writes an empty chunk", async () => {
    const none = new Uint8Array(0);
    for (const src of [chunkReaderOf(none, data, none), streamBySteps("default", none, data, none)]) {
      const writer = recordingWriter();
      assertEquals(await copy(writer, src), SIZE);
      assert(!writer.sizes.includes(0));
    }
  });
});
