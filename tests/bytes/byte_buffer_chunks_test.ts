import { assert, assertEquals, assertNotStrictEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copyN,
  copySettled,
  limitReader,
  onlyReader,
  readAll,
  toReadableStream,
  type Writer,
} from "../../mod.ts";
import { ByteBuffer } from "../../src/bytes/mod.ts";
import { errWriter, shortWriter } from "../../src/iotest/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { detach } from "../support/detach.ts";
import { sink } from "../support/sinks.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

/** Writes until the buffer has used all of its memory more than once. */
function churn(buffer: ByteBuffer): void {
  for (let i = 0; i < 50; i++) {
    buffer.writeSync(new Uint8Array(100).fill(0xee));
    buffer.next(100);
  }
  buffer.writeSync(new Uint8Array(5000).fill(0xee));
  buffer.reset();
  buffer.writeSync(new Uint8Array(5000).fill(0xee));
}

describe("ByteBuffer.readChunk()", () => {
  it("gives everything, or as much as is asked for, then null", async () => {
    const buffer = new ByteBuffer("abcdef");
    assertEquals(await buffer.readChunk(2), encode("ab"));
    assertEquals(await buffer.readChunk(), encode("cdef"));
    assertEquals(await buffer.readChunk(), null);
    buffer.writeStringSync("g");
    assertEquals(await buffer.readChunk(9), encode("g"));
  });

  for (const max of [0, -1, 0.5, NaN]) {
    it(`refuses a maximum of ${max}`, async () => {
      await assertRejects(() => new ByteBuffer("abc").readChunk(max), RangeError);
    });
  }

  for (const max of [1, 10, 64, 100, undefined]) {
    it(`gives chunks that nothing written later overwrites, up to ${max} bytes each`, async () => {
      for (const read of [0, 1, 40]) {
        const buffer = new ByteBuffer();
        buffer.writeSync(pattern(100));
        buffer.next(read);
        const taken: number[] = [];
        const chunks: Uint8Array[] = [];
        while (buffer.length > 0) {
          const chunk = await buffer.readChunk(max);
          assert(chunk !== null);
          chunks.push(chunk);
          taken.push(...chunk);
          // A write while some of it is still unread, and taken back.
          buffer.writeByte(0xee);
          buffer.truncate(buffer.length - 1);
        }
        churn(buffer);
        assertEquals(chunks.flatMap((chunk) => [...chunk]), taken);
        assertEquals(taken, [...pattern(100).subarray(read)]);
      }
    });
  }

  it("copies nothing where most of the memory is in the chunks", async () => {
    const array = pattern(1000);
    const buffer = new ByteBuffer(array);
    for (const chunk of [await buffer.readChunk(400), await buffer.readChunk()]) {
      assertStrictEquals(chunk?.buffer, array.buffer);
    }
  });

  it("copies a few bytes rather than keep a large memory alive", async () => {
    const buffer = new ByteBuffer();
    buffer.grow(100_000);
    buffer.writeStringSync("abc");
    const chunk = await buffer.readChunk();
    assertEquals(chunk?.buffer.byteLength, 3);
    assert(buffer.capacity >= 100_000);
  });
});

describe("a copy from a ByteBuffer", () => {
  it("gives a plain Writer one view of everything", async () => {
    const array = pattern(100_000);
    const writer = recordingWriter();
    const seen: unknown[] = [];
    const noting: Writer = {
      write(p) {
        seen.push(p.buffer);
        return writer.write(p);
      },
    };
    const outcome = await copySettled(noting, new ByteBuffer(array));
    assertEquals(outcome, { ok: true, written: 100_000, path: "chunks" });
    assertEquals(seen.length, 1);
    assertStrictEquals(seen[0], array.buffer);
    assertBytes(writer.bytes(), array);
  });

  it("gives a web stream memory that it may transfer", async () => {
    for (const read of [0, 10, 90]) {
      const buffer = new ByteBuffer();
      buffer.writeSync(pattern(100));
      buffer.next(read);
      const { stream, chunks } = sink();
      assertEquals(await copyN(stream, buffer, 5), 5);
      chunks.forEach(detach);
      assertBytes(buffer.bytes(), pattern(100).subarray(read + 5));

      const rest = sink();
      await copy(rest.stream, buffer);
      assertEquals(buffer.length, 0);
      buffer.writeSync(pattern(100));
      rest.chunks.forEach(detach);
      assertBytes(buffer.bytes(), pattern(100));
    }
  });

  it("gives a web stream the array itself if it is all of it", async () => {
    const array = pattern(1000);
    const { stream, chunks } = sink();
    await copy(stream, new ByteBuffer(array));
    assertStrictEquals(chunks[0]?.buffer, array.buffer);

    const memory = pattern(1000);
    const part = sink();
    await copy(part.stream, new ByteBuffer(memory.subarray(0, 900)));
    assertNotStrictEquals(part.chunks[0]?.buffer, memory.buffer);
  });

  it("never overwrites what a slow writer holds", async () => {
    const { promise, open } = gate();
    const got: string[] = [];
    const slow: Writer = {
      async write(p) {
        await promise;
        got.push(decode(p));
        return p.byteLength;
      },
    };
    const buffer = new ByteBuffer("abc");
    const copying = buffer.writeTo(slow);
    await settled();
    buffer.writeStringSync("def");
    open();
    assertEquals(await copying, 6);
    assertEquals(got, ["abc", "def"]);
  });

  it("never overwrites what a writer holds on to after an abort", async () => {
    const controller = new AbortController();
    const held: Uint8Array[] = [];
    const stuck: Writer = {
      write(p) {
        held.push(p);
        return new Promise(() => {});
      },
    };
    const buffer = new ByteBuffer(pattern(100));
    const copying = buffer.writeTo(stuck, { signal: controller.signal });
    await settled();
    controller.abort(new Error("enough"));
    await assertRejects(() => copying, Error, "enough");
    await buffer.writeTo(recordingWriter());
    churn(buffer);
    assertEquals(held.length, 1);
    assertBytes(held[0] ?? new Uint8Array(), pattern(100));
  });

  it("leaves what was not written, in front of what was written to it meanwhile", async () => {
    const reason = new Error("full");
    const buffer = new ByteBuffer("abcdef");
    const failing = shortWriter(errWriter(reason, 4), 3);
    const meddling: Writer = {
      write(p) {
        if (p.byteLength === 6) buffer.writeStringSync("ghi");
        return failing.write(p);
      },
    };
    assertStrictEquals(await buffer.writeTo(meddling).catch((e: unknown) => e), reason);
    assertEquals(buffer.toString(), "efghi");
  });

  it("leaves what was not written, also where it had to be copied", async () => {
    for (const via of ["buffer", "chunks"] as const) {
      const buffer = new ByteBuffer();
      buffer.grow(1000);
      buffer.writeStringSync("abcdef");
      const outcome = await copySettled(errWriter("full", 2), buffer, { via });
      assertEquals(outcome, { ok: false, written: 2, path: via, side: "dst", reason: "full" });
      assertEquals(buffer.toString(), "cdef");
    }
  });

  it("stops where a limit or a promised length says", async () => {
    const buffer = new ByteBuffer("abcdef");
    assertEquals(decode(await readAll(limitReader(buffer, 2))), "ab");
    assertEquals(await copyN(recordingWriter(), buffer, 2), 2);
    assertEquals(decode(await readAll(onlyReader(buffer))), "ef");
  });

  it("serves as a body", async () => {
    assertEquals(await new Response(toReadableStream(new ByteBuffer("abc"))).text(), "abc");
  });

  it("refuses what is no Writer", async () => {
    // @ts-expect-error: that is what is tested
    await assertRejects(() => new ByteBuffer("abc").writeTo({}), TypeError, "no write() method");
  });
});
