import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  blobReaderAt,
  copy,
  type CopyPath,
  copySettled,
  InvalidReadError,
  readAll,
  type ReaderAt,
  readFull,
  SectionReader,
  SeekMode,
} from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { errWriter } from "../../src/iotest/mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { copyCounter, probedBlob } from "../support/copied.ts";
import { readerAtOf } from "../support/random_access.ts";
import { sink } from "../support/sinks.ts";
import { decode, encode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";

const wrong = (value: unknown) => value as never;
const { Start, Current, End } = SeekMode;
const MAX = Number.MAX_SAFE_INTEGER;

describe("SectionReader.readAt()", () => {
  // The table of Go's TestSectionReader_ReadAt.
  for (
    const { data, offset, n, size, at, result } of [
      { data: "", offset: 0, n: 10, size: 2, at: 0, result: null },
      { data: "a long sample data, 1", offset: 0, n: 21, size: 0, at: 0, result: "" },
      { data: "a long sample data, 1", offset: 21, n: 1, size: 1, at: 0, result: null },
      { data: "a long sample data, 1", offset: 0, n: 23, size: 2, at: 0, result: "a " },
      { data: "a long sample data, 1", offset: 0, n: 21, size: 10, at: 21, result: null },
      { data: "a long sample data, 1", offset: 0, n: 21, size: 21, at: 0, result: "a long sample data, 1" },
      { data: "a long sample data, 1", offset: 0, n: 21, size: 10, at: 1, result: " long samp" },
      { data: "a long sample data, 1", offset: 3, n: 21, size: 10, at: 2, result: "g sample d" },
      { data: "a long sample data, 1", offset: 3, n: 5, size: 3, at: 2, result: "g s" },
      { data: "a long sample data, 1", offset: 3, n: 5, size: 3, at: 4, result: "s" },
      { data: "a long sample data, 1", offset: 3, n: 5, size: 3, at: 5, result: null },
      { data: "a long sample data, 1", offset: 0, n: 0, size: 0, at: 0, result: null },
      { data: "a long sample data, 1", offset: 0, n: 0, size: 1, at: 1, result: null },
      { data: "a long sample data, 1", offset: 18, n: 10, size: 9, at: 1, result: " 1" },
    ]
  ) {
    const bytes = result === null ? "the end" : JSON.stringify(result);
    it(`gives ${bytes} for ${size} bytes at ${at} of ${n} from ${offset} of ${JSON.stringify(data)}`, async () => {
      const section = new SectionReader(readerAtOf(encode(data)), offset, n);
      const p = new Uint8Array(size);
      const got = await section.readAt(p, at);
      assertEquals(got === null ? null : decode(p.subarray(0, got)), result);
      assertEquals(await section.seek(0, Current), 0, "readAt() moved the position");
    });
  }

  it("asks its source for nothing beyond the section", async () => {
    const source = readerAtOf(pattern(100));
    const section = new SectionReader(source, 10, 20);
    await section.readAt(new Uint8Array(50), 15);
    assertEquals(source.asked, [[25, 5]]);
  });

  it("serves calls that overlap", async () => {
    const data = pattern(1_000);
    const section = new SectionReader(blobReaderAt(new Blob([data])), 100, 800);
    const offsets = [0, 700, 350, 10];
    const parts = await Promise.all(offsets.map(async (offset) => {
      const p = new Uint8Array(100);
      assertEquals(await section.readAt(p, offset), 100);
      return p;
    }));
    parts.forEach((part, i) => assertBytes(part, data.subarray(100 + (offsets[i] ?? 0)).subarray(0, 100)));
  });
});

describe("SectionReader.read()", () => {
  it("reads its part and then ends, for good", async () => {
    const section = new SectionReader(readerAtOf(encode("0123456789")), 3, 4);
    const p = new Uint8Array(3);
    assertEquals([await section.read(p), decode(p)], [3, "345"]);
    assertEquals(await section.read(p), 1);
    for (const size of [3, 0, 3]) assertEquals(await section.read(new Uint8Array(size)), null);
  });

  it("ends where its source ends", async () => {
    const section = new SectionReader(readerAtOf(encode("0123")), 2, 100);
    assertEquals(section.size, 100);
    assertEquals(decode(await readAll(section)), "23");
  });

  it("reads nothing into no room without asking its source", async () => {
    const source = readerAtOf(encode("abc"));
    assertEquals(await new SectionReader(source, 0, 3).read(new Uint8Array(0)), 0);
    assertEquals(source.asked, []);
  });

  it("has a position of its own, so that sections of one source can be read in turns", async () => {
    const source = readerAtOf(encode("0123456789"));
    const sections = [new SectionReader(source, 0, 10), new SectionReader(source, 5, 5)] as const;
    const p = new Uint8Array(2);
    const texts: string[] = [];
    for (const section of [sections[0], sections[1], sections[0], sections[1]]) {
      await section.read(p);
      texts.push(decode(p));
    }
    assertEquals(texts, ["01", "56", "23", "78"]);
  });

  it("passes on the failure of its source, and stays where it is", async () => {
    const reason = new Error("disk on fire");
    let failing = true;
    const inner = readerAtOf(encode("abc"));
    const source: ReaderAt = {
      readAt: (p, offset) => failing ? Promise.reject(reason) : inner.readAt(p, offset),
    };
    const section = new SectionReader(source, 1, 2);
    assert(await assertRejects(() => section.read(new Uint8Array(2))) === reason);
    failing = false;
    assertEquals(decode(await readAll(section)), "bc");
  });

  it("calls a wrong result of its source an InvalidReadError", async () => {
    const section = new SectionReader({ readAt: () => Promise.resolve(5) }, 0, 3);
    await assertRejects(() => section.read(new Uint8Array(3)), InvalidReadError);
  });
});

describe("SectionReader.seek()", () => {
  for (const whence of [Start, Current, End]) {
    for (const offset of [-3, -2, 0, 1, 2, 9]) {
      it(`by ${offset} from ${["the start", "position 2", "the end"][whence]} works as in a BytesReader`, async () => {
        const bytes = new BytesReader(encode("foo"));
        const section = new SectionReader(bytes, 0, 3);
        await section.seek(2, Start);
        await bytes.seek(2, Start);
        const [ours, theirs] = await Promise.allSettled([
          section.seek(offset, whence),
          bytes.seek(offset, whence),
        ]);
        assertEquals(ours.status, theirs.status);
        if (ours.status === "fulfilled" && theirs.status === "fulfilled") {
          assertEquals(ours.value, theirs.value);
        } else assert(ours.status === "rejected" && ours.reason instanceof RangeError);
        const position = await section.seek(0, Current);
        assertEquals(position, ours.status === "fulfilled" ? ours.value : 2);
      });
    }
  }

  it("goes beyond the end, where reads say null, and back", async () => {
    const section = new SectionReader(readerAtOf(encode("0123456789")), 3, 4);
    assertEquals(await section.seek(100, Start), 100);
    assertEquals(await section.read(new Uint8Array(1)), null);
    assertEquals(await copy(recordingWriter(), section), 0);
    assertEquals(await section.seek(-1, End), 3);
    assertEquals(decode(await readAll(section)), "6");
  });

  for (
    const { name, offset, whence, kind } of [
      { name: "before the start", offset: -1, whence: 0, kind: RangeError },
      { name: "beyond what a position can be", offset: MAX, whence: 2, kind: RangeError },
      { name: "by half a byte", offset: 0.5, whence: 0, kind: RangeError },
      { name: "by NaN", offset: NaN, whence: 0, kind: RangeError },
      { name: "with 3 as whence", offset: 0, whence: 3, kind: RangeError },
      { name: "with no whence", offset: 0, whence: undefined, kind: RangeError },
      { name: "by a text", offset: "1", whence: 0, kind: TypeError },
    ]
  ) {
    it(`rejects with a ${kind.name} ${name}, and stays where it is`, async () => {
      const section = new SectionReader(readerAtOf(pattern(10)), 3, 4);
      await section.seek(2, Start);
      const promise = section.seek(wrong(offset), wrong(whence));
      await assertRejects(() => promise, kind);
      assertEquals(await section.seek(0, Current), 2);
    });
  }
});

describe("SectionReader.size and outer()", () => {
  for (
    const { offset, n, size } of [
      { offset: 3, n: 4, size: 4 },
      { offset: 3, n: 0, size: 0 },
      { offset: 3, n: -7, size: 0 },
      { offset: 3, n: MAX, size: MAX - 3 },
      { offset: MAX, n: 5, size: 0 },
    ]
  ) {
    it(`of ${n} bytes from ${offset} are ${size} bytes, and what was given`, async () => {
      const source = readerAtOf(pattern(10));
      const section = new SectionReader(source, offset, n);
      assertEquals(section.size, size);
      const { readerAt, ...rest } = section.outer();
      assert(readerAt === source);
      assertEquals(rest, { offset, n });
      await readAll(section);
      await section.seek(1, Start);
      assertEquals([section.size, section.outer().n], [size, n], "after reading");
    });
  }

  it("reads to the end of the source with the largest n", async () => {
    const section = new SectionReader(readerAtOf(encode("0123456789")), 6, MAX);
    assertEquals(decode(await readAll(section)), "6789");
    assertEquals(await section.seek(-1, End), MAX - 7);
  });

  it("name the inner section where sections are nested", () => {
    const inner = new SectionReader(readerAtOf(pattern(10)), 1, 8);
    assert(new SectionReader(inner, 2, 3).outer().readerAt === inner);
  });
});

describe("new SectionReader()", () => {
  for (
    const { name, args, kind } of [
      { name: "no source", args: [undefined, 0, 1], kind: TypeError },
      { name: "null", args: [null, 0, 1], kind: TypeError },
      { name: "a source without readAt()", args: [{}, 0, 1], kind: TypeError },
      { name: "a Blob", args: [new Blob([]), 0, 1], kind: TypeError },
      { name: "a negative offset", args: [readerAtOf(pattern(1)), -1, 1], kind: RangeError },
      { name: "NaN as the offset", args: [readerAtOf(pattern(1)), NaN, 1], kind: RangeError },
      { name: "a fraction as n", args: [readerAtOf(pattern(1)), 0, 1.5], kind: RangeError },
      { name: "an unsafe n", args: [readerAtOf(pattern(1)), 0, 2 ** 53], kind: RangeError },
      { name: "no n", args: [readerAtOf(pattern(1)), 0, undefined], kind: TypeError },
    ]
  ) {
    it(`throws a ${kind.name} for ${name}`, () => {
      const [src, offset, n] = args;
      assertThrows(() => new SectionReader(wrong(src), wrong(offset), wrong(n)), kind);
    });
  }

  it("makes methods that reject wrong arguments", async () => {
    const section = new SectionReader(readerAtOf(pattern(10)), 0, 10);
    const p = new Uint8Array(1);
    for (const offset of [-1, NaN, 0.5, 2 ** 53]) {
      const promise = section.readAt(p, offset);
      await assertRejects(() => promise, RangeError);
    }
    for (
      const promise of [
        section.read(wrong("abc")),
        section.readAt(wrong([1]), 0),
        section.readAt(p, wrong("0")),
      ]
    ) {
      await assertRejects(() => promise, TypeError);
    }
  });
});

describe("A copy from a SectionReader", () => {
  it("moves the memory of a Blob uncopied to a Writer", async () => {
    const data = pattern(5_000);
    const { blob, chunks } = probedBlob(data);
    const section = new SectionReader(blobReaderAt(blob), 1_000, 3_000);
    const paths: CopyPath[] = [];
    const received = recordingWriter();
    const seen: ArrayBufferLike[] = [];
    await copy({ write: (p) => (seen.push(p.buffer), received.write(p)) }, section, {
      onPath: (path) => paths.push(path),
    });
    assertEquals(paths, ["chunks"]);
    assertBytes(received.bytes(), data.subarray(1_000, 4_000));
    assertEquals(seen.map((buffer) => chunks.some((chunk) => chunk.buffer === buffer)), [true]);
    assertEquals(chunks.map(({ byteLength }) => byteLength), [3_000], "loaded more than the section");
  });

  it("moves the memory of a Blob uncopied through five nested sections", async () => {
    const data = pattern(5_000);
    const { blob, chunks } = probedBlob(data);
    let section = new SectionReader(blobReaderAt(blob), 100, 4_000);
    for (let level = 0; level < 4; level++) section = new SectionReader(section, 100, 3_000 - 100 * level);
    const { stream, chunks: arrived } = sink();
    const paths: CopyPath[] = [];
    assertEquals(await copy(stream, section, { onPath: (path) => paths.push(path) }), 2_700);
    assertEquals(paths, ["chunks"]);
    assertBytes(concat(arrived), data.subarray(500, 3_200));
    const counter = copyCounter(...chunks);
    for (const chunk of arrived) await counter.write(chunk);
    assertEquals([counter.copied, counter.passed], [0, 2_700]);
  });

  it("ends at the end of each of nested sections", async () => {
    const inner = new SectionReader(blobReaderAt(new Blob(["0123456789"])), 2, 5);
    const outer = new SectionReader(inner, 3, 100);
    const writer = recordingWriter();
    assertEquals(await copy(writer, outer), 2);
    assertEquals(decode(writer.bytes()), "56");
  });

  it("loads a large Blob by at most 1 MiB at a time", async () => {
    const { blob, chunks } = probedBlob(new Uint8Array(5 * 2 ** 19));
    await copy(recordingWriter(), new SectionReader(blobReaderAt(blob), 0, 5 * 2 ** 19));
    assertEquals(chunks.map(({ byteLength }) => byteLength), [2 ** 20, 2 ** 20, 2 ** 19]);
  });

  it("goes by a buffer over any other ReaderAt, and never asks for more than is left", async () => {
    const source = readerAtOf(pattern(100));
    const paths: CopyPath[] = [];
    await copy(recordingWriter(), new SectionReader(source, 90, 5), { onPath: (path) => paths.push(path) });
    assertEquals(paths, ["buffer"]);
    assertEquals(source.asked, [[90, 5]]);
  });

  for (
    const { name, open } of [
      { name: "a Blob", open: (data: Uint8Array<ArrayBuffer>) => blobReaderAt(new Blob([data])) },
      { name: "any ReaderAt", open: (data: Uint8Array<ArrayBuffer>) => readerAtOf(data) },
    ]
  ) {
    it(`of ${name} goes on where a failed one stopped, and can be read again after a seek`, async () => {
      const data = pattern(50);
      const section = new SectionReader(open(data), 10, 30);
      assertEquals((await copySettled(errWriter(new Error("disk full"), 12), section)).written, 12);
      assertEquals(await section.seek(0, Current), 12);
      assertBytes(await readAll(section), data.subarray(22, 40));
      await section.seek(0, Start);
      assertBytes(await readAll(section), data.subarray(10, 40));
    });
  }
});

describe("SectionReader, whatever is done with it", () => {
  it("is the same as a subarray", async () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant("read" as const), size: fc.integer({ min: 0, max: 40 }) }),
      fc.record({
        op: fc.constant("readAt" as const),
        size: fc.integer({ min: 0, max: 40 }),
        at: fc.integer({ min: 0, max: 120 }),
      }),
      fc.record({
        op: fc.constant("seek" as const),
        offset: fc.integer({ min: -60, max: 120 }),
        whence: fc.constantFrom<SeekMode>(0, 1, 2),
      }),
      fc.record({ op: fc.constant("copyTo" as const), size: fc.integer({ min: 0, max: 40 }) }),
    );
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 110 }),
      fc.integer({ min: -5, max: 110 }),
      fc.boolean(),
      fc.array(step, { maxLength: 15 }),
      async (size, offset, n, asBlob, steps) => {
        const data = pattern(size);
        const model = data.subarray(offset, offset + Math.max(0, n));
        const count = Math.max(0, n);
        const section = new SectionReader(
          asBlob ? blobReaderAt(new Blob([data])) : readerAtOf(data),
          offset,
          n,
        );
        let position = 0;
        for (const { op, ...rest } of steps) {
          const p = new Uint8Array("size" in rest ? rest.size : 0);
          if (op === "seek" && "whence" in rest) {
            const to = rest.offset + [0, position, count][rest.whence]!; // whence is 0, 1 or 2
            if (to < 0) await assertRejects(() => section.seek(rest.offset, rest.whence), RangeError);
            else assertEquals(await section.seek(rest.offset, rest.whence), position = to);
            continue;
          }
          const at = "at" in rest ? rest.at : position;
          if (op === "copyTo") {
            // What the destination does not accept stays in the section.
            const { written } = await copySettled(errWriter(new Error("full"), p.byteLength), section);
            assertEquals(written, Math.min(p.byteLength, Math.max(0, model.byteLength - position)));
            position += written;
            continue;
          }
          const got = await (op === "read" ? section.read(p) : section.readAt(p, at));
          if (p.byteLength === 0) {
            assert(got === 0 || (got === null && at >= Math.min(count, model.byteLength)));
            continue;
          }
          const expected = model.subarray(at, at + p.byteLength);
          assertEquals(got, expected.byteLength === 0 ? null : expected.byteLength);
          assertBytes(p.subarray(0, got ?? 0), expected);
          if (op === "read") position += got ?? 0;
        }
        await section.seek(0, Start);
        const whole = new Uint8Array(model.byteLength);
        await readFull(section, whole);
        assertBytes(whole, model);
      },
    ));
  });
});
