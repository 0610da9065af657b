/**
 * What the platforms do to those who trust them, one suite for each: that nothing of it reaches a user.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copyBuffer,
  copyN,
  type CopyPath,
  copySettled,
  readAll,
  readerFrom,
  StagingBuffer,
  toReadableStream,
  writerFrom,
} from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { detach } from "../support/detach.ts";
import { has, needs } from "../support/features.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, readerOf, STREAM_KINDS, streamBySteps, waiting } from "../support/steps.ts";
import { scripted, streamOf, STREAMS } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, isPending, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const hasByteStreams = has("byte streams");

const identity = () =>
  new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 8 }, { highWaterMark: 8 });

/** Memory that no platform transfers, of the size given. */
const FIXED_MEMORY = [
  {
    name: "WebAssembly memory",
    make: (size: number) => new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer, 0, size),
    feature: "WebAssembly",
  },
  {
    name: "shared memory",
    make: (size: number) => new Uint8Array(new SharedArrayBuffer(size)),
    feature: "shared memory",
  },
] as const;

/** Counts the reads of a stream that begin while another is pending, which workerd's native bodies refuse. */
function watchOverlaps(stream: ReadableStream<Uint8Array>): { overlaps: number } {
  const seen = { overlaps: 0 };
  const { getReader } = stream;
  const value = (...args: unknown[]): unknown => {
    const reader = Reflect.apply(getReader, stream, args);
    const { read } = reader;
    let pending = 0;
    Object.defineProperty(reader, "read", {
      value: (...given: unknown[]): Promise<unknown> => {
        if (pending++ > 0) seen.overlaps++;
        const result: Promise<unknown> = Reflect.apply(read, reader, given);
        const done = () => void pending--;
        result.then(done, done);
        return result;
      },
    });
    return reader;
  };
  Object.defineProperty(stream, "getReader", { value });
  return seen;
}

describe("trap 1: a BYOB read detaches the buffer it is given", needs("byte streams"), () => {
  it("read() leaves the caller's buffer whole, also at the end, after a failure and after a cancel", async () => {
    for (const outcome of ["bytes", "end", "failure", "cancel"]) {
      const { stream, push, end, fail } = scripted("bytes");
      const reader = readerFrom(stream);
      const p = new Uint8Array(16).fill(7);
      const pending = reader.read(p).catch(() => -1);
      await settled();
      if (outcome === "bytes") push("abc");
      else if (outcome === "end") end();
      else if (outcome === "failure") fail(new Error("broken"));
      else await reader.cancel();
      await pending;
      assertEquals(p.byteLength, 16, outcome);
      assertEquals(p.buffer.byteLength, 16, outcome);
    }
  });

  it("a StagingBuffer serves again and again, also after a failure and an abort", async () => {
    const staging = new StagingBuffer(8);
    for (const outcome of ["end", "failure", "abort", "end"]) {
      const control = new AbortController();
      const { stream, push, end, fail } = scripted("bytes");
      const writer = recordingWriter();
      push("abc");
      const copying = copyBuffer(writer, stream, staging, { signal: control.signal }).catch(() => -1);
      await settled();
      if (outcome === "end") end();
      else if (outcome === "failure") fail(new Error("broken"));
      else control.abort();
      assertEquals(await copying, outcome === "end" ? 3 : -1);
      assertEquals([decode(writer.bytes()), staging.busy], ["abc", false], outcome);
      assertUnlocked(stream);
    }
  });

  it("a plain buffer given to copyBuffer() is detached, as its documentation says, and the bytes are right", async () => {
    const buffer = new Uint8Array(8);
    const writer = recordingWriter();
    const paths: CopyPath[] = [];
    const stream = streamBySteps("filling", pattern(100));
    assertEquals(await copyBuffer(writer, stream, buffer, { onPath: (path) => paths.push(path) }), 100);
    assertEquals([paths, buffer.byteLength], [["byob"], 0]);
    assertBytes(writer.bytes(), pattern(100));
  });
});

describe("trap 2: byte streams are not universal", () => {
  for (const { name, make } of STREAMS) {
    it(`whoever takes bytes takes them from ${name}`, async () => {
      const bytes = pattern(1000);
      const chunks = () => cutEvery(bytes, 300);
      assertBytes(await readAll(make(...chunks())), bytes);
      assertBytes(await readAll(readerFrom(make(...chunks()))), bytes);
      assertBytes(await readAll(toReadableStream(readerFrom(make(...chunks())))), bytes);
      const writer = recordingWriter();
      assertEquals(await copyBuffer(writer, make(...chunks()), new StagingBuffer(64)), 1000);
      assertBytes(writer.bytes(), bytes);
    });

    it(`a stream that refuses BYOB is left as it was: ${name}`, async () => {
      const stream = make(encode("abc"));
      if (givesByob(stream)) return;
      await assertRejects(() => copy(recordingWriter(), stream, { via: "byob" }), TypeError, "byob");
      assertFalse(stream.locked);
      assertStrictEquals(readerFrom(stream).release(), stream);
      assertEquals(await new Response(stream).text(), "abc");
    });
  }
});

describe("trap 3: pipeTo({ signal }) may never settle", () => {
  it("an abort ends copy() by pipeTo on an idle source, even if the platform's pipe goes on for ever", async () => {
    for (const deaf of [false, true]) {
      const { stream } = scripted();
      if (deaf) Object.defineProperty(stream, "pipeTo", { value: () => new Promise<void>(() => {}) });
      const { stream: dst } = sink();
      const control = new AbortController();
      const reason = new Error("enough");
      const copying = copy(dst, stream, { via: "pipeTo", signal: control.signal });
      assert(await isPending(copying));
      control.abort(reason);
      assertStrictEquals(await assertRejects(() => copying), reason);
      assertFalse(dst.locked);
    }
  });

  for (const via of ["chunks", "buffer", "pipeTo"] as const) {
    it(`an abort ends copy() via ${via} on an idle source and unlocks both ends`, async () => {
      const { stream, push, end } = scripted();
      const { stream: dst } = sink();
      const control = new AbortController();
      const copying = copySettled(dst, stream, { via, signal: control.signal });
      await settled();
      control.abort("enough");
      assertEquals(await copying, { ok: false, written: 0, path: via, side: "signal", reason: "enough" });
      assertUnlocked(stream, dst);
      push("abc");
      end();
      const rest = via !== "pipeTo" || has("pipes that leave what comes after their end") ? "abc" : "";
      assertEquals(decode(await readAll(stream)), rest);
    });
  }
});

describe("trap 4: a native body allows one pending read", () => {
  for (const { kind, name } of STREAM_KINDS) {
    it(`nothing here reads ahead while a read is pending: ${name}`, async () => {
      const bytes = pattern(50);
      for (
        const use of [
          (s: ReadableStream<Uint8Array>) => readAll(s),
          (s: ReadableStream<Uint8Array>) => copy(recordingWriter(), s),
          (s: ReadableStream<Uint8Array>) => copyBuffer(recordingWriter(), s, new StagingBuffer(7)),
          (s: ReadableStream<Uint8Array>) => copy(sink().stream, s),
          (s: ReadableStream<Uint8Array>) => readerFrom(s).writeTo(writerFrom(sink().stream)),
          (s: ReadableStream<Uint8Array>) => new Response(toReadableStream(readerFrom(s))).arrayBuffer(),
          async (s: ReadableStream<Uint8Array>) => {
            const reader = readerFrom(s);
            await reader.read(new Uint8Array(3));
            await new Response(reader.release()).arrayBuffer();
          },
          async (s: ReadableStream<Uint8Array>) => {
            const reader = readerFrom(s);
            const reads = [1, 2, 3].map(() => reader.read(new Uint8Array(3)));
            assertEquals((await Promise.allSettled(reads)).map(({ status }) => status), [
              "fulfilled",
              "rejected",
              "rejected",
            ]);
          },
        ]
      ) {
        const stream = streamBySteps(
          kind,
          ...cutEvery(bytes, 8).flatMap((chunk) => [chunk, waiting(settled())]),
        );
        const seen = watchOverlaps(stream);
        await use(stream);
        assertEquals(seen.overlaps, 0);
      }
    });
  }
});

describe(
  "trap 5: a byte source that closes without respond(0) never ends a BYOB read",
  needs("byte streams"),
  () => {
    /** Gives a chunk, then ends while a read is pending, and says nothing to that read. */
    const forgetful = () => {
      let left = 2;
      return new ReadableStream({
        type: "bytes",
        async pull(controller) {
          await null;
          if (left-- > 1) controller.enqueue(encode("abc"));
          else controller.close();
        },
      });
    };

    it("copy(), readAll() and read() come to the end of it all the same", async () => {
      const writer = recordingWriter();
      const stream = forgetful();
      const paths: CopyPath[] = [];
      assertEquals(await copy(writer, stream, { onPath: (path) => paths.push(path) }), 3);
      assertEquals([paths, decode(writer.bytes()), stream.locked], [["byob"], "abc", false]);
      assertEquals(decode(await readAll(forgetful())), "abc");
      const reader = readerFrom(forgetful());
      const p = new Uint8Array(8);
      assertEquals([await reader.read(p), await reader.read(p), await reader.read(p)], [3, null, null]);
    });

    it("a StagingBuffer is as good as new after it", async () => {
      const staging = new StagingBuffer(8);
      for (let time = 0; time < 3; time++) {
        assertEquals(await copyBuffer(recordingWriter(), forgetful(), staging), 3);
        assertFalse(staging.busy);
      }
    });

    it("the streams made here answer: a BYOB reader hears of the end and has its memory back", async () => {
      const consumer = toReadableStream(readerOf(waiting(settled()))).getReader({ mode: "byob" });
      const { done, value } = await consumer.read(new Uint8Array(8));
      assertEquals([done, value?.buffer.byteLength], [true, 8]);
    });
  },
);

describe("trap 6: pipeTo reads ahead, counts nothing and does not say which side failed", () => {
  it("copy() by pipeTo counts what the destination accepted when that fails midway", async () => {
    const full = new Error("disk full");
    let writes = 0;
    const { stream: dst, chunks } = sink(() => ++writes === 3 ? Promise.reject(full) : settled());
    const src = streamOf(...cutEvery(pattern(50), 10));
    const outcome = await copySettled(dst, src, { via: "pipeTo" });
    assertEquals(outcome, { ok: false, written: 20, path: "pipeTo", side: "dst", reason: full });
    assertBytes(concat(chunks), pattern(20));
    assertUnlocked(src, dst);
  });

  it("copy() by pipeTo names the source when that fails", async () => {
    const broken = new Error("broken");
    const { stream: src, push, fail } = scripted();
    const { stream: dst, events } = sink();
    const copying = copySettled(dst, src, { via: "pipeTo" });
    push("abc");
    await settled();
    fail(broken);
    assertEquals(await copying, { ok: false, written: 3, path: "pipeTo", side: "src", reason: broken });
    assertEquals(events, ['"abc"']);
    assertUnlocked(src, dst);
  });

  it("copy() left to itself loses nothing that the destination did not get", async () => {
    for (const { make } of STREAMS) {
      const bytes = pattern(50);
      const src = make(...cutEvery(bytes, 10));
      let room = 23;
      const writer = recordingWriter((p) => {
        if (room === 0) throw new Error("disk full");
        const n = Math.min(room, p.byteLength);
        room -= n;
        return n;
      });
      const outcome = await copySettled(writer, src);
      assertEquals([outcome.ok, outcome.written], [false, 23]);
      assertBytes(concat([writer.bytes(), await readAll(src)]), bytes);
    }
  });
});

describe("trap 7: tee() buffers without bound", () => {
  it("nothing here calls it", async () => {
    for (const { kind } of STREAM_KINDS) {
      for (
        const use of [
          (s: ReadableStream<Uint8Array>) => copy(recordingWriter(), s),
          (s: ReadableStream<Uint8Array>) => copy(sink().stream, s),
          (s: ReadableStream<Uint8Array>) => copy(sink().stream, s, { via: "pipeTo" }),
          (s: ReadableStream<Uint8Array>) => readAll(s),
          async (s: ReadableStream<Uint8Array>) => {
            const reader = readerFrom(s);
            await reader.read(new Uint8Array(1));
            await readAll(reader.release());
          },
        ]
      ) {
        const stream = streamBySteps(kind, encode("abc"));
        let called = false;
        Object.defineProperty(stream, "tee", { value: () => called = true });
        await use(stream);
        assertFalse(called);
      }
    }
  });
});

describe("trap 8: a WritableStream may keep a chunk after write() resolved", () => {
  for (const { kind, name } of STREAM_KINDS) {
    it(`copyBuffer() from ${name} into an identity transform delivers the right bytes`, async () => {
      const bytes = pattern(64);
      for (const buffer of [new StagingBuffer(8), new Uint8Array(8)]) {
        const { readable, writable } = identity();
        // Nobody reads before everything was written: the transform keeps all that fits.
        const written = await copyBuffer(writable, streamBySteps(kind, ...cutEvery(bytes, 8)), buffer);
        const closing = writable.close();
        assertBytes(await readAll(readable), bytes);
        await closing;
        assertEquals(written, 64);
      }
    });
  }

  it("copyBuffer() from a Reader into a sink that keeps its chunks gives it different memory each time", async () => {
    const { stream, chunks } = sink();
    assertEquals(await copyBuffer(stream, readerOf(...cutEvery(pattern(64), 8)), new StagingBuffer(8)), 64);
    assertBytes(concat(chunks), pattern(64));
    assertEquals(new Set(chunks.map(({ buffer }) => buffer)).size, chunks.length);
  });

  it("write() of a StreamWriter may be followed by a change of the buffer at once", async () => {
    const { readable, writable } = identity();
    const writer = writerFrom(writable);
    const p = new Uint8Array(4);
    for (const byte of [1, 2, 3]) {
      p.fill(byte);
      await writer.write(p);
    }
    p.fill(9);
    const closing = writer.close();
    assertEquals([...await readAll(readable)], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    await closing;
  });
});

describe("trap 9: a byte stream detaches what is put into it", () => {
  it("toReadableStream() over a ChunkReader leaves chunks alone that others see", async () => {
    const shared = encode("abcdef");
    const reader = {
      ...chunkReaderOf(shared.subarray(0, 3), shared.subarray(3)),
      read: readerOf(shared.subarray(0, 3), shared.subarray(3)).read,
    };
    assertEquals(await new Response(toReadableStream(reader)).text(), "abcdef");
    assertEquals(decode(shared), "abcdef");
  });

  it("a consumer that transfers its chunks leaves those whole that readChunk() gave before", async () => {
    const reader = readerFrom(streamOf(encode("abcdef")));
    const first = await reader.readChunk(3);
    assert(first !== null);
    const rest = reader.release().getReader();
    const second = (await rest.read()).value ?? encode("");
    assertEquals(decode(second), "def");
    detach(second);
    assertEquals(decode(first), "abc");
  });

  it("a sink that transfers its chunks leaves that part of a chunk whole that copyN() did not give it", async () => {
    for (const { make } of STREAMS) {
      const src = make(encode("abcdef"), encode("gh"));
      const given: Uint8Array[] = [];
      const { stream: dst } = sink((chunk) => {
        given.push(chunk.slice());
        detach(chunk);
      });
      assertEquals(await copyN(dst, src, 2), 2);
      assertEquals(await copyN(dst, src, 3), 3);
      assertEquals(decode(...given, await readAll(src)), "abcdefgh");
    }
  });

  it("a chunk given by readChunk() outlives the transfer of what came after it", async () => {
    for (const { make } of STREAMS) {
      const src = make(encode("abcdef"), encode("gh"));
      const reader = readerFrom(src);
      const first = await reader.readChunk(2);
      assert(first !== null);
      await reader.writeTo(writerFrom(sink(detach).stream));
      assertEquals(decode(first), "ab");
    }
  });

  it("a sink that transfers its chunks leaves the memory of a Reader and of write() whole", async () => {
    const { stream } = sink(detach);
    const reader = readerOf(...cutEvery(pattern(64), 8));
    const staging = new StagingBuffer(8);
    assertEquals(await copyBuffer(stream, reader, staging), 64);
    const p = encode("abc");
    await writerFrom(stream).write(p);
    assertEquals(decode(p), "abc");
  });

  it("copy() counts right although the sink transfers its chunks", async () => {
    for (const { kind } of STREAM_KINDS) {
      const { stream } = sink(detach);
      assertEquals(await copy(stream, streamBySteps(kind, ...cutEvery(pattern(64), 10))), 64);
    }
  });
});

describe("trap 10: BYOB reads into resizable memory are refused", () => {
  const resizable = (size: number) => new Uint8Array(new ArrayBuffer(size, { maxByteLength: 2 * size }));

  for (const { kind, name } of STREAM_KINDS) {
    it(`read() and copyBuffer() work with it: ${name}`, needs("resizable memory"), async () => {
      const p = resizable(8);
      assertEquals(await readerFrom(streamBySteps(kind, encode("abc"))).read(p), 3);
      assertEquals([decode(p.subarray(0, 3)), p.byteLength], ["abc", 8]);

      const writer = recordingWriter();
      const buffer = resizable(8);
      assertEquals(await copyBuffer(writer, streamBySteps(kind, pattern(100)), buffer), 100);
      assertBytes(writer.bytes(), pattern(100));
      assertEquals(buffer.byteLength, 8);
    });
  }
});

describe("trap 11: releaseLock() rejects a pending read, and its chunk stays in the stream", () => {
  for (const { kind, name } of STREAM_KINDS) {
    it(`an abort during a read loses nothing: ${name}`, async () => {
      for (const dst of [recordingWriter(), sink().stream]) {
        const { promise, open } = gate();
        const src = streamBySteps(kind, encode("abc"), waiting(promise), encode("def"), encode("g"));
        const control = new AbortController();
        const copying = copySettled(dst, src, { signal: control.signal });
        await settled();
        control.abort("enough");
        const { ok, written } = await copying;
        assertEquals([ok, written], [false, 3]);
        assertUnlocked(src, dst);
        open();
        assertEquals(decode(await readAll(src)), "defg");
      }
    });

    it(`release() during a read loses nothing: ${name}`, async () => {
      const { promise, open } = gate();
      const reader = readerFrom(streamBySteps(kind, waiting(promise), encode("abc"), encode("d")));
      const pending = assertRejects(() => reader.read(new Uint8Array(8)), TypeError);
      await settled();
      const rest = new Response(reader.release()).text();
      await pending;
      open();
      assertEquals(await rest, "abcd");
    });
  }
});

describe("trap 12: closed promises reject, and a server dies of it", () => {
  it("streams that fail after a copy, an abort or a read leave nothing unhandled", async () => {
    for (const type of [undefined, "bytes"] as const) {
      if (type === "bytes" && !hasByteStreams) continue;
      const control = new AbortController();
      const aborted = scripted(type);
      const copying = copySettled(recordingWriter(), aborted.stream, { signal: control.signal });
      const piped = scripted(type);
      const piping = copySettled(sink().stream, piped.stream, { signal: control.signal, via: "pipeTo" });
      const read = scripted(type);
      read.push("abc");
      await readerFrom(read.stream).read(new Uint8Array(1));
      await settled();
      control.abort();
      await Promise.all([copying, piping]);
      for (const { fail } of [aborted, piped, read]) fail(new Error("nobody listens"));
      await settled();
    }
  });

  it("a destination that fails after a copy, or while the source is idle, leaves nothing unhandled", async () => {
    for (const idle of [false, true]) {
      let fail: (reason: unknown) => void = () => {};
      const dst = new WritableStream<Uint8Array>({
        start: (controller) => void (fail = (r) => controller.error(r)),
      });
      const full = new Error("disk full");
      if (idle) {
        const { stream: src } = scripted();
        const copying = copySettled(dst, src);
        await settled();
        fail(full);
        assertEquals(await copying, { ok: false, written: 0, path: "chunks", side: "dst", reason: full });
        assertUnlocked(src, dst);
      } else {
        await copy(dst, streamOf(encode("abc")));
        fail(full);
      }
      await settled();
    }
  });

  it("an abort in the same turn as a failure leaves nothing unhandled", async () => {
    for (const first of ["abort", "failure"]) {
      for (const via of ["chunks", "buffer", "pipeTo"] as const) {
        const { stream: src, push, fail } = scripted();
        const { stream: dst } = sink();
        const control = new AbortController();
        const copying = copySettled(dst, src, { signal: control.signal, via });
        push("abc");
        await settled();
        const broken = new Error("broken");
        if (first === "abort") control.abort("enough");
        fail(broken);
        if (first === "failure") control.abort("enough");
        const outcome = await copying;
        assert(!outcome.ok && (outcome.reason === broken || outcome.reason === "enough"));
        await settled();
        assertUnlocked(src, dst);
      }
    }
  });
});

describe("trap 13: some memory cannot be transferred", () => {
  for (const { name, make, feature } of FIXED_MEMORY) {
    for (const { kind, name: source } of STREAM_KINDS) {
      it(
        `${name} is filled by read() and copyBuffer(), and stays: ${source}`,
        needs(feature),
        async () => {
          const p = make(8);
          assertEquals(await readerFrom(streamBySteps(kind, encode("abc"))).read(p), 3);
          assertEquals([...p.subarray(0, 3)], [...encode("abc")]);

          const writer = recordingWriter();
          const buffer = make(8);
          const bytes = pattern(100);
          assertEquals(await copyBuffer(writer, streamBySteps(kind, bytes), buffer), 100);
          assertBytes(writer.bytes(), bytes);
          assertEquals(buffer.byteLength, 8);
          assert(writer.sizes.every((size) => size <= 8) || kind !== "filling" || !hasByteStreams);
        },
      );
    }
  }
});
