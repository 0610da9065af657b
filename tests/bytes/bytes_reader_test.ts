import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { copy, copyN, InvalidUnreadError, limitReader, readAll, SeekMode } from "../../mod.ts";
import { BytesReader, StringReader } from "../../src/bytes/mod.ts";
import { errWriter, shortWriter } from "../../src/iotest/mod.ts";
import { pattern } from "../support/bytes.ts";
import { sink } from "../support/sinks.ts";
import { decode, encode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";

const { Start, Current, End } = SeekMode;

describe("BytesReader", () => {
  it("counts what is left and what there is", async () => {
    const reader = new BytesReader(encode("abcde"));
    assertEquals([reader.length, reader.size], [5, 5]);
    await reader.read(new Uint8Array(3));
    assertEquals([reader.length, reader.size], [2, 5]);
    await reader.seek(9, Start);
    assertEquals([reader.length, reader.size], [0, 5]);
  });

  it("refuses what is no Uint8Array", async () => {
    // @ts-expect-error: that is what is tested
    assertThrows(() => new BytesReader("abc"), TypeError, "Cannot use a string as bytes");
    // @ts-expect-error: that is what is tested
    await assertRejects(() => new BytesReader(encode("abc")).read([]), TypeError);
    // @ts-expect-error: that is what is tested
    assertThrows(() => new BytesReader(encode("abc")).reset(null), TypeError);
  });

  describe("read()", () => {
    it("gives null at the end, also into an empty buffer", async () => {
      const reader = new BytesReader(encode("a"));
      assertEquals(await reader.read(new Uint8Array(0)), 0);
      assertEquals(await reader.read(new Uint8Array(3)), 1);
      assertEquals(await reader.read(new Uint8Array(3)), null);
      assertEquals(await reader.read(new Uint8Array(0)), null);
      assertEquals(reader.readSync(new Uint8Array(3)), null);
    });

    it("sees what the owner of the bytes changes", async () => {
      const bytes = encode("abc");
      const reader = new BytesReader(bytes);
      bytes[0] = 0x7a;
      assertEquals(decode(await readAll(reader)), "zbc");
    });
  });

  describe("readAt()", () => {
    for (
      const { offset, size, gives } of [
        { offset: 0, size: 5, gives: "01234" },
        { offset: 1, size: 5, gives: "12345" },
        { offset: 5, size: 20, gives: "56789" },
        { offset: 9, size: 1, gives: "9" },
        { offset: 3, size: 0, gives: "" },
        { offset: 10, size: 1, gives: null },
        { offset: 10, size: 0, gives: null },
        { offset: 11, size: 1, gives: null },
      ]
    ) {
      it(`gives ${JSON.stringify(gives)} for ${size} bytes at ${offset} and leaves the position`, async () => {
        const reader = new BytesReader(encode("0123456789"));
        const p = new Uint8Array(size);
        const n = await reader.readAt(p, offset);
        assertEquals(n === null ? null : decode(p.subarray(0, n)), gives);
        assertEquals(reader.readByte(), 0x30);
      });
    }

    for (const offset of [-1, 0.5, NaN, 2 ** 53]) {
      it(`refuses the offset ${offset}`, async () => {
        await assertRejects(
          () => new BytesReader(encode("abc")).readAt(new Uint8Array(1), offset),
          RangeError,
        );
      });
    }

    it("allows calls that overlap", async () => {
      const reader = new BytesReader(pattern(1000));
      const parts = await Promise.all(Array.from({ length: 100 }, async (_, i) => {
        const p = new Uint8Array(10);
        assertEquals(await reader.readAt(p, 10 * i), 10);
        return [...p];
      }));
      assertEquals(parts.flat(), [...pattern(1000)]);
    });
  });

  describe("seek()", () => {
    for (
      const { offset, whence, position, then } of [
        { offset: 0, whence: Start, position: 0, then: "0" },
        { offset: 1, whence: Current, position: 4, then: "4" },
        { offset: -3, whence: Current, position: 0, then: "0" },
        { offset: -1, whence: End, position: 9, then: "9" },
        { offset: 0, whence: End, position: 10, then: null },
        { offset: 2 ** 33, whence: Start, position: 2 ** 33, then: null },
        { offset: 5, whence: End, position: 15, then: null },
      ]
    ) {
      it(`goes from 3 to ${position} by (${offset}, ${whence})`, async () => {
        const reader = new BytesReader(encode("0123456789"));
        await reader.read(new Uint8Array(3));
        assertEquals(await reader.seek(offset, whence), position);
        const p = new Uint8Array(1);
        const n = await reader.read(p);
        assertEquals(n === null ? null : decode(p), then);
      });
    }

    for (
      const { offset, whence } of [
        { offset: -1, whence: Start },
        { offset: -4, whence: Current },
        { offset: -11, whence: End },
        { offset: 0.5, whence: Start },
        { offset: 0, whence: 3 as SeekMode },
        { offset: 0, whence: -1 as SeekMode },
      ]
    ) {
      it(`refuses (${offset}, ${whence}) and stays`, async () => {
        const reader = new BytesReader(encode("0123456789"));
        await reader.read(new Uint8Array(3));
        await assertRejects(() => reader.seek(offset, whence), RangeError);
        assertEquals(await reader.seek(0, Current), 3);
      });
    }
  });

  describe("readByte() and readRune()", () => {
    it("go to the end and say so", () => {
      const reader = new StringReader("aé€𝄞");
      assertEquals(reader.readByte(), 0x61);
      assertEquals(reader.readRune(), { rune: 0xe9, size: 2 });
      assertEquals(reader.readRune(), { rune: 0x20ac, size: 3 });
      assertEquals(reader.readRune(), { rune: 0x1d11e, size: 4 });
      assertEquals(reader.readRune(), null);
      assertEquals(reader.readByte(), null);
    });

    it("can be undone, a byte of anything, a rune only right after it", async () => {
      const reader = new StringReader("é€");
      assertThrows(() => reader.unreadByte(), InvalidUnreadError);
      assertThrows(() => reader.unreadRune(), InvalidUnreadError);
      reader.readRune();
      reader.unreadRune();
      assertEquals(reader.length, 5);
      assertThrows(() => reader.unreadRune(), InvalidUnreadError);
      for (
        const other of [
          () => reader.readByte(),
          () => reader.unreadByte(),
          () => reader.readSync(new Uint8Array(1)),
          () => reader.seek(0, Current),
          () => reader.readChunk(1),
          () => reader.reset(encode("é€")),
        ]
      ) {
        await reader.seek(0, Start);
        reader.readRune();
        await other();
        assertThrows(() => reader.unreadRune(), InvalidUnreadError);
      }
    });

    it("can be undone at the end", () => {
      const reader = new StringReader("€");
      reader.readRune();
      reader.unreadByte();
      assertEquals(reader.readByte(), 0xac);
      assertEquals(reader.readRune(), null);
      assertThrows(() => reader.unreadRune(), InvalidUnreadError);
    });

    for (
      const { name, bytes } of [
        { name: "a byte that begins nothing", bytes: [0x80] },
        { name: "0xff", bytes: [0xff] },
        { name: "an overlong form", bytes: [0xc0, 0x80] },
        { name: "an overlong form of 3 bytes", bytes: [0xe0, 0x9f, 0xbf] },
        { name: "an overlong form of 4 bytes", bytes: [0xf0, 0x8f, 0xbf, 0xbf] },
        { name: "a surrogate", bytes: [0xed, 0xa0, 0x80] },
        { name: "what is above U+10FFFF", bytes: [0xf4, 0x90, 0x80, 0x80] },
        { name: "a rune that breaks off", bytes: [0xf0, 0x9d, 0x84] },
        { name: "a rune that is followed by ASCII", bytes: [0xe2, 0x82, 0x41] },
      ]
    ) {
      it(`take ${name} for U+FFFD of size 1`, () => {
        const reader = new BytesReader(Uint8Array.from(bytes));
        assertEquals(reader.readRune(), { rune: 0xfffd, size: 1 });
        assertEquals(reader.length, bytes.length - 1);
      });
    }

    it("find the runes of any text", () => {
      fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
        const reader = new StringReader(text);
        const runes: number[] = [];
        for (let read = reader.readRune(); read !== null; read = reader.readRune()) runes.push(read.rune);
        assertEquals(runes, Array.from(text.toWellFormed(), (c) => c.codePointAt(0)));
      }));
    });
  });

  describe("writeTo()", () => {
    it("hands over the rest as one view, and says that these are chunks", async () => {
      const bytes = pattern(100_000);
      const reader = new BytesReader(bytes);
      reader.readByte();
      const writes: Uint8Array[] = [];
      const paths: string[] = [];
      const writer = {
        write(p: Uint8Array) {
          writes.push(p);
          return Promise.resolve(p.byteLength);
        },
      };
      assertEquals(await reader.writeTo(writer, { onPath: (path) => paths.push(path) }), 99_999);
      assertEquals(writes.length, 1);
      assertStrictEquals(writes[0]?.buffer, bytes.buffer);
      assertEquals(paths, ["chunks"]);
      assertEquals(await reader.writeTo(writer), 0);
      assertEquals(writes.length, 1);
    });

    it("stands behind what was written when the destination fails", async () => {
      const reader = new BytesReader(encode("abcdef"));
      await assertRejects(
        () => reader.writeTo(shortWriter(errWriter(new Error("full"), 4), 3)),
        Error,
        "full",
      );
      assertEquals(decode(await readAll(reader)), "ef");
    });

    it("lends nothing to a web stream, which may transfer what it gets", async () => {
      const bytes = encode("abc");
      const { stream, chunks } = sink();
      assertEquals(await copy(stream, new BytesReader(bytes)), 3);
      assertEquals(decode(...chunks), "abc");
      assertEquals(chunks[0]?.buffer === bytes.buffer, false);
    });

    it("refuses what is no Writer", async () => {
      // @ts-expect-error: that is what is tested
      await assertRejects(() => new BytesReader(encode("abc")).writeTo({}), TypeError, "no write() method");
    });
  });

  it("gives chunks that are views, of the size asked for", async () => {
    const bytes = encode("abcde");
    const reader = new BytesReader(bytes);
    const chunk = await reader.readChunk(2);
    assertEquals(chunk, encode("ab"));
    assertStrictEquals(chunk?.buffer, bytes.buffer);
    assertEquals(await reader.readChunk(), encode("cde"));
    assertEquals(await reader.readChunk(), null);
    await assertRejects(() => reader.readChunk(0), RangeError);
  });

  it("keeps its chunks as views through a limit", async () => {
    const bytes = pattern(100);
    const reader = new BytesReader(bytes);
    const chunk = await limitReader(reader, 60).readChunk();
    assertStrictEquals(chunk?.buffer, bytes.buffer);
    assertEquals(await copyN(recordingWriter(), reader, 30), 30);
    assertEquals(reader.length, 10);
  });

  it("begins again after reset()", async () => {
    const reader = new BytesReader(encode("abc"));
    reader.readByte();
    reader.reset(encode("de"));
    assertEquals([reader.length, reader.size], [2, 2]);
    assertEquals(decode(await readAll(reader)), "de");
    assertThrows(() => new BytesReader(encode("a")).unreadByte(), InvalidUnreadError);
  });
});

describe("StringReader", () => {
  it("reads a lone surrogate as U+FFFD and keeps a BOM", async () => {
    assertEquals(
      await readAll(new StringReader("\ufeffa\ud800")),
      Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbf, 0xbd),
    );
  });

  it("begins again with a string or bytes", async () => {
    const reader = new StringReader("abc");
    reader.reset("é");
    assertEquals(reader.size, 2);
    reader.reset(encode("xyz"));
    assertEquals(decode(await readAll(reader)), "xyz");
  });

  it("refuses what is no string", () => {
    // @ts-expect-error: that is what is tested
    assertThrows(() => new StringReader(encode("abc")), TypeError, "Cannot read a Uint8Array as text");
    // @ts-expect-error: that is what is tested
    assertThrows(() => new StringReader("abc").reset(5), TypeError);
  });
});
