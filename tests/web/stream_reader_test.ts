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
import { copy, copyN, readAll, readerFrom, type StreamReader, writerFrom } from "../../mod.ts";
import { needs } from "../support/features.ts";
import { sink } from "../support/sinks.ts";
import { bodyOf, scripted, streamOf, STREAMS } from "../support/streams.ts";
import { streamBySteps } from "../support/steps.ts";
import { decode, encode } from "../support/utf8.ts";
import { isPending, settled } from "../support/waiting.ts";

/** Reads to the end with a `p` of the size given. */
async function readIn(reader: StreamReader, size: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  const p = new Uint8Array(size);
  for (let n = await reader.read(p); n !== null; n = await reader.read(p)) chunks.push(p.slice(0, n));
  return decode(...chunks);
}

async function chunksOf(reader: StreamReader, max?: number): Promise<string[]> {
  const chunks: string[] = [];
  for (let chunk = await reader.readChunk(max); chunk !== null; chunk = await reader.readChunk(max)) {
    chunks.push(decode(chunk));
  }
  return chunks;
}

function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

const disposal = needs("Symbol.asyncDispose");

/** What a test of one of the two types of streams needs. */
const needed = (type: "bytes" | undefined) => needs(type === "bytes" && "byte streams");

describe("StreamReader", () => {
  describe("read()", () => {
    for (const { name, make } of STREAMS) {
      for (const size of [1, 2, 3, 64]) {
        it(`reads ${name} to its end with a buffer of ${size}`, async () => {
          const stream = make(encode("abc"), encode("d"), encode("efghi"));
          const reader = readerFrom(stream);
          assertEquals(await readIn(reader, size), "abcdefghi");
          assertEquals(await reader.read(new Uint8Array(size)), null);
          assertEquals(await reader.read(new Uint8Array(0)), null);
          assertFalse(stream.locked);
        });
      }

      it(`leaves the caller's buffer whole after reading ${name}`, async () => {
        const memory = new ArrayBuffer(16);
        const p = new Uint8Array(memory, 4, 8);
        assertEquals(await readerFrom(make(encode("abc"))).read(p), 3);
        assertStrictEquals(p.buffer, memory);
        assertEquals(memory.byteLength, 16);
        assertEquals(decode(new Uint8Array(memory)), "\0\0\0\0abc\0\0\0\0\0\0\0\0\0");
      });
    }

    it("delivers what a chunk holds beyond the buffer at the next reads", async () => {
      const reader = readerFrom(streamOf(encode("abcde"), encode("f")));
      const p = new Uint8Array(2);
      const reads: [number | null, string][] = [];
      for (let n = await reader.read(p); n !== null; n = await reader.read(p)) {
        reads.push([n, decode(p.subarray(0, n))]);
      }
      assertEquals(reads, [[2, "ab"], [2, "cd"], [1, "e"], [1, "f"]]);
    });

    for (
      const { name, chunk } of [
        { name: "a DataView", chunk: new DataView(encode("-abc-").buffer, 1, 3) },
        { name: "an ArrayBuffer", chunk: encode("abc").buffer },
        { name: "a Uint16Array", chunk: new Uint16Array(encode("?\0abcd").buffer, 2, 2) },
        { name: "an Int8Array", chunk: new Int8Array(encode("abc").buffer) },
        { name: "a Float64Array", chunk: new Float64Array(encode("abcdefgh").buffer) },
      ]
    ) {
      it(`takes a chunk that is ${name} for its bytes`, async () => {
        const whole = ArrayBuffer.isView(chunk)
          ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
          : new Uint8Array(chunk);
        const expected = decode(whole);
        assertEquals(await readIn(readerFrom(streamOf(chunk)), 64), expected);
        assertEquals(await readIn(readerFrom(streamOf(chunk)), 1), expected);
        assertEquals(await chunksOf(readerFrom(streamOf(chunk))), [expected]);
      });
    }

    for (
      const { chunk, named } of [
        { chunk: "text", named: "a string" },
        { chunk: 7, named: "a number" },
        { chunk: [1, 2], named: "a Array" },
        { chunk: { byteLength: 3 }, named: "a plain object" },
        { chunk: null, named: "null" },
      ]
    ) {
      it(`rejects with a TypeError that names ${named} where bytes should be`, async () => {
        for (
          const read of [(r: StreamReader) => r.read(new Uint8Array(4)), (r: StreamReader) => r.readChunk()]
        ) {
          const reader = readerFrom(streamOf(encode("ab"), chunk));
          assertEquals(await reader.read(new Uint8Array(4)), 2);
          await assertRejects(() => read(reader), TypeError, named);
        }
      });
    }

    it("answers 0 to an empty buffer without touching the stream", async () => {
      let pulls = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulls++;
          controller.enqueue(encode("abc"));
        },
      }, { highWaterMark: 0 });
      const reader = readerFrom(stream);
      assertEquals(await reader.read(new Uint8Array(0)), 0);
      assertEquals([pulls, stream.locked], [0, false]);
      assertEquals(await reader.read(new Uint8Array(1)), 1);
      assertEquals(await reader.read(new Uint8Array(0)), 0);
      assertEquals(pulls, 1);
      await reader.cancel();
    });

    it("gives a failure of the stream again at every later read, one into an empty buffer included", async () => {
      const broken = new Error("broken");
      const { stream, push, fail } = scripted();
      const reader = readerFrom(stream);
      push("ab");
      assertEquals(await reader.read(new Uint8Array(1)), 1);
      fail(broken);
      assertEquals(await reader.read(new Uint8Array(4)), 1);
      for (let time = 0; time < 2; time++) {
        assertStrictEquals(await assertRejects(() => reader.read(new Uint8Array(4))), broken);
        assertStrictEquals(await assertRejects(() => reader.read(new Uint8Array(0))), broken);
        assertStrictEquals(await assertRejects(() => reader.readChunk()), broken);
      }
    });

    it("passes on the reason of a stream that failed, whatever it is", needs("byte streams"), async () => {
      for (const reason of [undefined, null, 0, "broken", { code: 1 }]) {
        const { stream, fail } = scripted("bytes");
        fail(reason);
        const caught = await readerFrom(stream).read(new Uint8Array(4)).then(
          () => "no rejection",
          (e) => [e],
        );
        assertEquals(caught, [reason]);
      }
    });

    for (const type of [undefined, "bytes"] as const) {
      const kind = type ? "a byte" : "an ordinary";
      it(`refuses a second read while one is pending on ${kind} stream`, needed(type), async () => {
        const { stream, push, end } = scripted(type);
        const reader = readerFrom(stream);
        const first = reader.read(new Uint8Array(4));
        await assertRejects(() => reader.read(new Uint8Array(4)), TypeError, "pending");
        await assertRejects(() => reader.readChunk(), TypeError, "pending");
        push("abc");
        assertEquals(await first, 3);
        end();
        assertEquals(await reader.read(new Uint8Array(4)), null);
      });
    }

    for (
      const wrong of [null, undefined, "abc", [1, 2], new ArrayBuffer(4), new DataView(new ArrayBuffer(4))]
    ) {
      it(`rejects with a TypeError for ${Object.prototype.toString.call(wrong)} instead of a Uint8Array`, async () => {
        const stream = streamOf(encode("abc"));
        const reader = readerFrom(stream);
        await assertRejects(() => reader.read(wrong as unknown as Uint8Array), TypeError);
        assertFalse(stream.locked);
        assertEquals(await readIn(reader, 8), "abc");
      });
    }
  });

  describe("readChunk()", () => {
    it("hands over the chunks of an ordinary stream as they are", async () => {
      const chunks = [encode("abc"), encode("d"), encode("efghi")];
      const reader = readerFrom(streamOf(...chunks));
      for (const chunk of chunks) assertStrictEquals(await reader.readChunk(), chunk);
      assertEquals(await reader.readChunk(), null);
      assertEquals(await reader.readChunk(), null);
    });

    for (const { name, make } of STREAMS) {
      for (const max of [1, 2, 100]) {
        it(`gives at most ${max} bytes of ${name} at a time`, async () => {
          const chunks = await chunksOf(readerFrom(make(encode("abc"), encode("d"), encode("efghi"))), max);
          assertEquals(chunks.join(""), "abcdefghi");
          assert(chunks.every((chunk) => chunk.length <= max), chunks.join("|"));
        });
      }
    }

    it("never changes a chunk that it handed over", async () => {
      for (const { make } of STREAMS) {
        const reader = readerFrom(make(encode("aaaa"), encode("bbbb"), encode("cccc")));
        const chunks: Uint8Array[] = [];
        for (let c = await reader.readChunk(3); c !== null; c = await reader.readChunk(3)) chunks.push(c);
        assertEquals(decode(...chunks), "aaaabbbbcccc");
      }
    });

    it("goes on where read() stopped, and the other way round", async () => {
      const reader = readerFrom(streamOf(encode("abcde"), encode("fgh")));
      const p = new Uint8Array(2);
      await reader.read(p);
      assertEquals(decode(p), "ab");
      assertEquals(decode(await reader.readChunk(1) ?? p), "c");
      assertEquals(decode(await reader.readChunk() ?? p), "de");
      await reader.read(p);
      assertEquals(decode(p), "fg");
      assertEquals(await chunksOf(reader), ["h"]);
    });

    for (
      const { max, error } of [
        { max: 0, error: RangeError },
        { max: -1, error: RangeError },
        { max: 1.5, error: RangeError },
        { max: NaN, error: RangeError },
        { max: 2 ** 53, error: RangeError },
        { max: "4" as unknown as number, error: TypeError },
      ]
    ) {
      it(`rejects with a ${error.name} for max ${JSON.stringify(max)}`, async () => {
        const reader = readerFrom(streamOf(encode("abc")));
        await assertRejects(() => reader.readChunk(max), error);
        assertEquals(await chunksOf(reader), ["abc"]);
      });
    }
  });

  describe("locking", () => {
    it("leaves the stream unlocked until the first read, and unlocks it at the end", async () => {
      const stream = streamOf(encode("abc"));
      const reader = readerFrom(stream);
      assertFalse(stream.locked);
      await reader.read(new Uint8Array(4));
      assert(stream.locked);
      await reader.read(new Uint8Array(4));
      assertFalse(stream.locked);
    });

    it("rejects a read of a stream that somebody else locked, and works once it is free", async () => {
      for (const { make } of STREAMS) {
        const stream = make(encode("abc"));
        const other = stream.getReader();
        const reader = readerFrom(stream);
        await assertRejects(() => reader.read(new Uint8Array(4)), TypeError, "locked");
        await assertRejects(() => reader.readChunk(), TypeError, "locked");
        other.releaseLock();
        assertEquals(await readIn(reader, 4), "abc");
      }
    });

    it("throws a TypeError at once for what is no stream", () => {
      for (const wrong of [null, undefined, {}, "abc", new Blob(), new Uint8Array(1), { read() {} }]) {
        assertThrows(
          () => readerFrom(wrong as unknown as ReadableStream<Uint8Array>),
          TypeError,
          "ReadableStream",
        );
      }
    });
  });

  describe("a second reader of the same stream", () => {
    it("finds what the first one took out and did not use", async () => {
      const stream = streamOf(encode("abcde"), encode("f"));
      await copyN(sink().stream, stream, 2);
      assertFalse(stream.locked);
      assertEquals(await readIn(readerFrom(stream), 8), "cdef");
    });

    it("finds it through copy(), readAll() and writeTo() too", async () => {
      for (
        const take of [
          (stream: ReadableStream<Uint8Array>) => readAll(stream).then(decode),
          async (stream: ReadableStream<Uint8Array>) => {
            const { stream: dst, chunks } = sink();
            await copy(dst, stream);
            return decode(...chunks);
          },
          async (stream: ReadableStream<Uint8Array>) => {
            const { stream: dst, chunks } = sink();
            await readerFrom(stream).writeTo(writerFrom(dst));
            return decode(...chunks);
          },
          (stream: ReadableStream<Uint8Array>) => textOf(readerFrom(stream).release()),
        ]
      ) {
        const stream = streamOf(encode("abcde"), encode("f"));
        await copyN(sink().stream, stream, 2);
        assertEquals(await take(stream), "cdef");
      }
    });

    it("is refused as long as the first one holds the stream, the rest of a chunk included", async () => {
      const stream = streamOf(encode("abcde"), encode("f"));
      const first = readerFrom(stream);
      await first.read(new Uint8Array(2));
      const second = readerFrom(stream);
      await assertRejects(() => second.read(new Uint8Array(8)), TypeError, "locked");
      await assertRejects(() => second.readChunk(), TypeError, "locked");
      await assertRejects(() => readAll(stream), TypeError, "locked");
      assertEquals(await readIn(first, 8), "cdef");
    });
  });

  describe("release()", () => {
    for (const { name, make } of STREAMS) {
      it(`gives back ${name} itself, unlocked, if nothing was read from it`, async () => {
        const stream = make(encode("abc"));
        const released = readerFrom(stream).release();
        assertStrictEquals(released, stream);
        assertFalse(stream.locked);
        assertEquals(await textOf(released), "abc");
      });

      it(`gives the rest of ${name} as a stream that a Response takes as its body`, async () => {
        for (const size of [1, 4, 5, 64]) {
          const reader = readerFrom(make(encode("abcde"), encode("fgh")));
          const p = new Uint8Array(size);
          const n = await reader.read(p) ?? 0;
          assertEquals(decode(p.subarray(0, n)) + await textOf(reader.release()), "abcdefgh");
        }
      });

      it(`gives the rest of ${name} after readChunk(max), without harm to the chunk`, async () => {
        const reader = readerFrom(make(encode("abcde"), encode("fgh")));
        const chunk = await reader.readChunk(2);
        assert(chunk !== null);
        const rest = await textOf(reader.release());
        assertEquals(decode(chunk) + rest, "abcdefgh");
      });

      it(`gives an empty stream after the end of ${name}`, async () => {
        const reader = readerFrom(make(encode("abc")));
        await readIn(reader, 64);
        assertEquals(await textOf(reader.release()), "");
      });
    }

    it("gives back the identical stream after reads into an empty buffer and after refused ones", async () => {
      const stream = streamOf(encode("abc"));
      const reader = readerFrom(stream);
      await reader.read(new Uint8Array(0));
      await assertRejects(() => reader.readChunk(0), RangeError);
      assertStrictEquals(reader.release(), stream);
    });

    it("remembers that another reader of this package read the stream before", async () => {
      const stream = streamOf(encode("abcde"));
      await copyN(sink().stream, stream, 2);
      const released = readerFrom(stream).release();
      assert(released !== stream);
      assertEquals(await textOf(released), "cde");
    });

    it("keeps reading the source only as far as the rest is asked for", async () => {
      let pulls = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(Uint8Array.of(++pulls)),
      }, { highWaterMark: 0 });
      const reader = readerFrom(stream);
      await reader.read(new Uint8Array(1));
      const rest = reader.release();
      await settled();
      assertEquals(pulls, 1);
      const own = rest.getReader();
      assertEquals((await own.read()).value, Uint8Array.of(2));
      await settled();
      assertEquals(pulls, 2);
      await own.cancel();
    });

    for (const type of [undefined, "bytes"] as const) {
      const kind = type ? "a byte" : "an ordinary";
      it(`cancels the source of ${kind} stream when the rest is cancelled`, needed(type), async () => {
        const { stream, push, cancelled } = scripted(type);
        push("abc");
        const reader = readerFrom(stream);
        await reader.read(new Uint8Array(1));
        await reader.release().cancel("enough");
        assertEquals(cancelled, ["enough"]);
        assertFalse(stream.locked);
      });
    }

    it("cancels the source also when the rest is cancelled during a read", async () => {
      const { stream, push, cancelled } = scripted();
      push("a");
      const reader = readerFrom(stream);
      await reader.read(new Uint8Array(1));
      const rest = reader.release().getReader();
      const pending = rest.read();
      await settled();
      await rest.cancel("enough");
      assertEquals((await pending).done, true);
      assertEquals(cancelled, ["enough"]);
    });

    it("fails the rest with the reason of the source", async () => {
      const broken = new Error("broken");
      const { stream, push, fail } = scripted();
      push("ab");
      const reader = readerFrom(stream);
      await reader.read(new Uint8Array(1));
      const rest = reader.release().getReader();
      fail(broken);
      assertEquals(decode((await rest.read()).value ?? encode("")), "b");
      assertStrictEquals(await assertRejects(() => rest.read()), broken);
    });

    it("skips empty chunks of the source, which say nothing", async () => {
      const reader = readerFrom(streamOf(encode("a"), encode(""), encode(""), encode("b"), encode("")));
      await reader.read(new Uint8Array(1));
      assertEquals(await textOf(reader.release()), "b");
    });

    it("leaves a chunk to the rest that a pending read was still waiting for", async () => {
      const { stream, push, end } = scripted();
      const reader = readerFrom(stream);
      const pending = reader.read(new Uint8Array(4));
      const rest = textOf(reader.release());
      await assertRejects(() => pending, TypeError);
      push("abc");
      end();
      assertEquals(await rest, "abc");
    });

    it("ends the use of the reader: everything after it is a TypeError", async () => {
      for (const first of [0, 1]) {
        const reader = readerFrom(streamOf(encode("abc")));
        await reader.read(new Uint8Array(first));
        const rest = reader.release();
        await assertRejects(() => reader.read(new Uint8Array(4)), TypeError, "released");
        await assertRejects(() => reader.read(new Uint8Array(0)), TypeError, "released");
        await assertRejects(() => reader.readChunk(), TypeError, "released");
        await assertRejects(() => reader.writeTo(writerFrom(sink().stream)), TypeError, "released");
        assertThrows(() => reader.release(), TypeError, "released");
        assertEquals(await textOf(rest), "abc".slice(first));
      }
    });

    it(
      "keeps the released stream out of the reach of cancel(), close() and `await using`",
      disposal,
      async () => {
        const { stream, push, end, cancelled } = scripted();
        push("abc");
        let rest: ReadableStream<Uint8Array>;
        {
          await using reader = readerFrom(stream);
          await reader.read(new Uint8Array(1));
          rest = reader.release();
          await reader.close();
          await reader.cancel("late");
        }
        end();
        assertEquals(cancelled, []);
        assertEquals(await textOf(rest), "bc");
      },
    );

    it("throws a TypeError if somebody else holds the stream", () => {
      const stream = streamOf(encode("abc"));
      const reader = readerFrom(stream);
      stream.getReader();
      assertThrows(() => reader.release(), TypeError, "locked");
    });
  });

  describe("writeTo()", () => {
    for (const { name, make } of STREAMS) {
      it(`writes what is left of ${name} after sniffing and unlocks it`, async () => {
        const stream = make(encode("magic"), encode(", then more"));
        const reader = readerFrom(stream);
        const magic = new Uint8Array(5);
        await reader.read(magic);
        const { stream: dst, chunks } = sink();
        assertEquals(await reader.writeTo(writerFrom(dst)), 16 - 5);
        assertEquals(decode(magic, ...chunks), "magic, then more");
        assertEquals([stream.locked, dst.locked], [false, false]);
      });
    }

    it("rejects with a TypeError for what is no Writer, before anything is read", async () => {
      const stream = streamOf(encode("abc"));
      await assertRejects(
        () => readerFrom(stream).writeTo({} as unknown as { write(): never }),
        TypeError,
        "write()",
      );
      assertEquals(await textOf(stream), "abc");
    });
  });

  describe("cancel(), close() and `await using`", () => {
    for (const type of [undefined, "bytes"] as const) {
      const kind = type ? "a byte" : "an ordinary";

      it(`tells the source of ${kind} stream the reason and unlocks it`, needed(type), async () => {
        for (const bytesRead of [0, 1]) {
          const { stream, push, cancelled } = scripted(type);
          push("abc");
          const reader = readerFrom(stream);
          if (bytesRead > 0) await reader.read(new Uint8Array(bytesRead));
          await reader.cancel("enough");
          assertEquals(cancelled, ["enough"]);
          assertFalse(stream.locked);
          assertEquals(await reader.read(new Uint8Array(4)), null);
          assertEquals(await reader.readChunk(), null);
        }
      });

      it(`ends a pending read of ${kind} stream`, needed(type), async () => {
        const { stream, cancelled } = scripted(type);
        const reader = readerFrom(stream);
        const pending = reader.read(new Uint8Array(4));
        assert(await isPending(pending));
        await reader.cancel("enough");
        assertEquals(await pending, null);
        assertEquals(cancelled, ["enough"]);
        assertFalse(stream.locked);
      });

      const both = needs(type === "bytes" && "byte streams", "Symbol.asyncDispose");
      it(`cancels ${kind} stream on close() and at the end of \`await using\`, once`, both, async () => {
        const { stream, push, cancelled } = scripted(type);
        push("abc");
        {
          await using reader = readerFrom(stream);
          await reader.read(new Uint8Array(1));
          await reader.close();
          await reader.close();
        }
        assertEquals(cancelled, [undefined]);
        assertFalse(stream.locked);
      });
    }

    it("cancels nothing once the stream has ended", async () => {
      const { stream, push, end, cancelled } = scripted();
      const reader = readerFrom(stream);
      push("abc");
      end();
      await readIn(reader, 8);
      await reader.close();
      assertEquals(cancelled, []);
    });

    it("forgets the rest of a chunk", async () => {
      const stream = streamOf(encode("abc"));
      const reader = readerFrom(stream);
      await reader.read(new Uint8Array(1));
      await reader.cancel();
      assertEquals(await readIn(readerFrom(stream), 8), "");
    });

    it("rejects with what the source says to it", async () => {
      const stuck = new Error("stuck");
      const stream = new ReadableStream<Uint8Array>({ cancel: () => Promise.reject(stuck) });
      assertStrictEquals(await assertRejects(() => readerFrom(stream).cancel()), stuck);
      assertFalse(stream.locked);
    });

    it("rejects with a TypeError while somebody else reads the stream, and spoils nothing", async () => {
      const { stream, push, end, cancelled } = scripted();
      const reader = readerFrom(stream);
      const other = stream.getReader();
      await assertRejects(() => reader.cancel(), TypeError);
      assertEquals(cancelled, []);
      other.releaseLock();
      push("abc");
      end();
      assertEquals(await readIn(reader, 8), "abc");
    });

    it(
      "shows the failure of a stream as it is, although `await using` closes the reader after it",
      disposal,
      async () => {
        const broken = new Error("broken");
        const { stream, fail } = scripted();
        fail(broken);
        const reason = await assertRejects(async () => {
          await using reader = readerFrom(stream);
          await reader.read(new Uint8Array(4));
        });
        assertStrictEquals(reason, broken);
      },
    );
  });

  describe("a stream that fails while nobody reads", () => {
    for (const type of [undefined, "bytes"] as const) {
      it(
        `leaves no unhandled rejection behind, ${type ? "byte" : "ordinary"} stream`,
        needed(type),
        async () => {
          const unused = scripted(type);
          readerFrom(unused.stream);
          const held = scripted(type);
          held.push("abc");
          await readerFrom(held.stream).read(new Uint8Array(1));
          const released = scripted(type);
          released.push("abc");
          const reader = readerFrom(released.stream);
          await reader.read(new Uint8Array(1));
          reader.release();
          for (const { fail } of [unused, held, released]) fail(new Error("nobody listens"));
          await settled();
        },
      );
    }
  });

  it("takes the body of a Request", needs("bodies of a Request"), async () => {
    const request = new Request("http://localhost/", { method: "POST", body: "from a request" });
    assert(request.body !== null);
    assertEquals(await readIn(readerFrom(request.body), 3), "from a request");
  });

  it("takes the body of a Response and of a Blob", async () => {
    assertEquals(await readIn(readerFrom(bodyOf("from a response")), 3), "from a response");
    assertEquals(await readIn(readerFrom(new Blob(["from a blob"]).stream()), 3), "from a blob");
  });

  it("reads the same bytes, however they are cut, by whatever calls, from every kind of stream", async () => {
    const call = fc.oneof(
      fc.record({ read: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ max: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }) }),
    );
    await fc.assert(fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 8 }),
      fc.array(call, { maxLength: 12 }),
      fc.constantFrom(...STREAMS),
      fc.boolean(),
      async (cut, calls, { make }, release) => {
        const chunks = cut.filter((chunk) => chunk.byteLength > 0).map((chunk) => new Uint8Array(chunk));
        const expected = chunks.flatMap((chunk) => [...chunk]);
        const reader = readerFrom(make(...chunks));
        const seen: number[] = [];
        for (const call of calls) {
          if ("read" in call) {
            const p = new Uint8Array(call.read);
            seen.push(...p.subarray(0, await reader.read(p) ?? 0));
          } else {
            seen.push(...await reader.readChunk(call.max) ?? []);
          }
        }
        seen.push(...await (release ? new Response(reader.release()).bytes() : readAll(reader)));
        assertEquals(seen, expected);
      },
    ));
  });

  it(
    "reads a byte stream without taking more out of it than was asked for",
    needs("byte streams"),
    async () => {
      const stream = streamBySteps("filling", encode("abcdefgh"));
      const reader = readerFrom(stream);
      await reader.read(new Uint8Array(3));
      reader.release();
      assertEquals(await textOf(streamOfRest(stream)), "defgh");
    },
  );
});

/** What the platform's own reader still finds in a stream. */
function streamOfRest(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}
