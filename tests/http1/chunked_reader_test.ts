import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, type CopyPath, discard, readAll, UnexpectedEOFError } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { ChunkedReader, HttpError } from "../../src/http1/mod.ts";
import { errReader, testReader, timeoutReader } from "../../src/iotest/mod.ts";
import { SOURCES } from "../bufio/sources.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { readerOf, streamBySteps, waiting } from "../support/steps.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, isPending } from "../support/waiting.ts";
import { abortingWriter } from "../support/writers.ts";
import { conn, latin1 } from "./wire.ts";

/** Bytes as chunks of one size. */
function chunked(bytes: Uint8Array, size: number, trailers = ""): Uint8Array<ArrayBuffer> {
  const chunks = cutEvery(bytes, size).flatMap((chunk) => [
    encode(`${chunk.byteLength.toString(16)}\r\n`),
    chunk,
    encode("\r\n"),
  ]);
  return concat([...chunks, encode(`0\r\n${trailers}\r\n`)]);
}

describe("http1 ChunkedReader", () => {
  for (const { name, make } of SOURCES) {
    it(`is a Reader over ${name}, and leaves what follows`, async () => {
      const content = pattern(200);
      for (const size of [1, 19, 200]) {
        const wire = concat([chunked(content, size), encode("GET /")]);
        for (const buffer of [16, 4096]) {
          const r = new BufReader(make(wire, 50), buffer);
          await testReader(new ChunkedReader(r), content);
          assertEquals(decode(await readAll(r.rest())), "GET /");
        }
      }
    });

    it(`copies from ${name} whatever the path`, async () => {
      const content = pattern(5000);
      for (const via of ["buffer", undefined] as const) {
        const body = new ChunkedReader(new BufReader(make(chunked(content, 99, "a: b\r\n"), 1000), 64));
        const parts: Uint8Array[] = [];
        const sink = new WritableStream<Uint8Array>({ write: (chunk) => void parts.push(chunk) });
        assertEquals(await copy(sink, body, via === undefined ? {} : { via }), 5000);
        assertBytes(concat(parts), content);
        assertEquals((await body.trailers).get("a"), "b");
      }
    });
  }

  it("takes any Source, and a body without data", async () => {
    assertEquals((await readAll(new ChunkedReader(new Blob(["0\r\n\r\n"])))).byteLength, 0);
    const stream = streamBySteps("default", encode("2\r\nab\r\n0\r\n\r\n"));
    assertEquals(decode(await readAll(new ChunkedReader(stream))), "ab");
  });

  it("takes sizes in both cases, with zeros before them, and any extension", async () => {
    const text = "A\r\n0123456789\r\n000a\r\n0123456789\r\n0000000000000001;a\r\nx\r\n" +
      '1;a=b;c="d\\"e"\r\ny\r\n1;a="\x80 ;\t\xff";b\r\nz\r\n000;last\r\n\r\n';
    const body = new ChunkedReader(new BufReader(new Blob([latin1(text)]), 16));
    assertEquals(decode(await readAll(body)), "01234567890123456789xyz");
  });

  it("hands the chunks of a stream on uncopied", async () => {
    const big = pattern(100_000);
    const wire = concat([encode("186a0\r\n"), big, encode("\r\n0\r\n\r\n")]);
    let path: CopyPath | undefined;
    const body = new ChunkedReader(streamBySteps("default", wire));
    assertEquals(await copy(discard, body, { onPath: (taken) => path = taken }), 100_000);
    assertEquals(path, "chunks");
  });

  it("gives the data of many small chunks at once", async () => {
    const body = new ChunkedReader(new Blob([chunked(pattern(300), 3)]));
    const p = new Uint8Array(1000);
    assertEquals(await body.read(p), 300);
    assertBytes(p.subarray(0, 300), pattern(300));
    assertEquals(await body.read(p), null);
  });

  it("gives what is here instead of waiting for the next chunk", async () => {
    const more = gate();
    const source = readerOf(encode("2\r\nab\r\n3\r"), waiting(more.promise), encode("\ncde\r\n0\r\n\r\n"));
    const body = new ChunkedReader(source);
    const p = new Uint8Array(10);
    assertEquals(await body.read(p), 2);
    const next = body.read(p);
    assert(await isPending(next));
    more.open();
    assertEquals(await next, 3);
  });

  it("reads large data past its buffer", async () => {
    const sizes: number[] = [];
    const wire = concat([encode("10000\r\n"), pattern(65_536), encode("\r\n0\r\n\r\n")]);
    let at = 0;
    const body = new ChunkedReader(
      new BufReader({
        read(p) {
          sizes.push(p.byteLength);
          const n = Math.min(p.byteLength, wire.byteLength - at);
          p.set(wire.subarray(at, at += n));
          return Promise.resolve(n);
        },
      }, 16),
    );
    const p = new Uint8Array(100_000);
    let done = 0;
    for (let n = await body.read(p); n !== null; n = await body.read(p.subarray(done))) done += n;
    assertBytes(p.subarray(0, done), pattern(65_536));
    assert(sizes.some((size) => size > 60_000), String(sizes));
  });

  it("resolves trailers at the end, also in Latin-1, and not before", async () => {
    const r = conn("1\r\nx\r\n0\r\nA: 1\r\na:  ü \r\nSet-Cookie: x\r\n\r\nrest");
    const body = new ChunkedReader(r);
    assert(await isPending(body.trailers));
    assertEquals(await body.read(new Uint8Array(1)), 1);
    assert(await isPending(body.trailers));
    assertEquals(await body.read(new Uint8Array(1)), null);
    assertEquals([...await body.trailers], [["a", "1, ü"], ["set-cookie", "x"]]);
    assertEquals(decode(await readAll(r.rest())), "rest");
  });

  it("delivers the data before what is malformed, which then stays", async () => {
    const body = new ChunkedReader(conn("5\r\nhello\r\nx\r\nmore\r\n0\r\n\r\n"));
    const p = new Uint8Array(100);
    assertEquals(await body.read(p), 5);
    const reason = await assertRejects(() => body.read(p), HttpError);
    assertEquals([reason.status, reason.code], [400, "HTTP"]);
    assertStrictEquals(await assertRejects(() => body.read(p)), reason);
    assertStrictEquals(await assertRejects(() => body.read(new Uint8Array(0))), reason);
    assertStrictEquals(await assertRejects(() => copy(discard, body)), reason);
    assertStrictEquals(await assertRejects(() => body.trailers), reason);
  });

  it("rejects wherever the input ends too early, which then stays", async () => {
    const text = "5;a\r\nhello\r\n3\r\nabc\r\n0\r\nt: u\r\n\r\n";
    for (let size = 0; size < text.length; size++) {
      const body = new ChunkedReader(conn(text.slice(0, size)));
      const reason = await assertRejects(() => readAll(body), UnexpectedEOFError);
      const data = Math.min(5, Math.max(0, size - 5)) + Math.min(3, Math.max(0, size - 15));
      assertEquals(reason.actual, data, `after ${size} bytes`);
      assert(reason.expected > reason.actual);
      assertStrictEquals(await assertRejects(() => body.read(new Uint8Array(1))), reason);
      assertStrictEquals(await assertRejects(() => body.trailers), reason);
    }
  });

  it("passes on what the source rejects with, to its trailers too", async () => {
    const gone = new Error("gone");
    for (const text of ["", "5", "5\r\nhel", "5\r\nhello", "0\r\na: b\r\n"]) {
      const body = new ChunkedReader(errReader(gone, encode(text)));
      assertStrictEquals(await assertRejects(() => readAll(body)), gone);
      assertStrictEquals(await assertRejects(() => body.trailers), gone);
    }
  });

  it("goes on after a source that failed once", async () => {
    const body = new ChunkedReader(timeoutReader(readerOf(encode("5\r\nhel"), encode("lo\r\n0\r\n\r\n"))));
    const p = new Uint8Array(10);
    assertEquals(await body.read(p), 3);
    await assertRejects(() => body.read(p), DOMException);
    assertEquals(await body.read(p), 2);
    assertEquals(await body.read(p), null);
  });

  it("keeps what an aborted copy did not write", async () => {
    const wire = concat([chunked(pattern(2000), 500, "a: b\r\n")]);
    const body = new ChunkedReader(streamBySteps("default", ...cutEvery(wire, 300)));
    const stuck = abortingWriter(3);
    await assertRejects(() => copy(stuck, body, { signal: stuck.signal }), DOMException);
    assertBytes(concat([...stuck.parts, await readAll(body)]), pattern(2000));
    assertEquals((await body.trailers).get("a"), "b");
  });

  it("does not take an aborted wait for its failure", async () => {
    const more = gate();
    const body = new ChunkedReader(
      streamBySteps("default", encode("2\r\nab\r\n"), waiting(more.promise), encode("0\r\na: b\r\n\r\n")),
    );
    const control = new AbortController();
    const copied = copy(discard, body, { signal: control.signal });
    assert(await isPending(copied));
    control.abort();
    await assertRejects(() => copied, DOMException);
    more.open();
    assertEquals((await readAll(body)).byteLength, 0);
    assertEquals((await body.trailers).get("a"), "b");
  });

  describe("bounds what is around the data", () => {
    const read = (text: string, limits = {}) =>
      readAll(new ChunkedReader(new BufReader(new Blob([text]), 16), limits));

    it("by 4 KiB for the line of a chunk", async () => {
      const line = (size: number) => `1;${"x".repeat(size - 2)}\r\nx\r\n0\r\n\r\n`;
      assertEquals((await read(line(4095))).byteLength, 1);
      assertEquals((await assertRejects(() => read(line(4096)), HttpError)).status, 400);
    });

    it("by 16 KiB beyond 16 bytes a chunk and twice its data", async () => {
      const ext = (chunks: number) => `1;${"x".repeat(998)}\r\nx\r\n`.repeat(chunks) + "0\r\n\r\n";
      // Each has 1002 bytes around its data, and 18 are free.
      assertEquals((await read(ext(16))).byteLength, 16);
      await assertRejects(() => read(ext(17)), HttpError);
    });

    it("but not where there is much data, or none around it", async () => {
      const fair = `400;${"x".repeat(1500)}\r\n${"y".repeat(1024)}\r\n`.repeat(100) + "0\r\n\r\n";
      assertEquals((await read(fair)).byteLength, 102_400);
      assertEquals((await read("1\r\nx\r\n".repeat(20_000) + "0\r\n\r\n")).byteLength, 20_000);
    });

    it("by 8 KiB for trailers, and 200 of them", async () => {
      const field = (size: number) => `0\r\na: ${"x".repeat(size - 5)}\r\n\r\n`;
      await read(field(8192));
      assertEquals((await assertRejects(() => read(field(8193)), HttpError)).status, 431);
      await read(`0\r\n${"a: b\r\n".repeat(200)}\r\n`);
      assertEquals(
        (await assertRejects(() => read(`0\r\n${"a: b\r\n".repeat(201)}\r\n`), HttpError)).status,
        431,
      );
    });

    it("by the limits that it is given", async () => {
      await read("0\r\na: b\r\n\r\n", { maxTrailerBytes: 6, maxHeaders: 1 });
      await assertRejects(() => read("0\r\na: bc\r\n\r\n", { maxTrailerBytes: 6 }), HttpError);
      await assertRejects(() => read("0\r\na: b\r\nc: d\r\n\r\n", { maxHeaders: 1 }), HttpError);
      await read("0\r\n\r\n", { maxTrailerBytes: 0, maxHeaders: 0 });
    });
  });

  it("refuses arguments of the wrong kind", () => {
    // @ts-expect-error: no source
    assertThrows(() => new ChunkedReader(1), TypeError);
    assertThrows(() => new ChunkedReader(conn(), { maxHeaders: -1 }), RangeError);
  });
});
