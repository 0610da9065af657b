import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  type CopyPath,
  copySettled,
  limitReader,
  maxBytesReader,
  readAll,
  readerFrom,
  readFull,
  type Source,
  TooLargeError,
} from "../../mod.ts";
import { errReader } from "../../src/iotest/mod.ts";
import { assertBytes, cut, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { chunkReaderOf, readerOf, STREAM_KINDS, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(100);
const wrong = (value: unknown) => value as never;

const SOURCES: readonly { name: string; open: () => Source }[] = [
  { name: "a Reader", open: () => readerOf(...cutEvery(data, 7)) },
  { name: "a ChunkReader", open: () => chunkReaderOf(...cutEvery(data, 7)) },
  { name: "a Blob", open: () => new Blob([data]) },
  ...STREAM_KINDS.map(({ kind, name }) => ({ name, open: () => streamBySteps(kind, ...cutEvery(data, 7)) })),
];

describe("maxBytesReader()", () => {
  for (const { name, open } of SOURCES) {
    for (const limit of [100, 101, Number.MAX_SAFE_INTEGER]) {
      it(`lets ${name} of 100 bytes pass under a limit of ${limit}`, async () => {
        const source = open();
        assertBytes(await readAll(maxBytesReader(source, limit)), data);
        assertUnlocked(source);
      });
    }

    for (const limit of [0, 1, 7, 50, 99]) {
      it(`delivers ${limit} bytes of ${name} of 100 bytes, and then fails for good`, async () => {
        const source = open();
        const reader = maxBytesReader(source, limit);
        const writer = recordingWriter();
        const outcome = await copySettled(writer, reader);
        assert(!outcome.ok && outcome.reason instanceof TooLargeError);
        assertEquals(outcome.side, "src");
        assertEquals(outcome.written, limit);
        assertEquals([outcome.reason.limit, outcome.reason.code], [limit, "TOO_LARGE"]);
        assertBytes(writer.bytes(), data.subarray(0, limit));
        assertUnlocked(source);
        for (const size of [1, 1000, 0]) {
          await assertRejects(() => reader.read(new Uint8Array(size)), TooLargeError);
        }
      });
    }
  }

  it("reads no more than one byte beyond the limit", async () => {
    const source = readerOf(data);
    const reader = maxBytesReader(source, 10);
    assertEquals(await reader.read(new Uint8Array(50)), 10);
    await assertRejects(() => reader.read(new Uint8Array(50)), TooLargeError);
    assertEquals(source.sizes, [11]);
  });

  it("does not fail before somebody asks for more than the limit", async () => {
    const reader = maxBytesReader(readerOf(data), 10);
    assertEquals(await readFull(reader, new Uint8Array(10)), 10);
    await assertRejects(() => reader.read(new Uint8Array(1)), TooLargeError);
  });

  it("can be told from a limitReader(), which ends without a word", async () => {
    assertEquals((await readAll(limitReader(new Blob([data]), 10))).byteLength, 10);
    await assertRejects(() => readAll(maxBytesReader(new Blob([data]), 10)), TooLargeError);
  });

  it("lets nothing pass with a negative limit, but an empty source", async () => {
    assertBytes(await readAll(maxBytesReader(readerOf(), -5)), new Uint8Array(0));
    const error = await assertRejects(() => readAll(maxBytesReader(readerOf(data), -5)), TooLargeError);
    assertEquals(error.limit, 0);
  });

  it("passes on the failure of a source", async () => {
    const reason = new Error("cable cut");
    const reader = maxBytesReader(errReader(reason, data.subarray(0, 5)), 10);
    assertEquals(await reader.read(new Uint8Array(50)), 5);
    assert(await assertRejects(() => reader.read(new Uint8Array(50))) === reason);
  });

  it("reads nothing into no room", async () => {
    const source = readerOf(data);
    const reader = maxBytesReader(source, 10);
    assertEquals(await reader.read(new Uint8Array(0)), 0);
    assertEquals(await reader.read(new Uint8Array(3)), 3);
  });

  for (const { kind, name } of STREAM_KINDS) {
    it(`keeps the fast path of ${name}`, async () => {
      const chunks = cut(data, 40);
      const stream = streamBySteps(kind, ...chunks);
      const expected: CopyPath = givesByob(stream) ? "byob" : "chunks";
      const paths: CopyPath[] = [];
      await copy(recordingWriter(), maxBytesReader(stream, 100), { onPath: (path) => paths.push(path) });
      assertEquals(paths, [expected]);
    });
  }

  it("takes back what a destination refused, so that the limit is what it was", async () => {
    const stream = streamBySteps("default", ...cutEvery(data, 10));
    const reader = maxBytesReader(stream, 100);
    let left = 25;
    const failing = recordingWriter((p) => {
      if (left === 0) throw new Error("disk full");
      const n = Math.min(left, p.byteLength);
      left -= n;
      return n;
    });
    const outcome = await copySettled(failing, reader);
    assertEquals(outcome.written, 25);
    assertBytes(await readAll(reader), data.subarray(25));
  });

  it("takes back what a destination refused also when the byte that is too much was seen", async () => {
    const stream = streamBySteps("default", data);
    const reader = maxBytesReader(stream, 30);
    assertEquals((await copySettled(recordingWriter(() => -1), reader)).written, 0);
    const writer = recordingWriter();
    const outcome = await copySettled(writer, reader);
    assert(!outcome.ok && outcome.reason instanceof TooLargeError);
    assertBytes(writer.bytes(), data.subarray(0, 30));
    assertBytes(await readAll(stream), data.subarray(31), "what is left beyond the byte too much");
  });

  it("unlocks a stream that is too long also when it is read by plain reads", async () => {
    const stream = streamBySteps("default", ...cutEvery(data, 10));
    const reader = maxBytesReader(stream, 15);
    await assertRejects(() => readFull(reader, new Uint8Array(16)), TooLargeError);
    assertUnlocked(stream);
  });

  it("neither cancels nor closes a source that is too long", async () => {
    const stream = streamBySteps("default", data);
    await assertRejects(() => readAll(maxBytesReader(stream, 10)), TooLargeError);
    assertBytes(
      await readAll(readerFrom(stream)),
      data.subarray(11),
      "what is left beyond the byte too much",
    );
  });

  for (
    const { name, src, n, kind } of [
      { name: "no source", src: undefined, n: 1, kind: TypeError },
      { name: "what is no source", src: {}, n: 1, kind: TypeError },
      { name: "no limit", src: readerOf(), n: undefined, kind: TypeError },
      { name: "NaN as the limit", src: readerOf(), n: NaN, kind: RangeError },
      { name: "half a byte as the limit", src: readerOf(), n: 1.5, kind: RangeError },
      { name: "an unsafe integer as the limit", src: readerOf(), n: 2 ** 53, kind: RangeError },
    ]
  ) {
    it(`throws a ${kind.name} at once for ${name}`, () => {
      assertThrows(() => maxBytesReader(wrong(src), wrong(n)), kind);
    });
  }
});
