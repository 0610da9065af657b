import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  copy,
  type CopyPath,
  copySettled,
  countingWriter,
  type Destination,
  multiWriter,
  ShortWriteError,
  type StringWriter,
  type Writer,
  writeString,
} from "../../mod.ts";
import { errWriter, shortWriter } from "../../src/iotest/mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { copyCounter } from "../support/copied.ts";
import { assertUnlocked } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { readerOf } from "../support/steps.ts";
import { streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, isPending } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const wrong = (value: unknown) => value as never;

describe("multiWriter()", () => {
  it("writes everything to every destination, raw web streams among them", async () => {
    const plain = recordingWriter();
    const first = sink();
    const last = sink();
    const writer = multiWriter(first.stream, plain, last.stream);
    assertEquals(await writer.write(encode("abc")), 3);
    assertEquals(await writer.write(encode("de")), 2);
    assertEquals(decode(plain.bytes()), "abcde");
    for (const { stream, events } of [first, last]) {
      assertEquals(events, ['"abc"', '"de"']);
      assertUnlocked(stream);
    }
  });

  it("takes everything and keeps nothing without destinations", async () => {
    assertEquals(await multiWriter().write(encode("abc")), 3);
    assertEquals(await multiWriter().writeString("grüezi"), 7);
    assertEquals(await copy(multiWriter(), new Blob(["abc"])), 3);
  });

  it("writes to one after the other", async () => {
    const { promise, open } = gate();
    const slow = recordingWriter(async (p) => {
      await promise;
      return p.byteLength;
    });
    const second = recordingWriter();
    const write = multiWriter(slow, second).write(encode("abc"));
    assert(await isPending(write));
    assertEquals(second.sizes, []);
    open();
    assertEquals(await write, 3);
    assertEquals(second.sizes, [3]);
  });

  it("stops at the first that fails: those before have the bytes, those behind do not", async () => {
    const reason = new Error("disk full");
    const before = recordingWriter();
    const behind = recordingWriter();
    const writer = multiWriter(before, errWriter(reason), behind);
    assert(await assertRejects(() => writer.write(encode("abc"))) === reason);
    assert(await assertRejects(() => writer.writeString("abc")) === reason);
    assertEquals([decode(before.bytes()), behind.sizes], ["abcabc", []]);
  });

  it("writes the rest again to a destination that takes little", async () => {
    const little = recordingWriter();
    const all = recordingWriter();
    assertEquals(await multiWriter(shortWriter(little, 2), all).write(encode("abcde")), 5);
    assertEquals([little.sizes, all.sizes], [[2, 2, 1], [5]]);
  });

  it("calls a destination that takes nothing a ShortWriteError", async () => {
    const writer = multiWriter(recordingWriter(), recordingWriter((p) => p.byteLength === 5 ? 3 : 0));
    const error = await assertRejects(() => writer.write(encode("abcde")), ShortWriteError);
    assertEquals([error.expected, error.actual], [5, 3]);
  });

  it("is not changed when the array of its destinations is", async () => {
    const kept = recordingWriter();
    const destinations: Destination[] = [kept];
    const writer = multiWriter(...destinations);
    destinations.length = 0;
    await writer.write(encode("a"));
    assertEquals(kept.sizes, [1]);
  });

  it("closes nothing", async () => {
    const { stream, events } = sink();
    await copy(multiWriter(recordingWriter(), stream), new Blob(["abc"]));
    assertEquals(events, ['"abc"']);
    assertUnlocked(stream);
  });

  it("flattens multiWriter()s within, so that each gets one write", async () => {
    const writers = [recordingWriter(), recordingWriter(), recordingWriter()] as const;
    const nested = multiWriter(multiWriter(multiWriter(writers[0]), writers[1]), multiWriter(), writers[2]);
    assertEquals(await nested.write(encode("abc")), 3);
    for (const { sizes } of writers) assertEquals(sizes, [3]);
  });

  it("needs no deeper stack for a hundred thousand levels", async () => {
    const inner = recordingWriter();
    let writer: Writer & StringWriter = multiWriter(inner);
    for (let level = 0; level < 100_000; level++) writer = multiWriter(writer);
    assertEquals(await writer.write(encode("a")), 1);
    assertEquals(await writer.writeString("b"), 1);
    assertEquals(await copy(writer, readerOf(encode("c"))), 1);
    assertEquals(decode(inner.bytes()), "abc");
  });

  it("asks each for its own writeString(), and makes the bytes for the others once", async () => {
    const strings: string[] = [];
    const own: Writer & StringWriter = {
      write: () => Promise.reject(new Error("not asked")),
      writeString(s) {
        strings.push(s);
        return Promise.resolve(encode(s).byteLength);
      },
    };
    const seen: Uint8Array[] = [];
    const plain = () => ({
      write(p: Uint8Array) {
        seen.push(p);
        return Promise.resolve(p.byteLength);
      },
    });
    assertEquals(await multiWriter(plain(), own, plain(), own).writeString("grüezi"), 7);
    assertEquals(strings, ["grüezi", "grüezi"]);
    assertEquals(seen.map((p) => decode(p)), ["grüezi", "grüezi"]);
    assert(seen[0] === seen[1], "the bytes were made twice");
    assertEquals(await writeString(multiWriter(own), "a"), 1);
  });

  it("throws a TypeError at once for what is no destination", () => {
    assertThrows(() => multiWriter(recordingWriter(), wrong({})), TypeError);
    assertThrows(() => multiWriter(wrong(null)), TypeError);
  });

  it("rejects with a TypeError for what are no bytes and no text", async () => {
    const promises = [multiWriter().write(wrong("abc")), multiWriter().writeString(wrong(encode("abc")))];
    for (const promise of promises) await assertRejects(() => promise, TypeError);
  });
});

describe("A copy to a multiWriter()", () => {
  it("gives plain Writers the very chunks of a stream", async () => {
    const chunks = cutEvery(pattern(1_000), 100);
    const counters = [copyCounter(...chunks), copyCounter(...chunks)] as const;
    const paths: CopyPath[] = [];
    await copy(multiWriter(...counters), streamOf(...chunks), { onPath: (path) => paths.push(path) });
    for (const { passed, copied } of counters) assertEquals([passed, copied], [1_000, 0]);
    assertEquals(paths, ["chunks"]);
  });

  it("hands the very chunks to a web stream that comes last, after the others have seen them", async () => {
    const chunks = cutEvery(pattern(100), 10);
    const copies = sink();
    const counter = copyCounter(...chunks);
    const last = sink();
    await copy(multiWriter(copies.stream, counter, last.stream), streamOf(...chunks));
    assert(last.chunks.every((chunk, i) => chunk === chunks[i]), "the last got copies");
    assert(copies.chunks.every((chunk) => !chunks.some(({ buffer }) => buffer === chunk.buffer)));
    assertEquals(counter.copied, 0);
    assertBytes(concat(copies.chunks), pattern(100));
    assertUnlocked(copies.stream, last.stream);
  });

  it("survives a last stream that transfers what it is given", async () => {
    const plain = recordingWriter();
    const kept: Uint8Array[] = [];
    const taker = new WritableStream<Uint8Array>({
      write(chunk) {
        kept.push(new Uint8Array(structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] })));
      },
    });
    const other = sink();
    const n = await copy(multiWriter(plain, other.stream, taker), readerOf(...cutEvery(pattern(500), 50)));
    assertEquals(n, 500);
    assertBytes(plain.bytes(), pattern(500));
    assertBytes(concat(other.chunks), pattern(500));
  });

  it("counts what every destination has when one fails, and leaves no lock", async () => {
    const reason = new Error("disk full");
    const { stream } = sink();
    const source = streamOf(...cutEvery(pattern(100), 10));
    const outcome = await copySettled(multiWriter(stream, errWriter(reason, 30)), source);
    assert(!outcome.ok);
    assert(outcome.reason === reason);
    assertEquals([outcome.side, outcome.written], ["dst", 30]);
    assertUnlocked(stream, source);
  });

  it("ends when one of its streams fails while nothing is being written", async () => {
    const reason = new Error("peer gone");
    let controller: WritableStreamDefaultController | undefined;
    const failing = new WritableStream<Uint8Array>({ start: (given) => void (controller = given) });
    const silent = new ReadableStream<Uint8Array>({}, { highWaterMark: 0 });
    const { stream } = sink();
    const copying = copySettled(multiWriter(failing, stream), silent);
    assert(await isPending(copying));
    controller?.error(reason);
    const outcome = await copying;
    assert(!outcome.ok);
    assert(outcome.reason === reason);
    assertEquals(outcome.side, "dst");
    assertUnlocked(stream, failing, silent);
  });

  it("gives all destinations the same bytes, however they take them", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }),
      fc.array(fc.oneof(fc.constant("stream" as const), fc.integer({ min: 1, max: 30 })), { maxLength: 4 }),
      async (chunks, kinds) => {
        const results: (() => Uint8Array)[] = [];
        const destinations = kinds.map((kind): Destination => {
          if (kind === "stream") {
            const made = sink();
            results.push(() => concat(made.chunks));
            return made.stream;
          }
          const writer = recordingWriter((p) => Math.min(kind, p.byteLength));
          results.push(writer.bytes);
          return writer;
        });
        const counted = countingWriter(multiWriter(...destinations));
        await copy(counted, streamOf(...chunks.map((chunk) => chunk.slice())));
        const all = concat(chunks);
        assertEquals(counted.count, all.byteLength);
        for (const result of results) assertBytes(result(), all);
        assertUnlocked(...destinations);
      },
    ));
  });
});
