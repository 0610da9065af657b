import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  copy,
  copyN,
  type CopyPath,
  copySettled,
  limitReader,
  pipe,
  readAll,
  readFull,
  ShortWriteError,
  teeReader,
  writeAll,
  writerFrom,
} from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { errReader, errWriter, shortWriter, truncateWriter } from "../../src/iotest/mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { copyCounter } from "../support/copied.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { readerOf, STREAM_KINDS, streamBySteps } from "../support/steps.ts";
import { streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, isPending, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const wrong = (value: unknown) => value as never;
const data = pattern(100);

describe("teeReader()", () => {
  it("has written what a read gives before the read resolves", async () => {
    const { promise, open } = gate();
    const side = recordingWriter(async (p) => {
      await promise;
      return p.byteLength;
    });
    const p = new Uint8Array(5);
    const read = teeReader(readerOf(encode("hello")), side).read(p);
    assert(await isPending(read), "the read did not wait for the side");
    open();
    assertEquals(await read, 5);
    assertEquals([decode(p), decode(side.bytes())], ["hello", "hello"]);
  });

  it("writes no more than was read", async () => {
    const side = recordingWriter();
    const source = readerOf(data);
    const tee = teeReader(source, side);
    assertEquals(await tee.read(new Uint8Array(10)), 10);
    assertEquals(await tee.read(new Uint8Array(0)), 0);
    assertEquals([side.sizes, source.sizes.filter((size) => size > 0)], [[10], [10]]);
  });

  for (const { kind, name } of STREAM_KINDS) {
    it(`takes ${name} and a raw web stream as the side, closes neither and leaves no lock`, async () => {
      const source = streamBySteps(kind, ...cutEvery(data, 30));
      const side = sink();
      assertBytes(await readAll(teeReader(source, side.stream)), data);
      assertBytes(concat(side.chunks), data);
      assert(!side.events.includes("close"));
      assertUnlocked(source, side.stream);
    });

    it(`keeps the fast path of ${name}`, async () => {
      const source = streamBySteps(kind, ...cutEvery(data, 30));
      const paths: CopyPath[] = [];
      const expected: CopyPath = givesByob(source) ? "byob" : "chunks";
      await copy(recordingWriter(), teeReader(source, recordingWriter()), {
        onPath: (path) => paths.push(path),
      });
      assertEquals(paths, [expected]);
    });
  }

  it("unlocks both ends at the end of plain reads, too", async () => {
    const source = streamOf(encode("ab"));
    const { stream } = sink();
    const tee = teeReader(source, stream);
    assertEquals(await readFull(tee, new Uint8Array(2)), 2);
    assertUnlocked(stream);
    assertEquals(await tee.read(new Uint8Array(2)), null);
    assertUnlocked(source, stream);
  });

  it("gives destination and side the very chunks of a stream", async () => {
    const chunks = cutEvery(data, 30);
    const destination = copyCounter(...chunks);
    const side = copyCounter(...chunks);
    await copy(destination, teeReader(streamOf(...chunks), side));
    assertEquals([destination.copied, destination.passed], [0, 100]);
    assertEquals([side.copied, side.passed], [0, 100]);
  });

  it("copies for a web stream on the side, which may keep chunks, and hands the originals on", async () => {
    const chunks = cutEvery(data, 30);
    const side = sink();
    const destination = sink();
    await copy(destination.stream, teeReader(streamOf(...chunks), side.stream));
    assert(destination.chunks.every((chunk, i) => chunk === chunks[i]));
    assertBytes(concat(side.chunks), data);
  });

  it("is not disturbed by a destination that transfers its chunks", async () => {
    const side = sink();
    const taker = new WritableStream<Uint8Array>({
      write: (chunk) => void structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] }),
    });
    assertEquals(await copy(taker, teeReader(readerOf(...cutEvery(data, 30)), side.stream)), 100);
    assertBytes(concat(side.chunks), data);
  });

  it("rejects with the reason of the side; the bytes of that read are lost", async () => {
    const reason = new Error("disk full");
    const tee = teeReader(readerOf(encode("abc"), encode("def")), errWriter(reason, 3));
    assertEquals(await tee.read(new Uint8Array(3)), 3);
    assert(await assertRejects(() => tee.read(new Uint8Array(3))) === reason);
    assertEquals(await tee.read(new Uint8Array(3)), null);
  });

  it("rejects with the reason of the source, and writes nothing for it", async () => {
    const reason = new Error("cable cut");
    const side = recordingWriter();
    const tee = teeReader(errReader(reason, encode("abc")), side);
    assertEquals(await tee.read(new Uint8Array(9)), 3);
    assert(await assertRejects(() => tee.read(new Uint8Array(9))) === reason);
    assertEquals(side.sizes, [3]);
  });

  it("calls a failing side the source of a copy, for that is where it stands", async () => {
    const reason = new Error("disk full");
    const outcome = await copySettled(
      recordingWriter(),
      teeReader(streamOf(encode("abc")), errWriter(reason)),
    );
    assert(!outcome.ok);
    assert(outcome.reason === reason);
    assertEquals([outcome.side, outcome.written], ["src", 0]);
  });

  it("writes the rest again to a side that takes little", async () => {
    const side = recordingWriter();
    await readAll(teeReader(readerOf(encode("abcde")), shortWriter(side, 2)));
    assertEquals(side.sizes, [2, 2, 1]);
  });

  it("calls a side that takes nothing a ShortWriteError", async () => {
    const tee = teeReader(readerOf(encode("abcde")), recordingWriter(() => 0));
    const error = await assertRejects(() => tee.read(new Uint8Array(9)), ShortWriteError);
    assertEquals([error.expected, error.actual], [5, 0]);
  });

  it("does not notice a side that loses bytes without a word", async () => {
    const side = recordingWriter();
    assertBytes(await readAll(teeReader(readerOf(data), truncateWriter(side, 10))), data);
    assertEquals(side.bytes().byteLength, 10);
  });

  it("passes empty reads on without an empty write", async () => {
    const side = recordingWriter();
    const tee = teeReader(readerOf(0, encode("a"), 0), side);
    const p = new Uint8Array(3);
    assertEquals([await tee.read(p), await tee.read(p), await tee.read(p), await tee.read(p)], [
      0,
      1,
      0,
      null,
    ]);
    assertEquals(side.sizes, [1]);
  });

  it("reads no further than it is asked, behind a limit", async () => {
    const side = recordingWriter();
    const source = streamOf(...cutEvery(data, 30));
    assertEquals(await copyN(recordingWriter(), teeReader(source, side), 45), 45);
    assertBytes(side.bytes(), data.subarray(0, 45));
    assertUnlocked(source);
    assertBytes(await readAll(source), data.subarray(45));
  });

  it("limits source and side alike around a limitReader()", async () => {
    const side = recordingWriter();
    await readAll(teeReader(limitReader(streamOf(...cutEvery(data, 30)), 45), side));
    assertBytes(side.bytes(), data.subarray(0, 45));
  });

  it("writes to the side once what a destination refused and got again", async () => {
    const side = recordingWriter();
    const tee = teeReader(streamOf(...cutEvery(data, 30)), side);
    let left = 40;
    const full = recordingWriter((p) => {
      if (left === 0) throw new Error("disk full");
      const n = Math.min(left, p.byteLength);
      left -= n;
      return n;
    });
    assertEquals((await copySettled(full, tee)).written, 40);
    assertEquals(await tee.read(new Uint8Array(0)), 0);
    assertBytes(await readAll(tee), data.subarray(40));
    assertBytes(side.bytes(), data);
  });

  it("says 0 and not the end to a read into no room while refused bytes are left of a source that ended", async () => {
    const source = new BytesReader(data);
    const tee = teeReader(source, recordingWriter());
    assert(!(await copySettled(errWriter(new Error("disk full")), tee)).ok);
    assertEquals(await source.read(new Uint8Array(0)), null);
    assertEquals(await tee.read(new Uint8Array(0)), 0);
    assertBytes(await readAll(tee), data);
  });

  it("can be aborted while the side takes its time, and leaves no lock", async () => {
    const { promise, open } = gate();
    const side = sink(() => promise);
    const source = streamOf(...cutEvery(data, 30));
    const controller = new AbortController();
    const copying = copy(recordingWriter(), teeReader(source, side.stream), { signal: controller.signal });
    assert(await isPending(copying));
    const reason = new Error("enough");
    controller.abort(reason);
    assert(await assertRejects(() => copying) === reason);
    assertUnlocked(source, side.stream);
    open();
    await settled();
    assertUnlocked(source, side.stream);
  });

  it("writes both of two tees into one pipe, each whole, though one ends earlier", async () => {
    const { reader, writer } = pipe();
    const all = readAll(reader);
    await Promise.all([
      readAll(teeReader(readerOf(...cutEvery(new Uint8Array(50).fill(1), 10)), writer)),
      readAll(teeReader(readerOf(...cutEvery(new Uint8Array(5_000).fill(2), 10)), writer)),
    ]);
    writer.close();
    const bytes = await all;
    assertEquals(bytes.byteLength, 5_050);
    assertEquals(bytes.filter((byte) => byte === 1).byteLength, 50);
  });

  it("leaves a StreamWriter on the side usable", async () => {
    const { stream, events } = sink();
    const writer = writerFrom(stream);
    await writeAll(writer, encode("before "));
    await readAll(teeReader(readerOf(encode("tee")), writer));
    await writeAll(writer, encode(" after"));
    await writer.close();
    assertEquals(events, ['"before "', '"tee"', '" after"', "close"]);
  });

  it("throws a TypeError at once for what is no source and no destination", () => {
    assertThrows(() => teeReader(wrong({}), recordingWriter()), TypeError);
    assertThrows(() => teeReader(readerOf(), wrong({})), TypeError);
    assertThrows(() => teeReader(readerOf(), wrong(undefined)), TypeError);
  });

  it("rejects with a TypeError for what is no buffer", async () => {
    const promise = teeReader(readerOf(), recordingWriter()).read(wrong([]));
    await assertRejects(() => promise, TypeError);
  });

  it("gives the side what was read, byte for byte, however it is read", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.constantFrom("default", "filling", "enqueuing", "reader"),
      fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 20 }),
      fc.boolean(),
      async (chunks, kind, reads, accepts, onward) => {
        const all = concat(chunks);
        const steps = chunks.filter(({ byteLength }) => byteLength > 0).map((chunk) => chunk.slice());
        const source = kind === "reader" ? readerOf(...steps) : streamBySteps(kind, ...steps);
        const side = recordingWriter((p) => Math.min(accepts, p.byteLength));
        const tee = teeReader(source, side);
        const got: Uint8Array[] = [];
        for (const size of reads) {
          const p = new Uint8Array(size);
          const n = await tee.read(p);
          got.push(p.subarray(0, n ?? 0));
          assertBytes(side.bytes(), concat(got));
        }
        if (onward) got.push(await readAll(tee));
        assertBytes(concat(got), all.subarray(0, concat(got).byteLength));
        assertBytes(side.bytes(), concat(got));
        if (onward) assertBytes(side.bytes(), all);
      },
    ));
  });
});
