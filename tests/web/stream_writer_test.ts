import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { readerFrom, type StreamWriter, writerFrom } from "../../mod.ts";
import { detach } from "../support/detach.ts";
import { needs } from "../support/features.ts";
import { sink } from "../support/sinks.ts";
import { readerOf } from "../support/steps.ts";
import { streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, isPending, settled } from "../support/waiting.ts";

const disposal = needs("Symbol.asyncDispose");

describe("StreamWriter", () => {
  describe("write()", () => {
    it("gives the stream a copy, so that the caller may use its buffer again", async () => {
      const { stream, chunks } = sink();
      const writer = writerFrom(stream);
      const p = encode("-abc-").subarray(1, 4);
      assertEquals(await writer.write(p), 3);
      p.fill(0);
      assertEquals(await writer.write(encode("d")), 1);
      assertEquals(decode(...chunks), "abcd");
      assert(chunks[0] !== undefined && chunks[0].buffer !== p.buffer);
    });

    it("leaves the buffer whole where the stream transfers what it is given", async () => {
      const { stream } = sink(detach);
      const p = encode("abc");
      assertEquals(await writerFrom(stream).write(p), 3);
      assertEquals(decode(p), "abc");
    });

    it("resolves when a slow sink has taken the bytes, not before", async () => {
      const { promise, open } = gate();
      const { stream, chunks } = sink(() => promise);
      const pending = writerFrom(stream).write(encode("abc"));
      assert(await isPending(pending));
      assertEquals(chunks.length, 0);
      open();
      assertEquals(await pending, 3);
      assertEquals(chunks.length, 1);
    });

    it("writes nothing for an empty buffer", async () => {
      const { stream, chunks } = sink();
      assertEquals(await writerFrom(stream).write(new Uint8Array(0)), 0);
      assertEquals(chunks.length, 0);
    });

    it("keeps the order of writes that were not awaited", async () => {
      const { stream, chunks } = sink(settled);
      const writer = writerFrom(stream);
      assertEquals(await Promise.all(["a", "bc", "def"].map((s) => writer.write(encode(s)))), [1, 2, 3]);
      assertEquals(decode(...chunks), "abcdef");
    });

    it("rejects with the reason of the sink, at every later write too", async () => {
      for (const reason of [new Error("disk full"), "disk full", undefined]) {
        const { stream } = sink((chunk) => {
          if (chunk.byteLength === 2) throw reason;
        });
        const writer = writerFrom(stream);
        await writer.write(encode("a"));
        for (const text of ["bb", "c"]) {
          const caught = await writer.write(encode(text)).then(() => "no rejection", (e) => [e]);
          assertEquals(caught, [reason]);
        }
      }
    });

    for (const wrong of [null, undefined, "abc", [1], new ArrayBuffer(4), new DataView(new ArrayBuffer(4))]) {
      it(`rejects with a TypeError for ${Object.prototype.toString.call(wrong)} and writes nothing`, async () => {
        const { stream, chunks } = sink();
        const writer = writerFrom(stream);
        await assertRejects(() => writer.write(wrong as unknown as Uint8Array), TypeError);
        await assertRejects(() => writer.writeChunk(wrong as unknown as Uint8Array), TypeError);
        assertFalse(stream.locked);
        assertEquals(chunks.length, 0);
      });
    }
  });

  describe("writeChunk()", () => {
    it("hands over the very chunk", async () => {
      const { stream, chunks } = sink();
      const chunk = encode("abc").subarray(1);
      assertEquals(await writerFrom(stream).writeChunk(chunk), undefined);
      assertStrictEquals(chunks[0], chunk);
    });

    it("waits for a slow sink", async () => {
      const { promise, open } = gate();
      const pending = writerFrom(sink(() => promise).stream).writeChunk(encode("abc"));
      assert(await isPending(pending));
      open();
      await pending;
    });
  });

  describe("locking", () => {
    it("leaves the stream unlocked until the first write", async () => {
      const { stream } = sink();
      const writer = writerFrom(stream);
      assertFalse(stream.locked);
      await writer.write(encode("a"));
      assert(stream.locked);
    });

    it("refuses a stream that somebody else locked, and works once it is free", async () => {
      const { stream, events } = sink();
      const other = stream.getWriter();
      const writer = writerFrom(stream);
      await assertRejects(() => writer.write(encode("a")), TypeError, "locked");
      await assertRejects(() => writer.writeChunk(encode("a")), TypeError, "locked");
      await assertRejects(() => writer.readFrom(streamReader("a")), TypeError, "locked");
      await assertRejects(() => writer.close(), TypeError, "locked");
      await assertRejects(() => writer.abort("x"), TypeError);
      assertThrows(() => writer.release(), TypeError, "locked");
      other.releaseLock();
      await writer.write(encode("b"));
      await writer.close();
      assertEquals(events, ['"b"', "close"]);
    });

    it("throws a TypeError at once for what is no stream", () => {
      for (const wrong of [null, undefined, {}, "abc", new Uint8Array(1), { write() {} }]) {
        assertThrows(
          () => writerFrom(wrong as unknown as WritableStream<Uint8Array>),
          TypeError,
          "WritableStream",
        );
      }
    });
  });

  describe("readFrom()", () => {
    it("copies a Reader into the stream, unlocks it and leaves it open", async () => {
      const { stream, events } = sink();
      const writer = writerFrom(stream);
      assertEquals(await writer.readFrom(readerOf(encode("abc"), encode("de"))), 5);
      assertFalse(stream.locked);
      assertEquals(events.includes("close"), false);
      await writer.write(encode("f"));
      assertEquals(events.map((event) => JSON.parse(event)).join(""), "abcdef");
    });

    it("rejects with a TypeError for what is no Reader", async () => {
      const { stream } = sink();
      await assertRejects(
        () => writerFrom(stream).readFrom({} as unknown as { read(): never }),
        TypeError,
        "read()",
      );
      assertFalse(stream.locked);
    });
  });

  describe("close(), abort() and release()", () => {
    it("ends the stream after what was written, once, and unlocks it", disposal, async () => {
      const { stream, events } = sink(settled);
      {
        await using writer = writerFrom(stream);
        writer.write(encode("a"));
        await writer.close();
        await writer.close();
      }
      assertEquals(events, ['"a"', "close"]);
      assertFalse(stream.locked);
    });

    it("closes a stream to which nothing was written", async () => {
      const { stream, events } = sink();
      await writerFrom(stream).close();
      assertEquals(events, ["close"]);
      assertFalse(stream.locked);
    });

    it("closes the stream at the end of `await using`", disposal, async () => {
      const { stream, events } = sink();
      {
        await using writer = writerFrom(stream);
        await writer.write(encode("a"));
      }
      assertEquals(events, ['"a"', "close"]);
    });

    it("rejects close() with the failure of the stream and unlocks it", async () => {
      const full = new Error("disk full");
      const failsAtEnd = new WritableStream<Uint8Array>({ close: () => Promise.reject(full) });
      assertStrictEquals(await assertRejects(() => writerFrom(failsAtEnd).close()), full);
      assertFalse(failsAtEnd.locked);

      const { stream } = sink(() => Promise.reject(full));
      const writer = writerFrom(stream);
      await assertRejects(() => writer.write(encode("a")));
      assertStrictEquals(await assertRejects(() => writer.close()), full);
      assertFalse(stream.locked);
    });

    it(
      "shows the failure of a write as it is, although `await using` closes the writer after it",
      disposal,
      async () => {
        const full = new Error("disk full");
        const { stream } = sink(() => Promise.reject(full));
        const reason = await assertRejects(async () => {
          await using writer = writerFrom(stream);
          await writer.write(encode("a"));
        });
        assertStrictEquals(reason, full);
        assertFalse(stream.locked);
      },
    );

    it("tells the sink the reason of an abort and fails what waits", async () => {
      const reason = new Error("enough");
      const { promise, open } = gate();
      const { stream, aborted, chunks } = sink(() => promise);
      const writer = writerFrom(stream);
      const first = writer.write(encode("a"));
      await settled();
      const second = assertRejects(() => writer.write(encode("b")));
      const abort = writer.abort(reason);
      open();
      await abort;
      await first;
      assertStrictEquals(await second, reason);
      assertEquals([aborted, chunks.length], [[reason], 1]);
      assertFalse(stream.locked);
    });

    it("aborts a stream to which nothing was written, and one that failed already", async () => {
      const untouched = sink();
      await writerFrom(untouched.stream).abort("enough");
      assertEquals(untouched.events, ["abort: enough"]);

      const { stream } = sink(() => Promise.reject(new Error("disk full")));
      const failed = writerFrom(stream);
      await assertRejects(() => failed.write(encode("a")));
      await failed.abort("enough");
      assertFalse(stream.locked);
    });

    it("gives the stream back unlocked, what was written before stays written", async () => {
      const { stream, events } = sink(settled);
      const writer = writerFrom(stream);
      const pending = writer.write(encode("a"));
      assertStrictEquals(writer.release(), stream);
      assertFalse(stream.locked);
      const own = stream.getWriter();
      await own.write(encode("b"));
      await pending;
      assertEquals(events, ['"a"', '"b"']);
    });

    for (
      const { how, end } of [
        { how: "release", end: (writer: StreamWriter) => writer.release() },
        { how: "close", end: (writer: StreamWriter) => writer.close() },
        { how: "abort", end: (writer: StreamWriter) => writer.abort("enough") },
      ]
    ) {
      it(`answers every use after ${how}() with a TypeError`, async () => {
        const { stream, chunks } = sink();
        const writer = writerFrom(stream);
        await end(writer);
        await assertRejects(() => writer.write(encode("a")), TypeError);
        await assertRejects(() => writer.write(new Uint8Array(0)), TypeError);
        await assertRejects(() => writer.writeChunk(encode("a")), TypeError);
        await assertRejects(() => writer.readFrom(streamReader("a")), TypeError);
        assertThrows(() => writer.release(), TypeError);
        await writer.close();
        await writer.abort();
        assertEquals(chunks.length, 0);
      });
    }

    it(
      "keeps the released stream out of the reach of close(), abort() and `await using`",
      disposal,
      async () => {
        const { stream, events } = sink();
        {
          await using writer = writerFrom(stream);
          await writer.write(encode("a"));
          writer.release();
          await writer.abort("late");
        }
        await writerFrom(stream).write(encode("b"));
        assertEquals(events, ['"a"', '"b"']);
      },
    );
  });

  describe("a stream that fails while nobody writes", () => {
    it("leaves no unhandled rejection behind", async () => {
      for (const before of ["unused", "written", "written and released", "with a write pending"] as const) {
        let fail: (reason: unknown) => void = () => {};
        const stream = new WritableStream<Uint8Array>({
          start: (controller) => void (fail = (reason) => controller.error(reason)),
          write: () => before === "with a write pending" ? settled() : undefined,
        });
        const writer = writerFrom(stream);
        if (before.startsWith("written")) await writer.write(encode("a"));
        const pending = before === "with a write pending"
          ? writer.write(encode("a")).catch(() => {})
          : undefined;
        if (before.endsWith("released")) writer.release();
        await settled();
        fail(new Error("nobody listens"));
        await settled();
        await pending;
      }
    });
  });

  it("delivers the same bytes however they are written", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(
        fc.record({
          bytes: fc.uint8Array({ maxLength: 9 }),
          how: fc.constantFrom("write", "writeChunk", "readFrom"),
        }),
      ),
      fc.boolean(),
      async (calls, slow) => {
        const { stream, chunks } = sink(slow ? () => null : undefined);
        const writer = writerFrom(stream);
        for (const { bytes, how } of calls) {
          const own = new Uint8Array(bytes);
          if (how === "write") assertEquals(await writer.write(own), bytes.length);
          else if (how === "writeChunk") await writer.writeChunk(own);
          else assertEquals(await writer.readFrom(readerOf(own)), bytes.length);
        }
        await writer.close();
        assertEquals(chunks.flatMap((chunk) => [...chunk]), calls.flatMap(({ bytes }) => [...bytes]));
      },
    ));
  });
});

function streamReader(text: string) {
  return readerFrom(streamOf(encode(text)));
}
