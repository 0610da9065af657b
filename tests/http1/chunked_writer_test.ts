import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, readAll, ShortWriteError, writeString } from "../../mod.ts";
import { BufReader, BufWriter } from "../../src/bufio/mod.ts";
import { ByteBuffer } from "../../src/bytes/mod.ts";
import { ChunkedReader, ChunkedWriter } from "../../src/http1/mod.ts";
import { errWriter, shortWriter } from "../../src/iotest/mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { readerOf } from "../support/steps.ts";
import { encode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";
import { textOf } from "./wire.ts";

describe("http1 ChunkedWriter", () => {
  it("writes every write as a chunk, and nothing for an empty one", async () => {
    const wire = new ByteBuffer();
    const body = new ChunkedWriter(wire);
    assertEquals(await body.write(encode("hello")), 5);
    assertEquals(await body.write(new Uint8Array(0)), 0);
    assertEquals(await body.write(new Uint8Array(26)), 26);
    await body.close();
    assertEquals(wire.toString(), `5\r\nhello\r\n1a\r\n${"\0".repeat(26)}\r\n0\r\n\r\n`);
    assertEquals(body.written, wire.length);
  });

  it("writes trailers in Latin-1, and each cookie by itself", async () => {
    const wire = recordingWriter();
    await new ChunkedWriter(wire).close([["Checksum", "ü"], ["Set-Cookie", "a"], ["set-cookie", "b"]]);
    assertEquals(textOf(wire.bytes()), "0\r\nchecksum: ü\r\nset-cookie: a\r\nset-cookie: b\r\n\r\n");
  });

  it("writes what a ChunkedReader reads, however little the destination takes", async () => {
    const wire = new ByteBuffer();
    const body = new ChunkedWriter(shortWriter(wire, 3));
    assertEquals(await copy(body, readerOf(...cutEvery(pattern(1000), 77))), 1000);
    await body.close({ a: "b" });
    const back = new ChunkedReader(new BufReader(wire, 16));
    assertBytes(await readAll(back), pattern(1000));
    assertEquals((await back.trailers).get("a"), "b");
  });

  it("leaves what it was given as it was", async () => {
    const p = pattern(100);
    await new ChunkedWriter(recordingWriter()).write(p);
    assertBytes(p, pattern(100));
  });

  it("neither flushes nor closes what it writes to", async () => {
    const sink = recordingWriter();
    const w = new BufWriter(sink);
    const body = new ChunkedWriter(w);
    await writeString(body, "hello");
    await body.close();
    assertEquals(sink.sizes, []);
    await w.writeString("next");
    await w.flush();
    assertEquals(textOf(sink.bytes()), "5\r\nhello\r\n0\r\n\r\nnext");
  });

  it("refuses fields that have no place behind a body, before it writes anything", async () => {
    for (
      const name of [
        "Content-Length",
        "transfer-encoding",
        "HOST",
        "Trailer",
        "Connection",
        "TE",
        "Upgrade",
        "Expect",
      ]
    ) {
      const wire = new ByteBuffer();
      const body = new ChunkedWriter(wire);
      await assertRejects(() => body.close({ [name]: "1" }), TypeError, name.toLowerCase());
      assertEquals(wire.length, 0);
      await body.close();
      assertEquals(wire.toString(), "0\r\n\r\n");
    }
  });

  it("refuses what would be more than a field", async () => {
    for (
      const [name, value] of [["a", "b\r\nc: d"], ["a", "b\0"], ["a", "b\nc"], ["a", "\x01"], ["a b", "c"], [
        "",
        "c",
      ], ["a\r\n", "c"]]
    ) {
      const wire = new ByteBuffer();
      await assertRejects(() => new ChunkedWriter(wire).close([[name ?? "", value ?? ""]]), TypeError);
      assertEquals(wire.length, 0);
    }
  });

  it("writes nothing after its end", async () => {
    const wire = new ByteBuffer();
    const body = new ChunkedWriter(wire);
    await body.close();
    await assertRejects(() => body.write(encode("x")), TypeError, "closed");
    await assertRejects(() => body.close(), TypeError, "closed");
    assertEquals(wire.toString(), "0\r\n\r\n");
  });

  it("rejects with the reason of the destination", async () => {
    const full = new Error("full");
    const body = new ChunkedWriter(errWriter(full, 4));
    assertStrictEquals(await assertRejects(() => body.write(encode("hello"))), full);
    const stuck = new ChunkedWriter({ write: () => Promise.resolve(0) });
    await assertRejects(() => stuck.write(encode("hello")), ShortWriteError);
  });

  it("refuses arguments of the wrong kind", async () => {
    // @ts-expect-error: no Writer
    assertThrows(() => new ChunkedWriter({}), TypeError);
    // @ts-expect-error: no bytes
    await assertRejects(() => new ChunkedWriter(recordingWriter()).write("hello"), TypeError);
  });
});
