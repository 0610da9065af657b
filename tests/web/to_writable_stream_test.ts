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
import {
  copy,
  InvalidWriteError,
  readerFrom,
  ShortWriteError,
  toReadableStream,
  toWritableStream,
  type Writer,
  writerFrom,
} from "../../mod.ts";
import { pattern } from "../support/bytes.ts";
import { readerOf } from "../support/steps.ts";
import { scripted, streamOf, STREAMS } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, isPending, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

/** A Writer that notes what is done to it, and fails at a write of `failAt` bytes. */
function noting(failure?: { reason: unknown }) {
  const events: string[] = [];
  return {
    events,
    write(p: Uint8Array): Promise<number> {
      if (failure !== undefined) return Promise.reject(failure.reason);
      events.push(decode(p));
      return Promise.resolve(p.byteLength);
    },
    close: () => void events.push("close"),
  };
}

describe("toWritableStream()", () => {
  it("writes every chunk, in order", async () => {
    const writer = recordingWriter();
    await streamOf(encode("abc"), encode("d")).pipeTo(toWritableStream(writer));
    assertEquals(writer.chunks.map((chunk) => decode(chunk)), ["abc", "d"]);
  });

  it("writes the rest again where the writer takes less than it is given", async () => {
    const writer = recordingWriter((p) => Math.min(3, p.byteLength));
    await writerFrom(toWritableStream(writer)).write(encode("abcdefgh"));
    assertEquals(decode(writer.bytes()), "abcdefgh");
    assertEquals(writer.sizes, [8, 5, 2]);
  });

  it("waits for a slow writer, and tells its producer to wait", async () => {
    const { promise, open } = gate();
    const writer = recordingWriter((p) => promise.then(() => p.byteLength));
    const producer = toWritableStream(writer).getWriter();
    assertEquals(producer.desiredSize, 1);
    const first = producer.write(encode("abc"));
    const second = producer.write(encode("de"));
    assert((producer.desiredSize ?? 1) <= 0);
    assert(await isPending(producer.ready));
    assert(await isPending(first));
    assertEquals(writer.sizes, [3], "one write at a time");
    open();
    await Promise.all([first, second, producer.ready]);
    assertEquals(decode(writer.bytes()), "abcde");
  });

  it("takes a pipe no further than the slow writer and one chunk in waiting", async () => {
    let pulls = 0;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Uint8Array.of(++pulls)),
    }, { highWaterMark: 0 });
    const control = new AbortController();
    const { promise, open } = gate();
    const slow = { write: () => promise.then(() => 1) };
    const piping = source.pipeTo(toWritableStream(slow), { signal: control.signal });
    await settled();
    assert(pulls <= 2, `${pulls} chunks left the source`);
    control.abort();
    open();
    await assertRejects(() => piping);
  });

  for (
    const { name, chunk } of [
      { name: "a DataView", chunk: new DataView(encode("-abcd-").buffer, 1, 4) },
      { name: "an ArrayBuffer", chunk: encode("abcd").buffer },
      { name: "a Uint16Array", chunk: new Uint16Array(encode("abcd").buffer) },
    ]
  ) {
    it(`takes a chunk that is ${name} for its bytes`, async () => {
      const writer = recordingWriter();
      await streamOf(chunk).pipeTo(toWritableStream(writer));
      assertEquals(decode(writer.bytes()), "abcd");
    });
  }

  for (
    const { chunk, named } of [
      { chunk: "text", named: "a string" },
      { chunk: 7, named: "a number" },
      { chunk: { byteLength: 3 }, named: "a plain object" },
      { chunk: null, named: "null" },
      { chunk: undefined, named: "undefined" },
    ]
  ) {
    it(`fails with a TypeError that names ${named} where bytes should be`, async () => {
      const writer = recordingWriter();
      const producer = toWritableStream(writer).getWriter();
      await assertRejects(() => producer.write(chunk as unknown as Uint8Array), TypeError, named);
      await assertRejects(() => producer.write(encode("a")), TypeError, named);
      await assertRejects(() => producer.closed, TypeError, named);
      assertEquals(writer.sizes, []);
    });
  }

  it("does not bother the writer with empty chunks", async () => {
    const writer = recordingWriter();
    await streamOf(encode(""), encode("a"), encode("")).pipeTo(toWritableStream(writer));
    assertEquals(writer.sizes, [1]);
  });

  it("fails with a ShortWriteError, with its numbers, where the writer takes nothing", async () => {
    let room = 3;
    const writer = recordingWriter((p) => {
      const n = Math.min(room, p.byteLength);
      room -= n;
      return n;
    });
    const producer = toWritableStream(writer).getWriter();
    const reason = await assertRejects(() => producer.write(encode("abcde")), ShortWriteError);
    assertEquals([reason.expected, reason.actual], [5, 3]);
    assertStrictEquals(await assertRejects(() => producer.closed), reason);
  });

  for (const result of [-1, 4, 1.5, NaN, undefined, null, "3"]) {
    it(`fails with an InvalidWriteError where a write of 3 bytes answers ${result}`, async () => {
      const producer = toWritableStream({ write: () => Promise.resolve(result as number) }).getWriter();
      const reason = await assertRejects(() => producer.write(encode("abc")), InvalidWriteError);
      assertEquals(reason.result, result);
      await assertRejects(() => producer.closed);
    });
  }

  it("fails with the reason of the writer, thrown or rejected, also at every later write", async () => {
    for (const reason of [new Error("disk full"), "disk full", undefined]) {
      for (
        const write of [
          () => Promise.reject(reason),
          () => {
            throw reason;
          },
        ]
      ) {
        const producer = toWritableStream({ write }).getWriter();
        for (const text of ["a", "b"]) {
          const caught = await producer.write(encode(text)).then(() => "no rejection", (e) => [e]);
          assertEquals(caught, [reason]);
        }
        producer.closed.catch(() => {});
      }
    }
  });

  it("leaves no unhandled rejection when the writer fails and nobody listens any more", async () => {
    const { promise, open } = gate();
    const stream = toWritableStream({
      write: () => promise.then(() => Promise.reject(new Error("disk full"))),
    });
    const producer = writerFrom(stream);
    producer.write(encode("a")).catch(() => {});
    producer.release();
    open();
    await settled();
  });

  it("leaves a source that was piped into a failing writer cancelled with its reason", async () => {
    const full = new Error("disk full");
    const { stream, push, cancelled } = scripted();
    push("abc");
    assertStrictEquals(
      await assertRejects(() => stream.pipeTo(toWritableStream(noting({ reason: full })))),
      full,
    );
    assertEquals(cancelled, [full]);
  });

  describe("with close", () => {
    it("leaves the writer open by default", async () => {
      const writer = noting();
      await streamOf(encode("a")).pipeTo(toWritableStream(writer));
      await toWritableStream(writer).abort("enough");
      assertEquals(writer.events, ["a"]);
    });

    it("closes the writer once, after the last write, and the stream is closed after that", async () => {
      const { promise, open } = gate();
      const events: string[] = [];
      const writer = {
        async write(p: Uint8Array) {
          await settled();
          events.push(decode(p));
          return p.byteLength;
        },
        close() {
          events.push("close");
          return promise;
        },
      };
      const piping = streamOf(encode("a"), encode("b")).pipeTo(toWritableStream(writer, { close: true }));
      while (!events.includes("close")) await settled();
      assert(await isPending(piping));
      open();
      await piping;
      assertEquals(events, ["a", "b", "close"]);
    });

    it("fails if the writer cannot be closed", async () => {
      const stuck = new Error("stuck");
      const writer = { ...noting(), close: () => Promise.reject(stuck) };
      const stream = toWritableStream(writer, { close: true });
      assertStrictEquals(await assertRejects(() => stream.close()), stuck);
    });

    it("closes a writer that has no close() by doing nothing", async () => {
      const writer = recordingWriter();
      await streamOf(encode("a")).pipeTo(toWritableStream(writer, { close: true }));
      assertEquals(decode(writer.bytes()), "a");
    });

    for (
      const { by, writer } of [
        {
          by: "abort(reason)",
          writer: (told: unknown[]) => ({
            ...noting(),
            abort: (reason: unknown) => void told.push(reason),
            close: () => void told.push("close"),
          }),
        },
        {
          by: "closeWithError(reason)",
          writer: (told: unknown[]) => ({
            ...noting(),
            closeWithError: (reason: unknown) => void told.push(reason),
            close: () => void told.push("close"),
          }),
        },
        {
          by: "close()",
          writer: (told: unknown[]) => ({ ...noting(), close: () => void told.push("enough") }),
        },
      ]
    ) {
      it(`tells the writer of an abort by its ${by}`, async () => {
        const told: unknown[] = [];
        await toWritableStream(writer(told), { close: true }).abort("enough");
        assertEquals(told, ["enough"]);
      });
    }

    it("lets go of a writer that failed: it is closed once, and the reason stays that of the write", async () => {
      const full = new Error("disk full");
      const writer = noting({ reason: full });
      const producer = toWritableStream(writer, { close: true }).getWriter();
      assertStrictEquals(await assertRejects(() => producer.write(encode("a"))), full);
      assertStrictEquals(await assertRejects(() => producer.closed), full);
      await settled();
      assertEquals(writer.events, ["close"]);
    });

    it("leaves nothing unhandled when a writer that failed cannot be closed either", async () => {
      const full = new Error("disk full");
      const writer = { ...noting({ reason: full }), close: () => Promise.reject(new Error("stuck")) };
      const producer = toWritableStream(writer, { close: true }).getWriter();
      producer.closed.catch(() => {});
      assertStrictEquals(await assertRejects(() => producer.write(encode("a"))), full);
      await settled();
    });

    it("rejects abort() with what the writer says to it, also in the middle of a chunk", async () => {
      const stuck = new Error("stuck");
      for (const inWrite of [false, true]) {
        const { promise, open } = gate();
        const writer = {
          write: () => promise.then(() => 1),
          abort: () => Promise.reject(stuck),
        };
        const producer = toWritableStream(writer, { close: true }).getWriter();
        producer.closed.catch(() => {});
        const write = inWrite ? producer.write(encode("abc")).catch(() => {}) : undefined;
        await settled();
        const aborting = assertRejects(() => producer.abort("enough"));
        open();
        assertStrictEquals(await aborting, stuck);
        await write;
      }
    });

    it("tells of a failure at once, although closing takes for ever", async () => {
      const full = new Error("disk full");
      const writer = { ...noting({ reason: full }), close: () => new Promise<void>(() => {}) };
      const producer = toWritableStream(writer, { close: true }).getWriter();
      producer.closed.catch(() => {});
      assertStrictEquals(await assertRejects(() => producer.write(encode("a"))), full);
    });
  });

  it("drops on abort what the writer has not taken yet, the rest of a chunk included", async () => {
    const { promise, open } = gate();
    const writer = recordingWriter(async (p) => {
      await promise;
      return Math.min(2, p.byteLength);
    });
    const producer = toWritableStream(writer).getWriter();
    const writes = [producer.write(encode("abcdef")), producer.write(encode("gh"))];
    const outcomes = Promise.allSettled([...writes, producer.closed]);
    await settled();
    const aborting = producer.abort("enough");
    open();
    await aborting;
    await outcomes;
    assertEquals(decode(writer.bytes()), "ab");
  });

  describe("with wrong arguments", () => {
    for (const wrong of [null, undefined, {}, "abc", new Uint8Array(1), new WritableStream()]) {
      it(`throws a TypeError at once for ${Object.prototype.toString.call(wrong)} as the Writer`, () => {
        assertThrows(() => toWritableStream(wrong as unknown as Writer), TypeError, "write()");
      });
    }
  });
});

describe("there and back again", () => {
  for (const { name, make } of STREAMS) {
    it(`keeps the bytes of ${name} through readerFrom() and toReadableStream()`, async () => {
      const bytes = pattern(200_000);
      const stream = make(bytes.slice(0, 7), bytes.slice(7, 150_000), bytes.slice(150_000));
      const again = toReadableStream(readerFrom(toReadableStream(readerFrom(stream), { chunkSize: 999 })));
      assertEquals(new Uint8Array(await new Response(again).arrayBuffer()), bytes);
      assertFalse(stream.locked);
    });
  }

  it("keeps bytes, however they are cut, through adapters in both directions", async () => {
    const size = fc.integer({ min: 1, max: 16 });
    await fc.assert(fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      size,
      size,
      fc.array(size, { minLength: 1 }),
      async (chunks, chunkSize, secondChunkSize, accepts) => {
        let writes = 0;
        const short = recordingWriter((p) => Math.min(p.byteLength, accepts[writes++ % accepts.length] ?? 1));
        const source = toReadableStream(readerFrom(toReadableStream(readerOf(...chunks), { chunkSize })), {
          chunkSize: secondChunkSize,
        });
        const destination = toWritableStream(writerFrom(toWritableStream(short)), { close: true });
        const expected = chunks.flatMap((chunk) => [...chunk]);
        if (chunks.length % 2 === 0) assertEquals(await copy(destination, source), expected.length);
        else await source.pipeTo(destination);
        assertEquals([...short.bytes()], expected);
      },
    ));
  });
});
