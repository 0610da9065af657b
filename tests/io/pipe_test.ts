import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  ClosedPipeError,
  copy,
  type CopyPath,
  copySettled,
  countingWriter,
  multiWriter,
  pipe,
  type PipeReader,
  type PipeWriter,
  readAll,
  readerFrom,
  readFull,
  toReadableStream,
  toWritableStream,
  writeAll,
  writeString,
} from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { readerOf } from "../support/steps.ts";
import { streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { isPending, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const wrong = (value: unknown) => value as never;

/** Reads once into so many bytes; resolves to the text, or null at the end. */
async function read(reader: PipeReader, size: number): Promise<string | null> {
  const p = new Uint8Array(size);
  const n = await reader.read(p);
  return n === null ? null : decode(p.subarray(0, n));
}

describe("pipe()", () => {
  it("brings one write to one read", async () => {
    const { reader, writer } = pipe();
    const write = writer.write(encode("hello, world"));
    assertEquals(await read(reader, 64), "hello, world");
    assertEquals(await write, 12);
  });

  it("brings one write to a read that was there before", async () => {
    const { reader, writer } = pipe();
    const reading = read(reader, 64);
    assert(await isPending(reading));
    assertEquals(await writer.write(encode("hello")), 5);
    assertEquals(await reading, "hello");
  });

  it("brings a sequence of writes to a sequence of reads", async () => {
    const { reader, writer } = pipe();
    const got: (string | null)[] = [];
    async function consume() {
      for (let text = await read(reader, 64);; text = await read(reader, 64)) {
        got.push(text);
        if (text === null) return;
      }
    }
    const consuming = consume();
    for (let i = 0; i < 5; i++) {
      assertEquals(await writer.write(encode("hello, world").subarray(0, 5 + i)), 5 + i);
    }
    writer.close();
    await consuming;
    assertEquals(got, ["hello", "hello,", "hello, ", "hello, w", "hello, wo", null]);
  });

  it("ends a large write only when reads that double in size have taken all of it", async () => {
    const { reader, writer } = pipe();
    const data = pattern(128);
    const write = writer.write(data).then((n) => (writer.close(), n));
    const p = new Uint8Array(1024);
    let total = 0;
    for (let size = 1; size <= 256; size *= 2) {
      if (total < 128) assert(await isPending(write), `the write was over after ${total} bytes`);
      const n = await reader.read(p.subarray(total, total + size));
      // Only the last two are short: the one byte that is left, and the end.
      assertEquals(n, size === 128 ? 1 : size === 256 ? null : size);
      total += n ?? 0;
    }
    assertEquals(await write, 128);
    assertBytes(p.subarray(0, total), data);
  });

  it("keeps nothing: a write waits until it is read, and a read until something is written", async () => {
    const { reader, writer } = pipe();
    const write = writer.write(encode("abc"));
    assert(await isPending(write));
    assertEquals(await read(reader, 2), "ab");
    assert(await isPending(write));
    assertEquals(await read(reader, 2), "c");
    assertEquals(await write, 3);
    assert(await isPending(read(reader, 2)));
    writer.close();
  });

  it("takes the bytes as they are when they are read, not when the write began", async () => {
    const { reader, writer } = pipe();
    const bytes = encode("abc");
    const write = writer.write(bytes);
    bytes[2] = 33;
    assertEquals(await read(reader, 9), "ab!");
    await write;
  });

  it("serves writes that overlap one after the other, whole", async () => {
    const { reader, writer } = pipe();
    const order: string[] = [];
    const writes = ["aaaa", "bbbb", "cccc"].map(async (text) => {
      await writer.write(encode(text));
      order.push(text);
    });
    const got: (string | null)[] = [];
    for (let i = 0; i < 6; i++) got.push(await read(reader, 2));
    await Promise.all(writes);
    assertEquals(got, ["aa", "aa", "bb", "bb", "cc", "cc"]);
    assertEquals(order, ["aaaa", "bbbb", "cccc"]);
  });

  it("serves reads that overlap in their order, from one write or several", async () => {
    const { reader, writer } = pipe();
    const reads = [read(reader, 2), read(reader, 2), read(reader, 2), read(reader, 2)];
    assertEquals(await writer.write(encode("abc")), 3);
    assertEquals(await writer.write(encode("defg")), 4);
    assertEquals(await Promise.all(reads), ["ab", "c", "de", "fg"]);
  });

  it("gives every byte of parallel writes to exactly one of parallel reads", async () => {
    const { reader, writer } = pipe();
    const words = Array.from({ length: 10 }, (_, i) => `${i}${i}!`);
    const writes = words.map((word) => writer.write(encode(word)));
    const texts = await Promise.all(Array.from({ length: 20 }, () => read(reader, 2)));
    assertEquals(await Promise.all(writes), Array<number>(10).fill(3));
    assertEquals(texts, words.flatMap((word) => [word.slice(0, 2), "!"]));
  });

  it("lets an empty write wait for one read, which gets 0", async () => {
    const { reader, writer } = pipe();
    const write = writer.write(new Uint8Array(0));
    assert(await isPending(write));
    assertEquals(await reader.read(new Uint8Array(4)), 0);
    assertEquals(await write, 0);
    const after = writer.write(encode("abc"));
    assertEquals(await read(reader, 4), "abc");
    await after;
  });

  it("resolves a read into no room at once, and takes nothing by it", async () => {
    const { reader, writer } = pipe();
    assertEquals(await reader.read(new Uint8Array(0)), 0);
    const write = writer.write(encode("abc"));
    assertEquals(await reader.read(new Uint8Array(0)), 0);
    assert(await isPending(write));
    assertEquals(await read(reader, 9), "abc");
    assertEquals(await write, 3);
    writer.close();
    assertEquals(await reader.read(new Uint8Array(0)), null);
  });

  it("neither keeps nor touches the buffers of what is over", async () => {
    const { reader, writer } = pipe();
    const p = new Uint8Array(4);
    const bytes = encode("abcd");
    await Promise.all([reader.read(p), writer.write(bytes)]);
    await Promise.all([reader.read(new Uint8Array(4)), writer.write(encode("wxyz"))]);
    assertEquals([decode(p), decode(bytes)], ["abcd", "abcd"]);
  });

  it("rejects with a TypeError for what are no bytes", async () => {
    const { reader, writer } = pipe();
    for (const promise of [reader.read(wrong("abc")), writer.write(wrong([1, 2]))]) {
      await assertRejects(() => promise, TypeError);
    }
  });
});

const reason = new Error("on purpose");

/** The ways of closing an end, and what the other end is told. */
const WRITER_ENDS: readonly { name: string; close: (writer: PipeWriter) => void; told: unknown }[] = [
  { name: "close()", close: (writer) => writer.close(), told: null },
  { name: "closeWithError()", close: (writer) => writer.closeWithError(), told: null },
  { name: "closeWithError(undefined)", close: (writer) => writer.closeWithError(undefined), told: null },
  { name: "closeWithError(null)", close: (writer) => writer.closeWithError(null), told: null },
  { name: "closeWithError(reason)", close: (writer) => writer.closeWithError(reason), told: reason },
];

const READER_ENDS: readonly { name: string; close: (reader: PipeReader) => void; told: unknown }[] = [
  { name: "close()", close: (reader) => reader.close(), told: ClosedPipeError },
  { name: "closeWithError()", close: (reader) => reader.closeWithError(), told: ClosedPipeError },
  { name: "closeWithError(null)", close: (reader) => reader.closeWithError(null), told: ClosedPipeError },
  { name: "closeWithError(reason)", close: (reader) => reader.closeWithError(reason), told: reason },
];

/** Asserts what a read or write of a closed pipe says. */
async function assertTold(promise: Promise<unknown>, told: unknown): Promise<void> {
  if (told === null) return assertEquals(await promise, null);
  const thrown = await assertRejects(() => promise);
  if (told === ClosedPipeError) {
    assert(thrown instanceof ClosedPipeError);
    assertEquals(thrown.code, "CLOSED_PIPE");
  } else assert(thrown === told, `rejected with ${thrown}`);
}

describe("The reader of a pipe whose writer is closed", () => {
  for (const { name, close, told } of WRITER_ENDS) {
    for (const when of ["before the read", "during the read"]) {
      it(`is told ${told === null ? "the end" : "the reason"} by ${name} ${when}, again and again`, async () => {
        const { reader, writer } = pipe();
        if (when === "before the read") close(writer);
        const first = reader.read(new Uint8Array(64));
        if (when === "during the read") {
          assert(await isPending(first));
          close(writer);
        }
        await assertTold(first, told);
        for (const size of [64, 0]) await assertTold(reader.read(new Uint8Array(size)), told);
      });
    }

    it(`makes later writes a ClosedPipeError after ${name}, and a pending one as well`, async () => {
      const { writer } = pipe();
      const pending = writer.write(encode("abc"));
      close(writer);
      await assertTold(pending, ClosedPipeError);
      await assertTold(writer.write(encode("abc")), ClosedPipeError);
      await assertTold(writer.write(new Uint8Array(0)), ClosedPipeError);
    });
  }

  it("has read everything that was written before", async () => {
    const { reader, writer } = pipe();
    const all = readAll(reader);
    await writeString(writer, "hello, ");
    await writeString(writer, "pipe");
    writer.close();
    assertEquals(decode(await all), "hello, pipe");
  });
});

describe("The writer of a pipe whose reader is closed", () => {
  for (const { name, close, told } of READER_ENDS) {
    for (const when of ["before the write", "during the write"]) {
      it(`is told by ${name} ${when}, again and again`, async () => {
        const { reader, writer } = pipe();
        if (when === "before the write") close(reader);
        const first = writer.write(encode("abc"));
        if (when === "during the write") {
          assert(await isPending(first));
          close(reader);
        }
        await assertTold(first, told);
        await assertTold(writer.write(encode("abc")), told);
      });
    }

    it(`is told by ${name} when a part of its write was read, and that part stays read`, async () => {
      const { reader, writer } = pipe();
      const write = writer.write(encode("abcde"));
      assertEquals(await read(reader, 2), "ab");
      close(reader);
      await assertTold(write, told);
    });

    it(`makes reads a ClosedPipeError after ${name}, and a pending one as well`, async () => {
      const { reader } = pipe();
      const pending = reader.read(new Uint8Array(4));
      close(reader);
      await assertTold(pending, ClosedPipeError);
      await assertTold(reader.read(new Uint8Array(4)), ClosedPipeError);
    });

    it(`counts what was read of the last write by a copy when ${name} ends it`, async () => {
      const { reader, writer } = pipe();
      const copying = copySettled(writer, readerOf(encode("abc"), encode("defgh")));
      assertEquals([await read(reader, 9), await read(reader, 2)], ["abc", "de"]);
      close(reader);
      const outcome = await copying;
      assert(!outcome.ok);
      assertEquals([outcome.written, outcome.side], [5, "dst"]);
      await assertTold(Promise.reject(outcome.reason), told);
    });
  }
});

describe("A pipe that is closed more than once", () => {
  it("keeps the first reason of its writer", async () => {
    const { reader, writer } = pipe();
    writer.closeWithError(reason);
    writer.closeWithError(new Error("later"));
    writer.close();
    await assertTold(reader.read(new Uint8Array(1)), reason);
  });

  it("keeps the first end of its writer, too", async () => {
    const { reader, writer } = pipe();
    writer.close();
    writer.closeWithError(new Error("later"));
    await assertTold(reader.read(new Uint8Array(1)), null);
  });

  it("keeps the first reason of its reader", async () => {
    const { reader, writer } = pipe();
    reader.closeWithError(reason);
    reader.closeWithError(new Error("later"));
    reader.close();
    await assertTold(writer.write(encode("a")), reason);
  });

  it("calls both ends closed once both are, whatever the reasons", async () => {
    for (const readerFirst of [true, false]) {
      const { reader, writer } = pipe();
      if (readerFirst) reader.closeWithError(reason);
      writer.closeWithError(reason);
      if (!readerFirst) reader.closeWithError(reason);
      await assertTold(reader.read(new Uint8Array(1)), ClosedPipeError);
      await assertTold(writer.write(encode("a")), ClosedPipeError);
    }
  });

  it("returns undefined from every closing, not a promise", () => {
    const { reader, writer } = pipe();
    const results = [
      reader.close(),
      reader.closeWithError(reason),
      writer.close(),
      writer.closeWithError(reason),
    ];
    assertEquals<unknown>(results, [undefined, undefined, undefined, undefined]);
  });
});

describe("A forgotten pipe", () => {
  it("leaves no unhandled rejection, whichever end is closed while nobody waits", async () => {
    for (const { close } of READER_ENDS) {
      const { reader, writer } = pipe();
      void writer.write(encode("abc"));
      void writer.write(encode("abc"));
      close(reader);
      void writer.write(encode("abc"));
      void reader.read(new Uint8Array(1));
    }
    for (const { close } of WRITER_ENDS) {
      const { reader, writer } = pipe();
      void reader.read(new Uint8Array(1));
      close(writer);
      void reader.read(new Uint8Array(1));
      void writer.write(encode("abc"));
    }
    // An unhandled rejection fails the run of the suite.
    await settled();
  });
});

describe("A copy through a pipe", () => {
  it("moves everything, from streams and into streams", async () => {
    const { reader, writer } = pipe();
    const data = pattern(10_000);
    const paths: CopyPath[] = [];
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const arrived = readAll(readable);
    async function produce() {
      assertEquals(await copy(writer, streamOf(...cutEvery(data, 700))), 10_000);
      writer.close();
    }
    async function consume() {
      assertEquals(await copy(writable, reader, { onPath: (path) => paths.push(path) }), 10_000);
      await writable.close();
    }
    await Promise.all([produce(), consume()]);
    assertBytes(await arrived, data);
    assertEquals(paths, ["chunks"]);
  });

  it("does not close the pipe", async () => {
    const { reader, writer } = pipe();
    const reading = readFull(reader, new Uint8Array(3));
    await copy(writer, new Blob(["abc"]));
    assertEquals(await reading, 3);
    assert(await isPending(read(reader, 1)));
    writer.close();
  });

  it("goes on beside another copy to the same pipe that ends earlier", async () => {
    const { reader, writer } = pipe();
    const all = readAll(reader);
    const ones = new Uint8Array(100).fill(1);
    const twos = new Uint8Array(10_000).fill(2);
    await Promise.all([
      copy(writer, readerOf(...cutEvery(ones, 10))),
      copy(multiWriter(writer), readerOf(...cutEvery(twos, 10))),
      copy(countingWriter(writer), streamOf(...cutEvery(twos, 100))),
      writeAll(writer, ones),
    ]);
    writer.close();
    const bytes = await all;
    assertEquals([bytes.byteLength, bytes.filter((byte) => byte === 1).byteLength], [20_200, 200]);
  });

  it("is not touched when another copy to the same pipe is aborted", async () => {
    const { reader, writer } = pipe();
    const controller = new AbortController();
    const aborted = copySettled(writer, readerOf(encode("aborted")), { signal: controller.signal });
    assert(await isPending(aborted));
    const other = copySettled(writer, readerOf(encode("other")));
    const direct = writer.write(encode("direct"));
    assert(await isPending(other));
    controller.abort(reason);
    assertEquals((await aborted).written, 0);
    assertEquals([await read(reader, 99), await read(reader, 99)].sort(), ["direct", "other"]);
    assertEquals([(await other).ok, await direct], [true, 6]);
  });

  it("takes its pending read back when it is aborted, so that no byte is lost", async () => {
    const { reader, writer } = pipe();
    const controller = new AbortController();
    const lost = recordingWriter();
    const copying = copy(lost, reader, { signal: controller.signal });
    assert(await isPending(copying));
    controller.abort(reason);
    assert(await assertRejects(() => copying) === reason);
    const write = writer.write(encode("abc"));
    assert(await isPending(write));
    assertEquals(await read(reader, 9), "abc");
    assertEquals(lost.sizes, []);
    await write;
  });

  for (const { via } of [{ via: undefined }, { via: "buffer" as const }]) {
    it(`takes its pending write back when it is aborted${via ? ` via ${via}` : ""}, and counts what was read of it`, async () => {
      const { reader, writer } = pipe();
      const controller = new AbortController();
      const source = streamOf(encode("abcde"), encode("fgh"));
      const copying = copySettled(writer, source, {
        signal: controller.signal,
        ...via === undefined ? {} : { via },
      });
      assertEquals(await read(reader, 2), "ab");
      controller.abort(reason);
      const outcome = await copying;
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written], ["signal", 2]);
      assertUnlocked(source);
      const reading = read(reader, 9);
      assert(await isPending(reading), "the write was still there");
      const rest = copy(writer, source);
      assertEquals(await reading, "cde");
      assertEquals(await read(reader, 9), "fgh");
      assertEquals(await rest, 6);
    });
  }

  it("ends when the reader is closed while the source is silent", async () => {
    const { reader, writer } = pipe();
    const silent = new ReadableStream<Uint8Array>({}, { highWaterMark: 0 });
    const copies = [
      copySettled(writer, silent),
      copySettled(writer, { read: () => new Promise<number>(() => {}) }),
    ];
    assert(await isPending(Promise.race(copies)));
    reader.closeWithError(reason);
    for (const outcome of await Promise.all(copies)) {
      assert(!outcome.ok);
      assert(outcome.reason === reason);
      assertEquals(outcome.side, "dst");
    }
    assertUnlocked(silent);
  });

  it("passes the reason of its writer on, as it is", async () => {
    const { reader, writer } = pipe();
    const copying = copySettled(recordingWriter(), reader);
    await writer.write(encode("abc"));
    writer.closeWithError(reason);
    const outcome = await copying;
    assert(!outcome.ok);
    assert(outcome.reason === reason);
    assertEquals([outcome.side, outcome.written], ["src", 3]);
  });

  it("reaches its writer when a stream made of its reader is cancelled", async () => {
    const { reader, writer } = pipe();
    const stream = readerFrom(toReadableStream(reader, { close: true }));
    const write = writer.write(encode("abc"));
    await stream.read(new Uint8Array(3));
    await write;
    await stream.cancel(reason);
    await assertTold(writer.write(encode("abc")), reason);
  });

  it("reaches its reader when a stream made of its writer is aborted or closed", async () => {
    for (const abort of [true, false]) {
      const { reader, writer } = pipe();
      const stream = toWritableStream(writer, { close: true });
      if (abort) await stream.abort(reason);
      else await stream.close();
      await assertTold(reader.read(new Uint8Array(1)), abort ? reason : null);
    }
  });
});

describe("A pipe, whatever goes through it", () => {
  it("brings the bytes of all writes in their order, and each write ends when its last byte was read", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 10 }),
      fc.boolean(),
      async (writes, sizes, overlap) => {
        const { reader, writer } = pipe();
        const all = concat(writes);
        let received = 0;
        let before = 0;
        const ends: Promise<void>[] = [];
        async function produce() {
          for (const bytes of writes) {
            const due = before += bytes.byteLength;
            const write = writer.write(bytes).then((n) => {
              assertEquals(n, bytes.byteLength);
              // The read that took the last byte resolves at the same moment.
              assert(handedOut >= due, "a write was over too early");
            });
            ends.push(write);
            if (!overlap) await write;
          }
          await Promise.all(ends);
          writer.close();
        }
        const got: Uint8Array[] = [];
        let handedOut = 0;
        async function consume() {
          for (let i = 0;; i++) {
            const p = new Uint8Array(sizes[i % sizes.length] ?? 1);
            handedOut += p.byteLength;
            const n = await reader.read(p);
            if (n === null) break;
            handedOut += n - p.byteLength;
            received += n;
            got.push(p.subarray(0, n));
          }
        }
        await Promise.all([produce(), consume()]);
        assertEquals(received, all.byteLength);
        assertBytes(concat(got), all);
      },
    ));
  });
});
