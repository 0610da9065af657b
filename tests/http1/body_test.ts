import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, type CopyPath, discard, readAll, UnexpectedEOFError } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { type Body, HttpError, readRequest, readResponse } from "../../src/http1/mod.ts";
import { errReader, testReader } from "../../src/iotest/mod.ts";
import { SOURCES } from "../bufio/sources.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { copyCounter } from "../support/copied.ts";
import { readerOf, streamBySteps, waiting } from "../support/steps.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, isPending } from "../support/waiting.ts";
import { abortingWriter } from "../support/writers.ts";
import { conn } from "./wire.ts";

const POST = "POST / HTTP/1.1\r\nHost: h\r\n";

async function bodyOf(r: BufReader): Promise<Body> {
  const request = await readRequest(r);
  assert(request !== null);
  return request.body;
}

/** A body of each kind with the same content. */
const KINDS = [
  {
    name: "a length",
    head: `${POST}Content-Length: 260\r\n\r\n`,
    wrap: (bytes: Uint8Array) => bytes,
    rest: "GET",
  },
  {
    name: "chunks",
    head: `${POST}Transfer-Encoding: chunked\r\n\r\n`,
    wrap: (bytes: Uint8Array) => concat([encode("104\r\n"), bytes, encode("\r\n0\r\n\r\n")]),
    rest: "GET",
  },
  {
    name: "no end but that of the connection",
    head: "HTTP/1.1 200 OK\r\n\r\n",
    wrap: (bytes: Uint8Array) => bytes,
    rest: "",
  },
];

describe("http1 body of a message", () => {
  const content = pattern(260);

  for (const { name, head, wrap, rest } of KINDS) {
    const wire = concat([encode(head), wrap(content), encode(rest)]);
    const open = async (r: BufReader) =>
      head.startsWith("POST") ? await bodyOf(r) : (await readResponse(r)).body;

    it(`with ${name} is a Reader over every source`, async () => {
      for (const { make } of SOURCES) {
        for (const size of [16, 4096]) {
          const r = new BufReader(make(wire, 64), size);
          await testReader(await open(r), content);
          assertEquals(decode(await readAll(r.rest())), rest);
        }
      }
    });

    it(`with ${name} is a stream`, async () => {
      const body = await open(new BufReader(readerOf(...cutEvery(wire, 64))));
      assertStrictEquals(body.stream, body.stream);
      assertBytes(new Uint8Array(await new Response(body.stream).arrayBuffer()), content);
      assertEquals([...await body.trailers], []);
    });

    it(`with ${name} is copied by the path of what is below`, async () => {
      for (
        const [source, expected] of [[readerOf(wire), "buffer"], [
          streamBySteps("default", wire),
          "chunks",
        ]] as const
      ) {
        let path: CopyPath | undefined;
        const body = await open(new BufReader(source));
        assertEquals(await copy(discard, body, { onPath: (taken) => path = taken }), 260);
        assertEquals(path, expected);
      }
    });

    it(`with ${name} is not copied out of a large chunk`, async () => {
      const body = await open(new BufReader(streamBySteps("default", wire)));
      const counter = copyCounter();
      const seen: ArrayBufferLike[] = [];
      await copy({ write: (p) => (seen.push(p.buffer), counter.write(p)) }, body);
      assertEquals(new Set(seen).size, 1);
      assert((seen[0]?.byteLength ?? 0) >= wire.byteLength, "the chunk of the stream itself");
    });

    it(`with ${name} passes on what the source rejects with, to its trailers too`, async () => {
      const gone = new Error("gone");
      const body = await open(new BufReader(errReader(gone, wire.subarray(0, head.length + 100))));
      assertStrictEquals(await assertRejects(() => readAll(body)), gone);
      assertStrictEquals(await assertRejects(() => body.trailers), gone);
      assertEquals(await body.drain(), false);
    });

    it(`with ${name} keeps what an aborted copy did not write`, async () => {
      const body = await open(new BufReader(streamBySteps("default", ...cutEvery(wire, 90)), 64));
      const stuck = abortingWriter(2);
      await assertRejects(() => copy(stuck, body, { signal: stuck.signal }), DOMException);
      assertBytes(concat([...stuck.parts, await readAll(body)]), content);
      await body.trailers;
    });
  }

  it("that is cut off rejects with the numbers, from then on and for its trailers", async () => {
    const body = await bodyOf(conn(`${POST}Content-Length: 10\r\n\r\nhello`));
    const p = new Uint8Array(10);
    assertEquals(await body.read(p), 5);
    const reason = await assertRejects(() => body.read(p), UnexpectedEOFError);
    assertEquals([reason.expected, reason.actual], [10, 5]);
    assertStrictEquals(await assertRejects(() => body.read(p)), reason);
    assertStrictEquals(await assertRejects(() => copy(discard, body)), reason);
    assertStrictEquals(await assertRejects(() => body.trailers), reason);
    assertEquals(await body.drain(), false);
  });

  it("that is cut off fails as a stream and as a copy too", async () => {
    const open = () => bodyOf(conn(`${POST}Content-Length: 10\r\n\r\nhello`));
    const { stream } = await open();
    await assertRejects(() => new Response(stream).text());
    const body = await open();
    await assertRejects(() => copy(discard, body), UnexpectedEOFError);
    await assertRejects(() => body.trailers, UnexpectedEOFError);
  });

  it("has its trailers with its last byte if its length is known, at once if it is empty", async () => {
    const body = await bodyOf(conn(`${POST}Content-Length: 2\r\n\r\nab`));
    assert(await isPending(body.trailers));
    await body.read(new Uint8Array(2));
    assertEquals([...await body.trailers], []);
    assertEquals([...await (await bodyOf(conn(`${POST}\r\n`))).trailers], []);
  });

  it("is not read before it is asked for, and not beyond its end", async () => {
    const sizes: number[] = [];
    const source = readerOf(
      encode(`${POST}Content-Length: 100000\r\n\r\n`),
      pattern(100_000),
      encode("next"),
    );
    const r = new BufReader({
      read(p) {
        sizes.push(p.byteLength);
        return source.read(p);
      },
    });
    const body = await bodyOf(r);
    assertEquals(sizes, [4096]);
    assertEquals(await copy(discard, body), 100_000);
    assertEquals(decode(await readAll(r.rest())), "next");
  });

  describe("drained", () => {
    const length = (n: number, fields = "") => `${POST}${fields}Content-Length: ${n}\r\n\r\n`;
    const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

    it("lets the next message be read", async () => {
      for (const text of [length(5) + "hello", CHUNKED + "5\r\nhello\r\n0\r\na: b\r\n\r\n", `${POST}\r\n`]) {
        const r = conn(text + `${POST}\r\n`);
        assertEquals(await (await bodyOf(r)).drain(), true);
        assertEquals((await readRequest(r))?.method, "POST");
      }
    });

    it("counts only what was not read", async () => {
      const r = conn(length(300_000), "x".repeat(300_000), "next");
      const body = await bodyOf(r);
      const p = new Uint8Array(50_000);
      let read = 0;
      while (read < 40_000) read += await body.read(p.subarray(0, 40_000 - read)) ?? 0;
      assertEquals(await body.drain(), true);
      assertEquals(decode(await readAll(r.rest())), "next");
    });

    it("goes up to 256 KiB", async () => {
      for (const [size, expected] of [[256 * 1024, true], [256 * 1024 + 1, false]] as const) {
        const data = "x".repeat(size);
        assertEquals(await (await bodyOf(conn(length(size), data))).drain(), expected);
        const chunked = conn(CHUNKED, `${size.toString(16)}\r\n`, data, "\r\n0\r\n\r\n");
        assertEquals(await (await bodyOf(chunked)).drain(), expected);
      }
    });

    it("goes up to a limit of its own", async () => {
      for (const [limit, expected] of [[5, true], [4, false], [0, false]] as const) {
        assertEquals(await (await bodyOf(conn(length(5) + "hello"))).drain(limit), expected);
        assertEquals(await (await bodyOf(conn(CHUNKED + "5\r\nhello\r\n0\r\n\r\n"))).drain(limit), expected);
      }
      assertEquals(await (await bodyOf(conn(`${POST}\r\n`))).drain(0), true);
      const body = await bodyOf(conn(`${POST}\r\n`));
      await assertRejects(() => body.drain(-1), RangeError);
    });

    it("reads nothing where that is no use", async () => {
      for (
        const head of [
          length(256 * 1024 + 1),
          length(5, "Connection: close\r\n"),
          length(5, "Expect: 100-continue\r\n"),
          "HTTP/1.1 200 OK\r\n\r\n",
          "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        ]
      ) {
        const source = readerOf(encode(head), () => {
          throw new Error("It was read");
        });
        const r = new BufReader(source);
        const body = head.startsWith("HTTP") ? (await readResponse(r)).body : await bodyOf(r);
        assertEquals(await body.drain(), false, head);
        assertEquals(source.sizes.length, 1, head);
      }
    });

    it("goes on where the peer did not wait for 100 Continue, or was told to", async () => {
      const head = length(5, "Expect: 100-continue\r\n");
      assertEquals(await (await bodyOf(conn(head + "hello"))).drain(), true);
      const body = await bodyOf(conn(head, "hello"));
      assertEquals(await body.read(new Uint8Array(1)), 1);
      assertEquals(await body.drain(), true);
    });

    it("is false after what is malformed or cut off", async () => {
      const malformed = await bodyOf(conn(CHUNKED + "5\r\nhello?\r\n"));
      assertEquals(await malformed.drain(), false);
      await assertRejects(() => malformed.trailers, HttpError);
      assertEquals(await (await bodyOf(conn(length(5) + "hell"))).drain(), false);
    });

    it("is true again once the end is known, false if the connection closes", async () => {
      const body = await bodyOf(conn(length(5) + "hello"));
      await readAll(body);
      assertEquals([await body.drain(), await body.drain()], [true, true]);
      const last = await bodyOf(conn(length(5, "Connection: close\r\n") + "hello"));
      await readAll(last);
      assertEquals(await last.drain(), false);
    });
  });

  it("leaves the connection as it is when its stream is cancelled", async () => {
    const r = conn(`${POST}Content-Length: 5\r\n\r\nhello${POST}\r\n`);
    const body = await bodyOf(r);
    await body.stream.cancel();
    assertEquals(await body.drain(), true);
    assertEquals((await readRequest(r))?.target, "/");
  });

  it("waits for no more than it has to", async () => {
    const r = new BufReader(
      readerOf(encode(`${POST}Content-Length: 5\r\n\r\nhello`), waiting(gate().promise)),
    );
    assertEquals(decode(await readAll(await bodyOf(r))), "hello");
  });
});
