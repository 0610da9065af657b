import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  type CopyPath,
  limitReader,
  multiReader,
  nopCloser,
  pipe,
  readAll,
  readerFrom,
  type WriterTo,
} from "../../mod.ts";
import { errReader } from "../../src/iotest/mod.ts";
import { cutEvery, pattern } from "../support/bytes.ts";
import { copyCounter } from "../support/copied.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { chunkReaderOf, readerOf, streamBySteps } from "../support/steps.ts";
import { streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { isPending } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const wrong = (value: unknown) => value as never;

describe("nopCloser()", () => {
  it("reads what the reader reads, before and after it was closed", async () => {
    const reader = nopCloser(readerOf(encode("ab"), encode("cd")));
    const p = new Uint8Array(9);
    assertEquals(await reader.read(p), 2);
    assertEquals(await reader.close(), undefined);
    assertEquals(await reader.read(p), 2);
    assertEquals(await reader.read(p), null);
  });

  it("does not close the reader", async () => {
    const { reader, writer } = pipe();
    await nopCloser(reader).close();
    const reading = readAll(reader);
    await writer.write(encode("still open"));
    writer.close();
    assertEquals(decode(await reading), "still open");
  });

  it("does not cancel the stream of a StreamReader", async () => {
    const reader = readerFrom(streamOf(encode("abc")));
    await nopCloser(reader).close();
    assertEquals(decode(await readAll(reader)), "abc");
  });

  it("passes on the failure of the reader", async () => {
    const reason = new Error("cable cut");
    assert(await assertRejects(() => nopCloser(errReader(reason)).read(new Uint8Array(1))) === reason);
  });

  for (
    const { name, open, writeTo, readChunk } of [
      { name: "a plain Reader", open: () => readerOf(), writeTo: false, readChunk: false },
      { name: "a ChunkReader", open: () => chunkReaderOf(), writeTo: false, readChunk: true },
      { name: "a multiReader()", open: () => multiReader(), writeTo: true, readChunk: false },
      { name: "a limitReader()", open: () => limitReader(readerOf(), 1), writeTo: false, readChunk: true },
      { name: "a StreamReader", open: () => readerFrom(streamOf()), writeTo: true, readChunk: true },
    ]
  ) {
    it(`over ${name} has ${writeTo ? "a" : "no"} writeTo() and ${readChunk ? "a" : "no"} readChunk()`, () => {
      const reader = nopCloser(open());
      assertEquals(["writeTo" in reader, "readChunk" in reader], [writeTo, readChunk]);
    });
  }

  it("calls the writeTo() of a foreign reader on that reader", async () => {
    const calls: unknown[] = [];
    const source = {
      ...readerOf(),
      text: "abc",
      writeTo(dst, options) {
        calls.push(options?.bufferSize);
        return dst.write(encode(this.text));
      },
    } satisfies WriterTo & Record<string, unknown> & ThisType<{ text: string }>;
    const writer = recordingWriter();
    const paths: CopyPath[] = [];
    const n = await copy(writer, nopCloser(source), { bufferSize: 77, onPath: (path) => paths.push(path) });
    assertEquals([n, decode(writer.bytes()), calls, paths], [3, "abc", [77], ["writeTo"]]);
  });

  it("keeps the chunks of a stream as they are", async () => {
    const chunks = cutEvery(pattern(1_000), 100);
    const stream = streamOf(...chunks);
    const counter = copyCounter(...chunks);
    await copy(counter, nopCloser(nopCloser(readerFrom(stream))));
    assertEquals([counter.copied, counter.passed], [0, 1_000]);
    assertUnlocked(stream);
  });

  for (
    const { name, open, path } of [
      { name: "a Reader", open: () => readerOf(encode("a")), path: () => "buffer" },
      { name: "a ChunkReader", open: () => chunkReaderOf(encode("a")), path: () => "chunks" },
      {
        name: "a multiReader() of a Reader",
        open: () => multiReader(readerOf(encode("a"))),
        path: () => "buffer",
      },
      {
        name: "a multiReader() of a stream",
        open: () => multiReader(streamOf(encode("a"))),
        path: () => "chunks",
      },
      {
        name: "a byte stream",
        open: () => readerFrom(streamBySteps("filling", encode("a"))),
        path: () => givesByob(streamBySteps("filling")) ? "byob" : "chunks",
      },
    ] as const
  ) {
    it(`keeps the path of ${name}`, async () => {
      const paths: CopyPath[] = [];
      await copy(recordingWriter(), nopCloser(open()), { onPath: (chosen) => paths.push(chosen) });
      assertEquals(paths, [path()]);
    });
  }

  it("lets an aborted copy take its pending read of a pipe back", async () => {
    const { reader, writer } = pipe();
    const controller = new AbortController();
    const copying = copy(recordingWriter(), nopCloser(reader), { signal: controller.signal });
    assert(await isPending(copying));
    controller.abort(new Error("enough"));
    await assertRejects(() => copying, Error, "enough");
    const all = readAll(reader);
    await writer.write(encode("abc"));
    writer.close();
    assertEquals(decode(await all), "abc");
  });

  it("throws a TypeError at once for what is no reader", () => {
    for (const value of [undefined, null, {}, "abc", encode("abc")]) {
      assertThrows(() => nopCloser(wrong(value)), TypeError);
    }
  });
});
