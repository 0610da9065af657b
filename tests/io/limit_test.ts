import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, type CopyPath, discard, LimitedReader, limitReader, readAll, type Source } from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, failing, readerOf, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(100);
const chunks = cutEvery(data, 30);

describe("limitReader()", () => {
  for (
    const { name, open } of [
      { name: "a Reader", open: () => readerOf(...chunks) },
      { name: "a ChunkReader", open: () => chunkReaderOf(...chunks) },
      { name: "a stream", open: () => streamBySteps("default", ...chunks) },
      { name: "a byte stream", open: () => streamBySteps("filling", ...chunks) },
      { name: "a Blob", open: () => new Blob([data]) },
    ]
  ) {
    for (const n of [-5, 0, 1, 30, 31, 99, 100, 101]) {
      const end = Math.min(Math.max(n, 0), 100);
      it(`ends ${name} after ${n} bytes, however it is read`, async () => {
        const byChunk: Uint8Array[] = [];
        const limited = limitReader(open(), n);
        for (let chunk = await limited.readChunk(); chunk !== null; chunk = await limited.readChunk()) {
          byChunk.push(chunk);
        }
        assertBytes(concat(byChunk), data.subarray(0, end));
        assertEquals(limited.remaining, Math.max(n, 0) - end);

        const p = new Uint8Array(7);
        const byRead: Uint8Array[] = [];
        const again = limitReader(open(), n);
        for (let read = await again.read(p); read !== null; read = await again.read(p)) {
          byRead.push(p.slice(0, read));
        }
        assertBytes(concat(byRead), data.subarray(0, end));
        assertEquals([await again.read(p), await again.readChunk()], [null, null]);

        const writer = recordingWriter();
        assertEquals(await copy(writer, limitReader(open(), n)), end);
        assertBytes(writer.bytes(), data.subarray(0, end));
      });
    }

    it(`bounds the chunks of ${name} by max`, async () => {
      const limited = limitReader(open(), 50);
      const sizes: number[] = [];
      for (let chunk = await limited.readChunk(8); chunk !== null; chunk = await limited.readChunk(8)) {
        sizes.push(chunk.byteLength);
      }
      assert(sizes.every((size) => size <= 8));
      assertEquals(sizes.reduce((sum, size) => sum + size, 0), 50);
    });
  }

  it("does not touch its source at the limit, not even for no bytes", async () => {
    const src = readerOf(data);
    const limited = limitReader(src, 3);
    await limited.read(new Uint8Array(10));
    assertEquals(src.sizes, [3]);
    assertEquals(await limited.read(new Uint8Array(10)), null);
    assertEquals(await limited.read(new Uint8Array(0)), null);
    assertEquals(await limited.readChunk(), null);
    assertEquals(src.sizes, [3]);
  });

  it("leaves what lies beyond the limit in the source, unlocked", async () => {
    for (const kind of ["default", "filling", "enqueuing"] as const) {
      const src = streamBySteps(kind, ...chunks);
      assertBytes(await readAll(limitReader(src, 42)), data.subarray(0, 42));
      assertUnlocked(src);
      assertBytes(await readAll(src), data.subarray(42));
    }
  });

  it("lets reader and remaining be changed between reads", async () => {
    const limited = new LimitedReader(readerOf(data), 2);
    assertBytes(await readAll(limited), data.subarray(0, 2));
    limited.remaining = 3;
    assertBytes(await readAll(limited), data.subarray(2, 5));
    limited.reader = chunkReaderOf(pattern(4, 9));
    limited.remaining = 4;
    assertBytes(await readAll(limited), pattern(4, 9));
  });

  it("copies by the path of what it limits", async () => {
    const path = async (src: Source) => {
      const paths: CopyPath[] = [];
      await copy(discard, limitReader(src, 50), { onPath: (path) => paths.push(path) });
      return paths.join();
    };
    const filling = streamBySteps("filling", ...chunks);
    assertEquals(await path(readerOf(...chunks)), "buffer");
    assertEquals(await path(chunkReaderOf(...chunks)), "chunks");
    assertEquals(await path(streamBySteps("default", ...chunks)), "chunks");
    assertEquals(await path(filling), givesByob(streamBySteps("filling")) ? "byob" : "chunks");
    assertEquals(await path(limitReader(readerOf(...chunks), 60)), "buffer");
  });

  it("passes an early end and a failure of its source on", async () => {
    assertBytes(await readAll(limitReader(readerOf(pattern(3)), 5)), pattern(3));
    const reason = new Error("on purpose");
    const limited = limitReader(readerOf(pattern(3), failing(reason)), 5);
    assertStrictEquals(await readAll(limited).catch((reason: unknown) => reason), reason);
    assertEquals(limited.remaining, 2);
    const { stream } = sink();
    assertEquals(await copy(stream, limitReader(readerOf(pattern(3), failing(reason)), 3)), 3);
  });

  for (const n of [NaN, 1.5, Infinity, 2 ** 53]) {
    it(`throws a RangeError for ${n} at once`, () => {
      assertThrows(() => limitReader(readerOf(), n), RangeError);
      assertThrows(() => new LimitedReader(readerOf(), n), RangeError);
    });
  }

  it("throws a TypeError for what is no source, no number, no buffer and no max", async () => {
    assertThrows(() => limitReader({} as unknown as Source, 1), TypeError, "read");
    assertThrows(() => limitReader(readerOf(), "1" as unknown as number), TypeError);
    const limited = limitReader(readerOf(data), 5);
    await assertRejects(() => limited.read("text" as unknown as Uint8Array), TypeError);
    for (const max of [0, -1, NaN, 0.5]) await assertRejects(() => limited.readChunk(max), RangeError);
    assertEquals(limited.remaining, 5);
  });
});
