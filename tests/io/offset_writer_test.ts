import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  copy,
  type CopyPath,
  InvalidWriteError,
  OffsetWriter,
  SeekMode,
  ShortWriteError,
  writeAll,
} from "../../mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { memoryWriterAt } from "../support/random_access.ts";
import { readerOf } from "../support/steps.ts";
import { streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";

const wrong = (value: unknown) => value as never;
const { Start, Current, End } = SeekMode;

describe("OffsetWriter.write()", () => {
  it("writes from its offset on and goes on behind what it wrote", async () => {
    const target = memoryWriterAt();
    const writer = new OffsetWriter(target, 4);
    assertEquals(await writer.write(encode("ab")), 2);
    assertEquals(await writer.write(encode("c")), 1);
    assertEquals(target.asked, [[4, 2], [6, 1]]);
    assertEquals(decode(target.bytes()), "\0\0\0\0abc");
    assertEquals(await writer.seek(0, Current), 3);
  });

  it("moves by what was accepted of a short write, so that the rest comes behind it", async () => {
    const target = memoryWriterAt((p) => Math.min(2, p.byteLength));
    const writer = new OffsetWriter(target, 1);
    assertEquals(await writer.write(encode("abcde")), 2);
    assertEquals(await writeAll(writer, encode("cde")), 3);
    assertEquals(decode(target.bytes()), "\0abcde");
  });

  it("is a destination of copy(), chunk by chunk", async () => {
    const target = memoryWriterAt();
    const paths: CopyPath[] = [];
    await copy(new OffsetWriter(target, 10), streamOf(...cutEvery(pattern(90), 40)), {
      onPath: (path) => paths.push(path),
    });
    assertEquals(target.asked, [[10, 40], [50, 40], [90, 10]]);
    assertBytes(target.bytes().subarray(10), pattern(90));
    assertEquals(paths, ["chunks"]);
  });

  it("stays where it is when its target fails", async () => {
    const reason = new Error("disk full");
    const writer = new OffsetWriter({ writeAt: () => Promise.reject(reason) }, 3);
    assert(await assertRejects(() => writer.write(encode("a"))) === reason);
    assertEquals(await writer.seek(0, Current), 0);
  });

  it("calls what its target cannot have accepted by name", async () => {
    await assertRejects(
      () => new OffsetWriter(memoryWriterAt(() => 0), 0).write(encode("a")),
      ShortWriteError,
    );
    await assertRejects(
      () => new OffsetWriter(memoryWriterAt(() => 2), 0).write(encode("a")),
      InvalidWriteError,
    );
    await assertRejects(
      () => new OffsetWriter(memoryWriterAt(() => -1), 0).write(encode("a")),
      InvalidWriteError,
    );
  });

  it("accepts 0 bytes of none", async () => {
    assertEquals(await new OffsetWriter(memoryWriterAt(), 5).write(new Uint8Array(0)), 0);
  });
});

describe("OffsetWriter.writeAt()", () => {
  it("counts from the offset of the writer and leaves the position alone", async () => {
    const target = memoryWriterAt();
    const writer = new OffsetWriter(target, 4);
    assertEquals(await writer.writeAt(encode("xy"), 3), 2);
    assertEquals(await writer.write(encode("a")), 1);
    assertEquals(target.asked, [[7, 2], [4, 1]]);
  });

  it("writes at overlapping times to places that do not overlap", async () => {
    const data = pattern(1_000);
    const target = memoryWriterAt();
    const writer = new OffsetWriter(target, 5);
    await Promise.all(
      [7, 2, 9, 0, 1, 3, 8, 4, 6, 5].map((i) =>
        writer.writeAt(data.subarray(100 * i, 100 * i + 100), 100 * i)
      ),
    );
    assertBytes(target.bytes().subarray(5), data);
  });

  for (const offset of [-1, NaN, 0.5, 2 ** 53, Number.MAX_SAFE_INTEGER]) {
    it(`rejects with a RangeError at ${offset} behind an offset of 1, and writes nothing`, async () => {
      const target = memoryWriterAt();
      const promise = new OffsetWriter(target, 1).writeAt(encode("a"), offset);
      await assertRejects(() => promise, RangeError);
      assertEquals(target.asked, []);
    });
  }
});

describe("OffsetWriter.seek()", () => {
  for (
    const { offset, whence, position } of [
      { offset: 5, whence: Start, position: 5 },
      { offset: 0, whence: Start, position: 0 },
      { offset: 3, whence: Current, position: 5 },
      { offset: -2, whence: Current, position: 0 },
      { offset: 100, whence: Current, position: 102 },
    ]
  ) {
    it(`by ${offset} from ${["the start", "position 2"][whence]} leads to ${position}, where the next write goes`, async () => {
      const target = memoryWriterAt();
      const writer = new OffsetWriter(target, 10);
      await writer.write(encode("ab"));
      assertEquals(await writer.seek(offset, whence), position);
      await writer.write(encode("z"));
      assertEquals(target.asked.at(-1), [10 + position, 1]);
    });
  }

  for (
    const { name, offset, whence, kind } of [
      { name: "before its start", offset: -1, whence: Start, kind: RangeError },
      { name: "before its start from where it is", offset: -3, whence: Current, kind: RangeError },
      { name: "from the end, which there is none of", offset: 0, whence: End, kind: RangeError },
      { name: "with an unknown whence", offset: 0, whence: 7, kind: RangeError },
      { name: "by NaN", offset: NaN, whence: Start, kind: RangeError },
      { name: "by a text", offset: "1", whence: Start, kind: TypeError },
    ]
  ) {
    it(`rejects with a ${kind.name} ${name}, and stays where it is`, async () => {
      const writer = new OffsetWriter(memoryWriterAt(), 10);
      await writer.write(encode("ab"));
      const promise = writer.seek(wrong(offset), wrong(whence));
      await assertRejects(() => promise, kind);
      assertEquals(await writer.seek(0, Current), 2);
    });
  }
});

describe("new OffsetWriter()", () => {
  for (
    const { name, target, offset, kind } of [
      { name: "no target", target: undefined, offset: 0, kind: TypeError },
      { name: "a target without writeAt()", target: {}, offset: 0, kind: TypeError },
      { name: "no offset", target: memoryWriterAt(), offset: undefined, kind: TypeError },
      { name: "a negative offset", target: memoryWriterAt(), offset: -1, kind: RangeError },
      { name: "a fraction as the offset", target: memoryWriterAt(), offset: 0.5, kind: RangeError },
    ]
  ) {
    it(`throws a ${kind.name} for ${name}`, () => {
      assertThrows(() => new OffsetWriter(wrong(target), wrong(offset)), kind);
    });
  }

  it("makes methods that reject what are no bytes", async () => {
    const writer = new OffsetWriter(memoryWriterAt(), 0);
    for (const promise of [writer.write(wrong("a")), writer.writeAt(wrong([1]), 0)]) {
      await assertRejects(() => promise, TypeError);
    }
  });
});

describe("OffsetWriter, whatever is done with it", () => {
  it("writes as one would into an array", async () => {
    const step = fc.record({
      bytes: fc.uint8Array({ maxLength: 20 }),
      at: fc.option(fc.integer({ min: 0, max: 60 })),
      seek: fc.option(fc.integer({ min: 0, max: 60 })),
      copied: fc.boolean(),
    });
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(step, { maxLength: 10 }),
      async (base, accepts, steps) => {
        const model = new Uint8Array(600);
        let end = 0;
        let position = 0;
        const target = memoryWriterAt((p) => Math.min(accepts, p.byteLength));
        const writer = new OffsetWriter(target, base);
        const put = (bytes: Uint8Array, at: number) => {
          model.set(bytes, base + at);
          if (bytes.byteLength > 0) end = Math.max(end, base + at + bytes.byteLength);
        };
        for (const { bytes, at, seek, copied } of steps) {
          if (seek !== null) await writer.seek(position = seek, Start);
          if (at !== null && bytes.byteLength > 0) {
            const n = await writer.writeAt(bytes, at);
            put(bytes.subarray(0, n), at);
          }
          if (copied) await copy(writer, readerOf(bytes));
          else await writeAll(writer, bytes);
          put(bytes, position);
          position += bytes.byteLength;
          assertEquals(await writer.seek(0, Current), position);
        }
        assertBytes(target.bytes(), model.subarray(0, end));
      },
    ));
  });
});
