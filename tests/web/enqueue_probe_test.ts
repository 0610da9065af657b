import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, copyBuffer, type CopyOptions, type CopyPath, StagingBuffer } from "../../mod.ts";
import { enqueueProbe } from "../../src/web/enqueue_probe.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { needs } from "../support/features.ts";
import { type Watched, watched } from "../support/streams.ts";
import { recordingWriter } from "../support/writers.ts";

const ROOM = 1000;

describe("enqueueProbe()", () => {
  for (
    const { name, reads, found } of [
      { name: "a chunk at a time, and then the rest of one", reads: [100, 100, 75, 25], found: true },
      { name: "a chunk of an odd size at a time, and then the rest", reads: [9, 7, 7, 6, 1], found: true },
      { name: "as much as there is room for", reads: [ROOM, ROOM, ROOM, ROOM], found: false },
      {
        name: "a chunk at a time, and all of it after a shorter read",
        reads: [100, 100, 75, 100],
        found: false,
      },
      { name: "less than a shorter read asked for", reads: [100, 100, 50, 25], found: false },
      { name: "other sizes every time", reads: [100, 99, 98, 97, 96], found: false },
      { name: "too few bytes to leave some of them", reads: [3, 3, 3, 3, 3], found: false },
    ]
  ) {
    it(`${found ? "finds" : "does not find"} that a stream enqueues which gives ${name}`, () => {
      const probe = enqueueProbe();
      const told = reads.map((n) => {
        probe.most();
        return probe.came(n, ROOM);
      });
      assertEquals(told, reads.map((_, i) => found && i === reads.length - 1));
    });
  }

  it("asks for a quarter less, once", () => {
    const probe = enqueueProbe();
    const asked = [100, 100, 75, 100, 100].map((n) => {
      const most = probe.most();
      probe.came(n, ROOM);
      return most;
    });
    assertEquals(asked, [Infinity, Infinity, 75, Infinity, Infinity]);
  });
});

/** A byte stream that only enqueues, with the readers it is asked for. */
function enqueuing(...chunks: Uint8Array[]): Watched {
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk !== undefined) return controller.enqueue(chunk.slice());
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
  return watched(stream);
}

describe("copy() of a byte stream that only enqueues, to a Writer", needs("byte streams"), () => {
  const data = pattern(1000);

  it("goes over to the chunks of the stream, and loses nothing", async () => {
    const { stream, readers } = enqueuing(...cutEvery(data, 50));
    const dst = recordingWriter();
    const paths: CopyPath[] = [];
    assertEquals(await copy(dst, stream, { onPath: (path) => paths.push(path) }), 1000);
    assertBytes(dst.bytes(), data);
    assertEquals(paths, ["byob"]);
    assertEquals(readers, ["byob", "default"]);
    assert(!stream.locked);
  });

  for (
    const { name, run } of [
      { name: "via byob", run: move({ via: "byob" }) },
      { name: "with a bufferSize", run: move({ bufferSize: 200 }) },
      {
        name: "through a buffer",
        run: (dst, src) => copyBuffer(dst, src, new StagingBuffer(200)),
      },
    ] satisfies { name: string; run: Run }[]
  ) {
    it(`goes on filling memory of its own ${name}`, async () => {
      const { stream, readers } = enqueuing(...cutEvery(data, 50));
      const dst = recordingWriter();
      assertEquals(await run(dst, stream), 1000);
      assertBytes(dst.bytes(), data);
      assertEquals(readers, ["byob"]);
    });
  }
});

type Run = (dst: ReturnType<typeof recordingWriter>, src: ReadableStream<Uint8Array>) => Promise<number>;

function move(options: CopyOptions): Run {
  return (dst, src) => copy(dst, src, options);
}
