import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { InvalidUnreadError, TooLargeError, writeString } from "../../mod.ts";
import { ByteBuffer } from "../../src/bytes/mod.ts";
import { pattern } from "../support/bytes.ts";
import { decode, encode } from "../support/utf8.ts";

const NEWLINE = 0x0a;

describe("ByteBuffer", () => {
  describe("made of contents", () => {
    it("reads them at once", () => {
      assertEquals(new ByteBuffer("grüezi").toString(), "grüezi");
      assertEquals(new ByteBuffer(encode("abc")).toString(), "abc");
      assertEquals(new ByteBuffer().length, 0);
      assertEquals(new ByteBuffer("").toString(), "");
    });

    it("takes an array over instead of copying it", () => {
      const array = encode("abc");
      const buffer = new ByteBuffer(array);
      assertStrictEquals(buffer.bytes().buffer, array.buffer);
      assertEquals(buffer.capacity, 3);
    });

    it("never writes beside the view that it was given", () => {
      const array = encode("abcdef");
      const buffer = new ByteBuffer(array.subarray(1, 3));
      buffer.writeStringSync("xyz");
      buffer.next(5);
      buffer.writeStringSync("12");
      assertEquals(decode(array).at(0) + decode(array).slice(3), "adef");
    });

    it("refuses what is neither bytes nor a string, and a size that is none", () => {
      // @ts-expect-error: that is what is tested
      assertThrows(() => new ByteBuffer(5), TypeError, "it is no Uint8Array");
      for (const maxSize of [-1, 0.5, NaN]) assertThrows(() => new ByteBuffer("", { maxSize }), RangeError);
    });
  });

  describe("read()", () => {
    it("goes on where the last read ended", async () => {
      const buffer = new ByteBuffer("abcde");
      const p = new Uint8Array(2);
      assertEquals([await buffer.read(p), decode(p)], [2, "ab"]);
      assertEquals([buffer.readSync(p), decode(p)], [2, "cd"]);
      assertEquals([await buffer.read(p), decode(p)], [1, "ed"]);
      assertEquals(buffer.length, 0);
    });

    it("gives null when the buffer is empty, and bytes again once there are more", async () => {
      const buffer = new ByteBuffer();
      const p = new Uint8Array(2);
      assertEquals(await buffer.read(p), null);
      assertEquals(await buffer.read(p), null);
      await buffer.write(encode("a"));
      assertEquals(await buffer.read(p), 1);
      assertEquals(await buffer.read(p), null);
    });

    it("gives 0 for an empty p, also when the buffer is empty, as in Go", async () => {
      const buffer = new ByteBuffer("a");
      assertEquals(await buffer.read(new Uint8Array(0)), 0);
      buffer.readByte();
      assertEquals(await buffer.read(new Uint8Array(0)), 0);
      assertEquals(buffer.readSync(new Uint8Array(0)), 0);
    });
  });

  describe("write() and its kin", () => {
    it("append, and say how much", async () => {
      const buffer = new ByteBuffer("<");
      assertEquals(await buffer.write(encode("abc")), 3);
      assertEquals(buffer.writeSync(encode("d")), 1);
      assertEquals(await buffer.writeString("é"), 2);
      assertEquals(buffer.writeStringSync("€"), 3);
      assertEquals(await writeString(buffer, "!"), 1);
      buffer.writeByte(0x3e);
      assertEquals(buffer.writeRune(0x1d11e), 4);
      assertEquals(buffer.toString(), "<abcdé€!>𝄞");
      assertEquals(buffer.length, 16);
    });

    it("keep nothing of what they were given", async () => {
      const p = encode("abc");
      const buffer = new ByteBuffer();
      await buffer.write(p);
      p.fill(0);
      assertEquals(buffer.toString(), "abc");
    });

    it("write a lone surrogate and what is no code point as U+FFFD", () => {
      const buffer = new ByteBuffer();
      assertEquals(buffer.writeStringSync("\ud800"), 3);
      for (const rune of [-1, 0xd800, 0xdfff, 0x110000]) assertEquals(buffer.writeRune(rune), 3);
      assertEquals(buffer.toString(), "\ufffd".repeat(5));
    });

    it("refuse what is no byte, no code point, no bytes and no text", async () => {
      const buffer = new ByteBuffer();
      for (const b of [-1, 256, 0.5, NaN]) assertThrows(() => buffer.writeByte(b), RangeError);
      assertThrows(() => buffer.writeRune(0.5), RangeError);
      // @ts-expect-error: that is what is tested
      await assertRejects(() => buffer.write("abc"), TypeError);
      // @ts-expect-error: that is what is tested
      await assertRejects(() => buffer.writeString(encode("abc")), TypeError);
      assertEquals(buffer.length, 0);
    });

    it("append views of the buffer itself, however it has to move for that", () => {
      for (const read of [0, 10, 60, 80, 90]) {
        const buffer = new ByteBuffer(pattern(100));
        buffer.next(read);
        const expected = [...pattern(100)].slice(read);
        for (let i = 0; i < 20; i++) {
          buffer.writeSync(buffer.next(7));
          expected.push(...expected.splice(0, 7));
          buffer.writeSync(buffer.peek(1));
          expected.push(...expected.slice(0, 1));
        }
        buffer.writeSync(buffer.bytes());
        assertEquals([...buffer.bytes()], [...expected, ...expected]);
      }
    });
  });

  describe("text", () => {
    it("keeps U+FEFF and replaces what is not UTF-8", () => {
      const bytes = [0xef, 0xbb, 0xbf, 0x61, 0xff, NEWLINE];
      assertEquals(new ByteBuffer(Uint8Array.from(bytes)).toString(), "\ufeffa\ufffd\n");
      assertEquals(new ByteBuffer(Uint8Array.from(bytes)).readString(NEWLINE), "\ufeffa\ufffd\n");
    });

    it("reads from shared memory too", () => {
      if (typeof SharedArrayBuffer === "undefined") return;
      const shared = new Uint8Array(new SharedArrayBuffer(3));
      shared.set(encode("abc"));
      assertEquals(new ByteBuffer(shared).toString(), "abc");
    });
  });

  describe("next() and peek()", () => {
    it("give views of up to n bytes, and only next() moves on", () => {
      const buffer = new ByteBuffer("abcde");
      assertEquals(decode(buffer.peek(2)), "ab");
      assertEquals(decode(buffer.peek(99)), "abcde");
      assertEquals(decode(buffer.next(2)), "ab");
      assertEquals(decode(buffer.next(99)), "cde");
      assertEquals([buffer.next(1).byteLength, buffer.peek(1).byteLength], [0, 0]);
    });

    it("refuse a negative n", () => {
      assertThrows(() => new ByteBuffer("a").next(-1), RangeError);
      assertThrows(() => new ByteBuffer("a").peek(-1), RangeError);
    });
  });

  describe("readBytes() and readString()", () => {
    it("read to the delimiter, then the rest, then say the end", () => {
      const buffer = new ByteBuffer("a\n\nbc");
      assertEquals(buffer.readString(NEWLINE), "a\n");
      assertEquals(buffer.readBytes(NEWLINE), encode("\n"));
      assertEquals(buffer.readString(NEWLINE), "bc");
      assertEquals(buffer.readString(NEWLINE), null);
      assertEquals(buffer.readBytes(NEWLINE), null);
    });

    it("give bytes that are the caller's", () => {
      const buffer = new ByteBuffer("a\nb");
      buffer.readBytes(NEWLINE)?.fill(0);
      buffer.unreadByte();
      assertEquals(buffer.toString(), "\nb");
    });

    it("refuse what is no byte", () => {
      assertThrows(() => new ByteBuffer("a").readBytes(256), RangeError);
      assertThrows(() => new ByteBuffer("a").readString(-1), RangeError);
    });
  });

  describe("unreadByte()", () => {
    for (
      const { name, read } of [
        { name: "read()", read: (buffer: ByteBuffer) => buffer.readSync(new Uint8Array(2)) },
        { name: "next()", read: (buffer: ByteBuffer) => buffer.next(2) },
        { name: "readByte()", read: (buffer: ByteBuffer) => buffer.readByte() },
        { name: "readRune()", read: (buffer: ByteBuffer) => buffer.readRune() },
        { name: "readBytes()", read: (buffer: ByteBuffer) => buffer.readBytes(NEWLINE) },
        { name: "readString()", read: (buffer: ByteBuffer) => buffer.readString(NEWLINE) },
      ]
    ) {
      it(`undoes the last byte of ${name}, once`, () => {
        const buffer = new ByteBuffer("é\n");
        read(buffer);
        const { length } = buffer;
        buffer.unreadByte();
        assertEquals(buffer.length, length + 1);
        assertThrows(() => buffer.unreadByte(), InvalidUnreadError);
      });
    }

    for (
      const { name, other } of [
        { name: "nothing", other: () => {} },
        { name: "a write", other: (buffer: ByteBuffer) => buffer.readByte() && buffer.writeByte(1) },
        { name: "a string", other: (buffer: ByteBuffer) => buffer.readByte() && buffer.writeStringSync("") },
        { name: "a read of nothing", other: (buffer: ByteBuffer) => buffer.readByte() && buffer.next(0) },
        { name: "a read at the end", other: (buffer: ByteBuffer) => buffer.next(9) && buffer.readByte() },
        { name: "truncate()", other: (buffer: ByteBuffer) => buffer.readByte() && buffer.truncate(1) },
        { name: "reset()", other: (buffer: ByteBuffer) => buffer.readByte() && buffer.reset() },
        { name: "grow()", other: (buffer: ByteBuffer) => buffer.readByte() && buffer.grow(100) },
        { name: "readChunk()", other: (buffer: ByteBuffer) => buffer.readByte() && buffer.readChunk(1) },
        {
          name: "writeTo()",
          other: (buffer: ByteBuffer) => buffer.readByte() && buffer.writeTo(new ByteBuffer()),
        },
        {
          name: "readFrom()",
          other: (buffer: ByteBuffer) => buffer.readByte() && buffer.readFrom(new ByteBuffer()),
        },
      ]
    ) {
      it(`undoes nothing after ${name}`, async () => {
        const buffer = new ByteBuffer("abc");
        await other(buffer);
        const { length } = buffer;
        assertThrows(() => buffer.unreadByte(), InvalidUnreadError);
        assertThrows(() => buffer.unreadRune(), InvalidUnreadError);
        assertEquals(buffer.length, length);
      });
    }
  });

  describe("readRune() and unreadRune()", () => {
    it("read code points, U+FFFD of size 1 for what is not UTF-8", () => {
      const buffer = new ByteBuffer(Uint8Array.of(0x61, 0xff, 0xe2, 0x82, 0xac));
      assertEquals(buffer.readRune(), { rune: 0x61, size: 1 });
      assertEquals(buffer.readRune(), { rune: 0xfffd, size: 1 });
      assertEquals(buffer.readRune(), { rune: 0x20ac, size: 3 });
      assertEquals(buffer.readRune(), null);
    });

    it("undo a whole rune, and nothing but one", () => {
      const buffer = new ByteBuffer("€a");
      buffer.readRune();
      buffer.unreadRune();
      assertEquals(buffer.toString(), "€a");
      assertThrows(() => buffer.unreadRune(), InvalidUnreadError);
      buffer.readByte();
      assertThrows(() => buffer.unreadRune(), InvalidUnreadError);
    });
  });

  describe("truncate() and reset()", () => {
    it("keep the first n unread bytes", () => {
      const buffer = new ByteBuffer("abcdef");
      buffer.next(2);
      buffer.truncate(3);
      assertEquals(buffer.toString(), "cde");
      buffer.writeStringSync("!");
      assertEquals(buffer.toString(), "cde!");
      buffer.reset();
      assertEquals([buffer.length, buffer.available], [0, buffer.capacity]);
    });

    it("refuse to keep more than there is", () => {
      const buffer = new ByteBuffer("abc");
      buffer.readByte();
      assertThrows(() => buffer.truncate(3), RangeError, "Cannot truncate 2 bytes to 3");
      assertThrows(() => buffer.truncate(-1), RangeError);
      assertEquals(buffer.toString(), "bc");
    });
  });

  describe("maxSize", () => {
    it("bounds the unread bytes, and an exact fit is fine", () => {
      const buffer = new ByteBuffer("ab", { maxSize: 4 });
      buffer.writeStringSync("cd");
      for (
        const write of [
          () => buffer.writeByte(0),
          () => buffer.writeRune(0x61),
          () => buffer.writeStringSync("e"),
          () => buffer.writeSync(encode("e")),
          () => buffer.grow(1),
        ]
      ) {
        const reason = assertThrows(write, TooLargeError);
        assertEquals(reason.limit, 4);
      }
      assertEquals(buffer.toString(), "abcd");
      buffer.next(3);
      buffer.writeStringSync("xyz");
      assertEquals(buffer.toString(), "dxyz");
    });

    it("writes all or nothing", async () => {
      const buffer = new ByteBuffer("", { maxSize: 4 });
      await assertRejects(() => buffer.write(encode("abcde")), TooLargeError, "at most 4");
      assertEquals(buffer.length, 0);
      await buffer.write(encode("abcd"));
    });

    it("bounds the contents from the beginning", () => {
      assertThrows(() => new ByteBuffer("abcde", { maxSize: 4 }), TooLargeError);
      assertEquals(new ByteBuffer("abcd", { maxSize: 4 }).length, 4);
      assertEquals(new ByteBuffer("", { maxSize: 0 }).readByte(), null);
    });
  });

  it("turns memory that the platform refuses into a TooLargeError (36)", () => {
    const buffer = new ByteBuffer("abc");
    assertThrows(() => buffer.grow(Number.MAX_SAFE_INTEGER - 10), TooLargeError);
    assertEquals(buffer.toString(), "abc");
    buffer.writeStringSync("d");
    assertEquals(buffer.toString(), "abcd");
  });

  it("says what is free behind the contents", () => {
    const buffer = new ByteBuffer("abc");
    assertEquals(buffer.available, 0);
    buffer.grow(10);
    assert(buffer.available >= 10);
    const { capacity } = buffer;
    buffer.writeSync(pattern(10));
    assertEquals(buffer.capacity, capacity);
    assertFalse(buffer.available > capacity - 13);
  });
});
