import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, copySettled, readAll, TooLargeError } from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { detach } from "../support/detach.ts";
import { assertUnlocked } from "../support/locks.ts";
import { ROUTES } from "../support/routes.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, readerOf, streamBySteps } from "../support/steps.ts";
import { gate, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(100);
const chunks = cutEvery(data, 30);

describe("copy() with a length, to a sink that transfers its chunks", () => {
  for (const route of ROUTES) {
    if (!route.takesBack) continue;
    for (const length of [0, 1, 29, 30, 31, 99]) {
      it(`loses nothing beyond ${length} bytes: ${route.name}`, async () => {
        const arrived: Uint8Array[] = [];
        const src = route.source(...chunks);
        const dst = route.destination((chunk) => {
          arrived.push(chunk.slice());
          if (dst instanceof WritableStream) detach(chunk);
        });
        const outcome = await copySettled(dst, src, { ...route.options, length });
        assert(!outcome.ok);
        assertInstanceOf(outcome.reason, TooLargeError);
        assertUnlocked(src, dst);
        assertBytes(concat([...arrived, await readAll(src)]), data);
      });
    }
  }
});

describe("copy() of a source whose length is promised", () => {
  for (
    const { name, open } of [
      { name: "a ChunkReader", open: () => chunkReaderOf(...chunks) },
      { name: "an ordinary stream", open: () => streamBySteps("default", ...chunks) },
    ]
  ) {
    it(`hands the chunks of ${name} on in their sizes`, async () => {
      const { stream, chunks: given } = sink();
      await copy(stream, open(), { length: 100 });
      assertEquals(given.map(({ byteLength }) => byteLength), [30, 30, 30, 10]);
    });
  }

  it("reads no more of a Reader than one byte beyond it", async () => {
    const src = readerOf(data);
    await copySettled(recordingWriter(), src, { length: 40 });
    assertEquals(src.sizes, [41]);
  });
});

describe("copy() takes turns", () => {
  for (const route of ROUTES) {
    // The platform's pipe reads one chunk ahead, and other streams on their own; a Reader and a ChunkReader do neither.
    if (route.takesBack) continue;
    it(`and does not read while a write is pending: ${route.name}`, async () => {
      const hold = gate();
      const events: string[] = [];
      const src = route.source(
        () => void events.push("read"),
        data.subarray(0, 30),
        () => void events.push("read"),
        data.subarray(30, 60),
      );
      const dst = route.destination(async ({ byteLength }) => {
        events.push("write");
        await hold.promise;
        events.push(`written ${byteLength}`);
      });
      const copied = copy(dst, src, route.options);
      await settled();
      assertEquals(events, ["read", "write"]);
      hold.open();
      assertEquals(await copied, 60);
      assertEquals(events, ["read", "write", "written 30", "read", "write", "written 30"]);
    });
  }
});
