import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  type CopyPath,
  copySettled,
  type Destination,
  onlyReader,
  onlyWriter,
  readAll,
  readerFrom,
  type Source,
  writerFrom,
} from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, readerOf, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(20_000);
const chunks = cutEvery(data, 3_000);
const byteStreams = givesByob(streamBySteps("filling"));
const blobs = givesByob(new Blob([data]).stream());

type Can = readonly CopyPath[];

/** What each source can do: on its own, and towards a web stream. */
const SOURCES: readonly { name: string; open: () => Source; writer: Can; web: Can }[] = [
  { name: "a Reader", open: () => readerOf(...chunks), writer: ["buffer"], web: ["buffer", "chunks"] },
  {
    name: "a ChunkReader",
    open: () => chunkReaderOf(...chunks),
    writer: ["buffer", "chunks"],
    web: ["buffer", "chunks"],
  },
  {
    name: "an ordinary stream",
    open: () => streamBySteps("default", ...chunks),
    writer: ["buffer", "chunks"],
    web: ["buffer", "chunks", "pipeTo"],
  },
  {
    name: "a byte stream that fills views",
    open: () => streamBySteps("filling", ...chunks),
    writer: ["buffer", "chunks", ...byob(byteStreams)],
    web: ["buffer", "chunks", "pipeTo", ...byob(byteStreams)],
  },
  {
    name: "a byte stream that enqueues",
    open: () => streamBySteps("enqueuing", ...chunks),
    writer: ["buffer", "chunks", ...byob(byteStreams)],
    web: ["buffer", "chunks", "pipeTo", ...byob(byteStreams)],
  },
  {
    name: "a Blob",
    open: () => new Blob([data]),
    writer: ["buffer", "chunks", ...byob(blobs)],
    web: ["buffer", "chunks", "pipeTo", ...byob(blobs)],
  },
  {
    name: "a StreamReader",
    open: () => readerFrom(streamBySteps("default", ...chunks)),
    writer: ["buffer", "chunks"],
    web: ["buffer", "chunks", "pipeTo"],
  },
  {
    name: "onlyReader() over a stream",
    open: () => onlyReader(readerFrom(streamBySteps("filling", ...chunks))),
    writer: ["buffer"],
    web: ["buffer", "chunks"],
  },
];

function byob(can: boolean): Can {
  return can ? ["byob"] : [];
}

interface Open {
  dst: Destination;
  bytes: () => Uint8Array;
}

function openSink(wrap: (stream: WritableStream<Uint8Array>) => Destination): Open {
  const { stream, chunks } = sink();
  return { dst: wrap(stream), bytes: () => concat(chunks) };
}

const DESTINATIONS: readonly { name: string; web: boolean; open: () => Open }[] = [
  {
    name: "a Writer",
    web: false,
    open() {
      const writer = recordingWriter();
      return { dst: writer, bytes: writer.bytes };
    },
  },
  { name: "a WritableStream", web: true, open: () => openSink((stream) => stream) },
  { name: "a StreamWriter", web: true, open: () => openSink(writerFrom) },
  { name: "onlyWriter() over a stream", web: false, open: () => openSink((s) => onlyWriter(writerFrom(s))) },
];

describe("copy() via", () => {
  for (const { name: from, open: openSource, writer, web } of SOURCES) {
    for (const { name: to, web: isWeb, open } of DESTINATIONS) {
      const can = isWeb ? web : writer;
      for (const via of ["pipeTo", "byob", "chunks", "buffer", "kernel"] as const) {
        if (can.includes(via)) {
          it(`${via} copies ${from} to ${to}`, async () => {
            const src = openSource();
            const { dst, bytes } = open();
            const paths: CopyPath[] = [];
            assertEquals(await copy(dst, src, { via, onPath: (path) => paths.push(path) }), data.byteLength);
            assertEquals(paths, [via]);
            assertUnlocked(src, dst);
            assertBytes(bytes(), data);
          });
        } else {
          it(`${via} is a TypeError from ${from} to ${to}`, async () => {
            const src = openSource();
            const { dst, bytes } = open();
            let paths = 0;
            const options = { via, onPath: () => void paths++ };
            await assertRejects(() => copy(dst, src, options), TypeError, via);
            await assertRejects(() => copySettled(dst, src, options), TypeError, via);
            assertEquals([paths, bytes().byteLength], [0, 0]);
            assertUnlocked(src, dst);
            assertEquals(await copy(dst, src), data.byteLength);
            assertBytes(bytes(), data);
          });
        }
      }
    }
  }

  for (const via of ["writeTo", "readFrom"] as const) {
    it(`${via} is a TypeError where nobody has that method`, async () => {
      const src = readerOf(data);
      const writer = recordingWriter();
      await assertRejects(() => copy(writer, src, { via }), TypeError, via);
      assertEquals([src.sizes, writer.sizes], [[], []]);
    });
  }

  it("writeTo names the path that moves the bytes of a StreamReader in the end", async () => {
    const paths: CopyPath[] = [];
    const reader = readerFrom(streamBySteps("default", ...chunks));
    await copy(recordingWriter(), reader, { via: "writeTo", onPath: (path) => paths.push(path) });
    assertEquals(paths, ["chunks"]);
  });

  it("pipeTo puts what a StreamReader had left before the rest of its stream", async () => {
    const reader = readerFrom(streamBySteps("default", ...chunks));
    const head = new Uint8Array(1_000);
    assertEquals(await reader.read(head), 1_000);
    const { stream, chunks: taken } = sink();
    assertEquals(await copy(stream, reader, { via: "pipeTo" }), data.byteLength - 1_000);
    assertBytes(concat([head, ...taken]), data);
  });

  it("pipeTo counts exactly when the sink fails midway", async () => {
    const failure = new Error("disk full");
    let accepted = 0;
    const { stream, chunks: taken } = sink(() => {
      if (accepted++ === 3) throw failure;
    });
    const src = streamBySteps("default", ...chunks);
    const outcome = await copySettled(stream, src, { via: "pipeTo" });
    assertEquals(outcome, { ok: false, written: 9_000, path: "pipeTo", side: "dst", reason: failure });
    assertBytes(concat(taken), data.subarray(0, 9_000));
    assertUnlocked(src, stream);
    assertBytes(await readAll(src), data.subarray(9_000));
  });

  it("pipeTo cancels, closes and aborts nothing", async () => {
    const cancelled: unknown[] = [];
    const src = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(pattern(10)),
      cancel: (reason) => void cancelled.push(reason),
    });
    const control = new AbortController();
    const { stream, events } = sink();
    const onProgress = (total: number) => void (total >= 50 && control.abort());
    await copySettled(stream, src, { via: "pipeTo", signal: control.signal, onProgress });
    const writer = stream.getWriter();
    await writer.write(pattern(1));
    assertEquals(cancelled, []);
    assert(!events.some((event) => event === "close" || event.startsWith("abort")));
  });

  it("byob never hands its buffer to a WritableStream that keeps chunks", async () => {
    if (!byteStreams) return;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(
      {},
      new CountQueuingStrategy({ highWaterMark: 16 }),
      new CountQueuingStrategy({ highWaterMark: 16 }),
    );
    await copy(writable, streamBySteps("filling", ...chunks), { via: "byob", bufferSize: 3_000 });
    const all = readAll(readable);
    await writable.close();
    assertBytes(await all, data);
  });
});
