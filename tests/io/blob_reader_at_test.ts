import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { blobReaderAt } from "../../mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { probedBlob } from "../support/copied.ts";
import { decode, encode } from "../support/utf8.ts";

const wrong = (value: unknown) => value as never;

describe("blobReaderAt()", () => {
  it("knows the size of a Blob and of a File", () => {
    assertEquals(blobReaderAt(new Blob(["grüezi"])).size, 7);
    assertEquals(blobReaderAt(new File(["abc"], "a.txt")).size, 3);
    assertEquals(blobReaderAt(new Blob([])).size, 0);
  });

  for (
    const { size, offset, result } of [
      { size: 3, offset: 0, result: "012" },
      { size: 3, offset: 7, result: "789" },
      { size: 3, offset: 8, result: "89" },
      { size: 20, offset: 0, result: "0123456789" },
      { size: 0, offset: 0, result: "" },
      { size: 3, offset: 10, result: null },
      { size: 3, offset: 1_000, result: null },
      { size: 3, offset: Number.MAX_SAFE_INTEGER, result: null },
    ]
  ) {
    it(`reads ${JSON.stringify(result)} of "0123456789" for ${size} bytes at ${offset}`, async () => {
      const p = new Uint8Array(size);
      const n = await blobReaderAt(new Blob(["0123456789"])).readAt(p, offset);
      assertEquals(n === null ? null : decode(p.subarray(0, n)), result);
    });
  }

  it("loads nothing but the bytes asked for", async () => {
    const { blob, chunks } = probedBlob(pattern(100_000));
    await blobReaderAt(blob).readAt(new Uint8Array(10), 50_000);
    assertEquals(chunks.map(({ byteLength }) => byteLength), [10]);
  });

  it("serves calls that overlap", async () => {
    const readerAt = blobReaderAt(new Blob(["0123456789"]));
    const parts = [new Uint8Array(4), new Uint8Array(4), new Uint8Array(4)];
    assertEquals(await Promise.all(parts.map((p, i) => readerAt.readAt(p, 4 * i))), [4, 4, 2]);
    assertEquals(parts.map((p) => decode(p)), ["0123", "4567", "89\0\0"]);
  });

  it("rejects with the reason of a Blob that cannot be read any more", async () => {
    const reason = new DOMException("the file has changed", "NotReadableError");
    const blob = new Blob(["abc"]);
    blob.slice = () => Object.assign(new Blob([]), { arrayBuffer: () => Promise.reject(reason) });
    assert(await assertRejects(() => blobReaderAt(blob).readAt(new Uint8Array(1), 0)) === reason);
  });

  for (const value of [undefined, null, {}, encode("abc"), "abc", new ReadableStream()]) {
    it(`throws a TypeError for ${Object.prototype.toString.call(value)}`, () => {
      assertThrows(() => blobReaderAt(wrong(value)), TypeError);
    });
  }

  for (const offset of [-1, NaN, 0.5, 2 ** 53, Infinity]) {
    it(`rejects with a RangeError for ${offset} as the offset`, async () => {
      const promise = blobReaderAt(new Blob(["abc"])).readAt(new Uint8Array(1), offset);
      await assertRejects(() => promise, RangeError);
    });
  }

  it("rejects with a TypeError for what is no buffer and no number", async () => {
    const readerAt = blobReaderAt(new Blob(["abc"]));
    for (const promise of [readerAt.readAt(wrong([1]), 0), readerAt.readAt(new Uint8Array(1), wrong("0"))]) {
      await assertRejects(() => promise, TypeError);
    }
  });

  it("reads as one would from an array", async () => {
    const data = pattern(300);
    const readerAt = blobReaderAt(new Blob([data]));
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 0, max: 320 }),
      fc.integer({ min: 1, max: 320 }),
      async (offset, size) => {
        const p = new Uint8Array(size);
        const n = await readerAt.readAt(p, offset);
        assertEquals(n, offset >= 300 ? null : Math.min(size, 300 - offset));
        assertBytes(p.subarray(0, n ?? 0), data.subarray(offset, offset + size));
      },
    ));
  });
});
