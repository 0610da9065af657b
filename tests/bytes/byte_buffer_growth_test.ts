import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ByteBuffer } from "../../src/bytes/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { recordingWriter } from "../support/writers.ts";

const KIB = 1024;

describe("a ByteBuffer grows as Go's", () => {
  for (
    const { write, capacity } of [
      { write: [1], capacity: 64 },
      { write: [64], capacity: 64 },
      { write: [65], capacity: 65 },
      { write: [64, 1], capacity: 128 },
      { write: [100, 1], capacity: 200 },
      { write: [100, 900], capacity: 1000 },
      { write: [KIB, KIB, KIB], capacity: 4 * KIB },
    ]
  ) {
    it(`to ${capacity} bytes by writing ${write.join(" and ")}`, () => {
      const buffer = new ByteBuffer();
      for (const n of write) buffer.writeSync(pattern(n));
      assertEquals(buffer.capacity, capacity);
    });
  }

  it("and slides to the front where that makes room enough", () => {
    const buffer = new ByteBuffer(pattern(1000));
    buffer.next(900);
    buffer.writeSync(pattern(400, 1));
    assertEquals(buffer.capacity, 1000);
    assertBytes(buffer.next(100), pattern(1000).subarray(900));
    assertBytes(buffer.bytes(), pattern(400, 1));
  });

  it("and allocates where sliding would soon have to be done again", () => {
    const buffer = new ByteBuffer(pattern(1000));
    buffer.next(400);
    buffer.writeSync(pattern(100));
    assert(buffer.capacity > 1000);
    assertEquals(buffer.length, 700);
  });

  it("and stays as it is after grow()", () => {
    const buffer = new ByteBuffer();
    buffer.grow(5000);
    const { capacity } = buffer;
    for (let i = 0; i < 5; i++) buffer.writeSync(pattern(1000));
    assertEquals(buffer.capacity, capacity);
  });

  for (
    const { name, read } of [
      { name: "read()", read: (buffer: ByteBuffer) => buffer.readSync(new Uint8Array(KIB)) },
      { name: "next()", read: (buffer: ByteBuffer) => buffer.next(KIB) },
      { name: "writeTo()", read: (buffer: ByteBuffer) => buffer.writeTo(recordingWriter()) },
      { name: "readChunk()", read: (buffer: ByteBuffer) => buffer.readChunk() },
      {
        name: "readChunk(1000)",
        read: (buffer: ByteBuffer) => buffer.readChunk(1000).then(() => buffer.readChunk(24)),
      },
    ]
  ) {
    it(`and has less than 4 KiB after 5,000 times a write of 1 KiB and ${name} of it (37)`, async () => {
      const buffer = new ByteBuffer();
      const kib = pattern(KIB);
      for (let i = 0; i < 5000; i++) {
        buffer.writeSync(kib);
        await read(buffer);
      }
      assertEquals(buffer.length, 0);
      assert(buffer.capacity < 4 * KIB, `capacity is ${buffer.capacity}`);
    });
  }

  it("and needs at most three times what is in it while it is read as fast as it is written", () => {
    const buffer = new ByteBuffer(pattern(10 * KIB));
    for (let i = 0; i < 5000; i++) {
      buffer.writeSync(pattern(KIB, i));
      buffer.next(KIB);
      assert(buffer.capacity <= 3 * 11 * KIB, `capacity is ${buffer.capacity}`);
    }
    assertBytes(buffer.next(KIB), pattern(KIB, 4990));
  });

  it("and its memory is used again once it was written out", async () => {
    const buffer = new ByteBuffer();
    const arrays = new Set<ArrayBufferLike>();
    for (let i = 0; i < 10; i++) {
      buffer.writeSync(pattern(KIB));
      arrays.add(buffer.bytes().buffer);
      await buffer.writeTo(recordingWriter());
    }
    assertEquals(arrays.size, 1);
  });
});
