import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copyN,
  type CopyPath,
  copySettled,
  countingReader,
  countingWriter,
  type Destination,
  discard,
  readAll,
  type Source,
} from "../../mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, failing, readerOf, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(100);
const chunks = cutEvery(data, 30);
const reason = new Error("on purpose");

describe("countingReader()", () => {
  for (
    const { name, open, path } of [
      { name: "a Reader", open: () => readerOf(...chunks), path: "buffer" },
      { name: "a ChunkReader", open: () => chunkReaderOf(...chunks), path: "chunks" },
      { name: "a stream", open: () => streamBySteps("default", ...chunks), path: "chunks" },
      {
        name: "a byte stream",
        open: () => streamBySteps("filling", ...chunks),
        path: givesByob(streamBySteps("filling")) ? "byob" : "chunks",
      },
    ] as const
  ) {
    it(`counts what a copy of ${name} read, by its own path`, async () => {
      const counting = countingReader(open());
      assertEquals(counting.count, 0);
      const paths: CopyPath[] = [];
      await copy(discard, counting, { onPath: (path) => paths.push(path) });
      assertEquals([counting.count, paths], [100, [path]]);
    });

    it(`counts what copyN() took of ${name}, and no more`, async () => {
      const counting = countingReader(open());
      await copyN(discard, counting, 42);
      assertEquals(counting.count, 42);
      assertBytes(await readAll(counting), data.subarray(42));
      assertEquals(counting.count, 100);
    });

    it(`counts every read of ${name}`, async () => {
      const counting = countingReader(open());
      const p = new Uint8Array(8);
      let total = 0;
      for (let n = await counting.read(p); n !== null; n = await counting.read(p)) {
        total += n;
        assertEquals(counting.count, total);
      }
      assertEquals(total, 100);
    });
  }

  it("does not count what a copy gave back", async () => {
    const src = streamBySteps("default", ...chunks);
    const counting = countingReader(src);
    const left = [30, 5];
    const writer = recordingWriter(() => left.shift() ?? 0);
    const outcome = await copySettled(writer, counting);
    assertEquals([outcome.ok, outcome.written, counting.count], [false, 35, 35]);
    assertBytes(await readAll(counting), data.subarray(35));
    assertEquals(counting.count, 100);
    assertUnlocked(src);
  });

  it("counts what came before a failure", async () => {
    const counting = countingReader(readerOf(...chunks, failing(reason)));
    assertEquals(await copy(discard, counting).catch((reason: unknown) => reason), reason);
    assertEquals(counting.count, 100);
  });

  it("is read-only, and throws a TypeError for what is no source", () => {
    const counting = countingReader(readerOf());
    assertThrows(() => Object.assign(counting, { count: 5 }), TypeError);
    assertThrows(() => countingReader({} as unknown as Source), TypeError, "read");
  });
});

describe("countingWriter()", () => {
  it("counts what a Writer accepted, short writes and all", async () => {
    const counting = countingWriter(recordingWriter((p) => Math.min(7, p.byteLength)));
    assertEquals(await counting.write(data), 7);
    assertEquals(counting.count, 7);
    assertEquals(await copy(counting, readerOf(...chunks)), 100);
    assertEquals(counting.count, 107);
  });

  it("counts what a stream accepted, on every path", async () => {
    for (const via of [undefined, "chunks", "pipeTo", "buffer"] as const) {
      const { stream } = sink();
      const counting = countingWriter(stream);
      const src = streamBySteps("default", ...chunks);
      assertEquals(await copy(counting, src, via === undefined ? {} : { via }), 100);
      assertEquals(counting.count, 100, `via ${via}`);
      assertUnlocked(src, stream);
    }
  });

  it("does not count what was refused", async () => {
    const left = [30, 10, -1];
    const counting = countingWriter(recordingWriter(() => left.shift() ?? 0));
    assertEquals((await copySettled(counting, readerOf(...chunks))).written, 40);
    assertEquals(counting.count, 40);

    const { stream } = sink((chunk) => {
      if (chunk.byteLength === 10) throw reason;
    });
    const web = countingWriter(stream);
    assertEquals(await copy(web, readerOf(...chunks)).catch((reason: unknown) => reason), reason);
    assertEquals(web.count, 90);
  });

  it("hands chunks on as they are", async () => {
    const { stream, chunks: taken } = sink();
    const chunk = pattern(5);
    let left: Uint8Array | null = chunk;
    const src = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left === null) return controller.close();
        controller.enqueue(left);
        left = null;
      },
    });
    await copy(countingWriter(stream), src);
    assert(taken[0] === chunk);
  });

  it("rejects with the reason of the destination, and throws a TypeError for what is none", async () => {
    const counting = countingWriter({ write: () => Promise.reject(reason) });
    await assertRejects(() => counting.write(data), Error, "on purpose");
    assertEquals(counting.count, 0);
    assertThrows(() => countingWriter({} as unknown as Destination), TypeError, "write");
  });
});
