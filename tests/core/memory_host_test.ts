import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import {
  copy,
  copyBuffer,
  readAll,
  readerFrom,
  replayable,
  StagingBuffer,
  writeAll,
  type Writer,
  writerFrom,
} from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { ByteBuffer, BytesReader } from "../../src/bytes/mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { detach } from "../support/detach.ts";
import { sink } from "../support/sinks.ts";
import { readerOf, STREAM_KINDS, streamBySteps } from "../support/steps.ts";
import { streamOf } from "../support/streams.ts";
import { decode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";

// A Buffer is a Uint8Array, may lie in a pool with others, and its slice() copies nothing.
describe("A Buffer of node:buffer", () => {
  for (const { kind, name } of STREAM_KINDS) {
    it(`serves copyBuffer(), and the pool from which it is stays whole: ${name}`, async () => {
      const pool = Buffer.from(`before${"x".repeat(64)}after`);
      const buf = pool.subarray(6, 70);
      const writer = recordingWriter();
      assertEquals(await copyBuffer(writer, streamBySteps(kind, pattern(1_000)), buf), 1_000);
      assertBytes(writer.bytes(), pattern(1_000));
      assertEquals(buf.byteLength, 64);
      assertEquals([String(pool.subarray(0, 6)), String(pool.subarray(70))], ["before", "after"]);
    });
  }

  for (
    const { name, write } of [
      {
        name: "write() of a StreamWriter",
        write: (p: Buffer, dst: WritableStream) => writerFrom(dst).write(p),
      },
      { name: "writeAll()", write: (p: Buffer, dst: WritableStream) => writeAll(dst, p) },
      { name: "a BytesReader", write: (p: Buffer, dst: WritableStream) => copy(dst, new BytesReader(p)) },
      {
        name: "a replayable()",
        write: (p: Buffer, dst: WritableStream) => copy(dst, replayable(streamOf(p)).reader()),
      },
    ]
  ) {
    it(`is copied for a sink that transfers its chunks: ${name}`, async () => {
      const p = Buffer.from("abc");
      const { stream } = sink(detach);
      await write(p, stream);
      assertEquals(String(p), "abc");
    });
  }

  it("can be changed once write() to a stream has resolved", async () => {
    const { stream, chunks } = sink();
    const writer = writerFrom(stream);
    const p = Buffer.from("abc");
    await writer.write(p);
    p.fill("x");
    assertEquals(decode(...chunks), "abc");
  });

  it("can be written again and again by a foreign writeTo into readAll()", async () => {
    const p = Buffer.alloc(2);
    const src = {
      ...readerOf(),
      async writeTo(dst: Writer) {
        for (const text of ["ab", "cd"]) await dst.write((p.write(text), p));
        return 4;
      },
    };
    assertEquals(decode(await readAll(src)), "abcd");
  });

  it("gives lines that stay when it is changed", async () => {
    const p = Buffer.from("one\ntwo\n");
    const lines = [
      await new BufReader(readerFrom(streamOf(p))).readBytes(10),
      new ByteBuffer(p).readBytes(10),
    ];
    p.fill("x");
    assertEquals(lines.map((line) => line && decode(line)), ["one\n", "one\n"]);
  });

  it("beyond a promised length goes back to its stream whole", async () => {
    for (const via of ["chunks", "pipeTo"] as const) {
      const src = streamOf(Buffer.from("abcdef"));
      const arrived: Uint8Array[] = [];
      const { stream } = sink((chunk) => {
        arrived.push(new Uint8Array(chunk));
        detach(chunk);
      });
      await copy(stream, src, { via, length: 2 }).catch(() => {});
      assertEquals(decode(concat([...arrived, await readAll(src)])), "abcdef");
    }
  });

  it("is given back by a copy whose buffer serves the next", async () => {
    const staging = new StagingBuffer(8);
    const src = streamOf(Buffer.from("abcdefgh"));
    const failing = { write: () => Promise.reject(new Error("full")) };
    await copyBuffer(failing, src, staging, { via: "buffer" }).catch(() => {});
    await copyBuffer(recordingWriter(), readerOf(pattern(8)), staging);
    assertEquals(decode(await readAll(src)), "abcdefgh");
  });
});
