import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll, type Source, TooLargeError, UnexpectedEOFError } from "../../mod.ts";
import { BufReader, BufWriter } from "../../src/bufio/mod.ts";
import { BytesReader, StringReader } from "../../src/bytes/mod.ts";
import { type OutgoingRequest, readRequest, writeRequest } from "../../src/http1/mod.ts";
import { errReader, errWriter } from "../../src/iotest/mod.ts";
import { SOURCES } from "../bufio/sources.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { readerOf, STREAM_KINDS, streamBySteps } from "../support/steps.ts";
import { encode } from "../support/utf8.ts";
import { conn, latin1, written } from "./wire.ts";

async function textOf(request: OutgoingRequest): Promise<string> {
  const wire = written();
  const n = await writeRequest(wire.w, request);
  const text = await wire.text();
  assertEquals(n, text.length, "the bytes written");
  return text;
}

const get = { method: "GET", target: "/", headers: { host: "h" } };
const post = { method: "POST", target: "/", headers: { host: "h" } };

describe("http1 writeRequest()", () => {
  for (
    const { name, request, text } of [
      { name: "no body", request: get, text: "GET / HTTP/1.1\r\nhost: h\r\n\r\n" },
      {
        name: "no body but null",
        request: { ...get, body: null },
        text: "GET / HTTP/1.1\r\nhost: h\r\n\r\n",
      },
      ...["POST", "PUT", "PATCH"].map((method) => ({
        name: `no body after ${method}`,
        request: { ...get, method },
        text: `${method} / HTTP/1.1\r\ncontent-length: 0\r\nhost: h\r\n\r\n`,
      })),
      {
        name: "no body after DELETE",
        request: { ...get, method: "DELETE" },
        text: "DELETE / HTTP/1.1\r\nhost: h\r\n\r\n",
      },
      {
        name: "a Blob",
        request: { ...post, body: new Blob(["hello"]) },
        text: "POST / HTTP/1.1\r\ncontent-length: 5\r\nhost: h\r\n\r\nhello",
      },
      {
        name: "a body after GET",
        request: { ...get, body: new Blob(["hello"]) },
        text: "GET / HTTP/1.1\r\ncontent-length: 5\r\nhost: h\r\n\r\nhello",
      },
      {
        name: "a length",
        request: { ...post, body: new StringReader("hello"), length: 5 },
        text: "POST / HTTP/1.1\r\ncontent-length: 5\r\nhost: h\r\n\r\nhello",
      },
      {
        name: "a Content-Length",
        request: { ...post, headers: { host: "h", "Content-Length": "5" }, body: new StringReader("hello") },
        text: "POST / HTTP/1.1\r\ncontent-length: 5\r\nhost: h\r\n\r\nhello",
      },
      {
        name: "a length of 0",
        request: { ...post, body: new StringReader(""), length: 0 },
        text: "POST / HTTP/1.1\r\ncontent-length: 0\r\nhost: h\r\n\r\n",
      },
      {
        name: "no length",
        request: { ...post, body: new StringReader("hello") },
        text: "POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      },
      {
        name: "chunks asked for",
        request: {
          ...post,
          headers: { host: "h", "Transfer-Encoding": "Chunked" },
          body: new Blob(["hello"]),
        },
        text: "POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      },
      {
        name: "chunks and no body",
        request: { ...post, headers: { host: "h", "Transfer-Encoding": "chunked" } },
        text: "POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      },
      {
        name: "trailers",
        request: { ...post, body: new StringReader("hello"), trailers: { a: "b" } },
        text:
          "POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\na: b\r\n\r\n",
      },
      {
        name: "trailers that come later",
        request: { ...post, body: new StringReader("hello"), trailers: Promise.resolve({ a: "b" }) },
        text:
          "POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\na: b\r\n\r\n",
      },
      {
        name: "values in Latin-1",
        request: { ...get, headers: { host: "h", a: "ü\xff\t\x80" } },
        text: "GET / HTTP/1.1\r\na: ü\xff\t\x80\r\nhost: h\r\n\r\n",
      },
    ] satisfies { name: string; request: OutgoingRequest; text: string }[]
  ) {
    it(`writes a request with ${name}`, async () => assertEquals(await textOf(request), text));
  }

  it("takes the Host from the target if there is none", async () => {
    for (
      const [method, target, host] of [
        ["GET", "http://example.com:8080/a", "example.com:8080"],
        ["GET", "http://example.com?a", "example.com"],
        ["CONNECT", "[::1]:443", "[::1]:443"],
        ["GET", "/a", ""],
        ["OPTIONS", "*", ""],
      ] as const
    ) {
      const request = await readRequest(conn(await textOf({ method, target })));
      assertEquals(request?.headers.get("host"), host);
    }
    const other = await textOf({ method: "GET", target: "http://a/", headers: { Host: "b" } });
    assert(other.includes("host: b"));
  });

  it("writes bodies that are read back, from every source and through a small buffer", async () => {
    for (const { make } of SOURCES) {
      for (const known of [true, false]) {
        for (const size of [1, 16, 4096]) {
          const wire = written(size);
          const body = make(pattern(3000), 500);
          const n = await writeRequest(wire.w, { ...post, body, ...(known ? { length: 3000 } : {}) });
          const text = await wire.text();
          assertEquals(n, text.length);
          const request = await readRequest(new BufReader(new Blob([latin1(text)])));
          assert(request !== null);
          assertEquals(request.body.length, known || body instanceof Blob ? 3000 : null);
          assertBytes(await readAll(request.body), pattern(3000));
        }
      }
    }
  });

  it("sends a body that was read as it came, its trailers too", async () => {
    for (
      const text of [
        "POST / HTTP/1.1\r\ncontent-length: 5\r\nhost: h\r\n\r\nhello",
        "POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\na: b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: h\r\n\r\n",
      ]
    ) {
      const request = await readRequest(conn(text));
      assert(request !== null);
      assertEquals(await textOf({ ...request, trailers: request.body.trailers }), text);
    }
  });

  it("neither flushes nor closes the connection, nor the body", async () => {
    const wire = written();
    let closed = false;
    const body = Object.assign(new BytesReader(encode("hello")), { close: () => void (closed = true) });
    await writeRequest(wire.w, { ...post, body, length: 5 });
    assertEquals([wire.sent, closed], ["", false]);
    await writeRequest(wire.w, get);
    assertEquals((await wire.text()).split(" / HTTP/1.1\r\n").length, 3);
  });

  it("leaves no lock on a stream, nor on a connection that is one", async () => {
    for (const { kind } of STREAM_KINDS) {
      const body = streamBySteps(kind, ...cutEvery(pattern(1000), 300));
      const chunks: Uint8Array[] = [];
      const stream = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
      const w = new BufWriter(stream);
      const n = await writeRequest(w, { ...post, body, length: 1000 });
      await w.flush();
      assertUnlocked(body, stream);
      assertEquals(n, chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
    }
  });

  describe("refuses, before a byte moves,", () => {
    const refused: { name: string; request: OutgoingRequest }[] = [
      ...["", "G T", "GET\r\n", "G\0", "(GET)", "GÉT"].map((method) => ({
        name: `the method ${JSON.stringify(method)}`,
        request: { ...get, method },
      })),
      ...[
        "",
        "a",
        "*",
        "/ ",
        "/a b",
        "/\r\nHost: i",
        "/\0",
        "/ü",
        "/#a",
        "http://",
        "http:a",
        "example.com:80",
      ]
        .map((target) => ({ name: `the target ${JSON.stringify(target)}`, request: { ...get, target } })),
      ...["/", "a", "a:", ":1", "http://a:1", "a:1\r\n"]
        .map((target) => ({
          name: `CONNECT to ${JSON.stringify(target)}`,
          request: { method: "CONNECT", target },
        })),
      ...["b\r\nc: d", "b\nc", "b\rc", "b\0c", "b\x01c", "b\x7fc", "€"]
        .map((a) => ({ name: `the value ${JSON.stringify(a)}`, request: { ...get, headers: { a } } })),
      ...["a b", "a:", "", "a\r\nb", "ü"].map((name) => ({
        name: `the name ${JSON.stringify(name)}`,
        request: { ...get, headers: [[name, "b"]] as [string, string][] },
      })),
      ...["", "+5", "-5", "5, 5", "0x5", "5.0", "9007199254740992"].map((length) => ({
        name: `the Content-Length ${JSON.stringify(length)}`,
        request: { ...post, headers: { "content-length": length }, body: new StringReader("hello") },
      })),
      {
        name: "two Content-Lengths",
        request: { ...post, headers: [["content-length", "5"], ["content-length", "5"]] },
      },
      { name: "a length that differs", request: { ...post, headers: { "content-length": "5" }, length: 6 } },
      ...["gzip", "gzip, chunked", "chunked, chunked", "", "identity"].map((coding) => ({
        name: `the coding ${JSON.stringify(coding)}`,
        request: { ...post, headers: { "transfer-encoding": coding }, body: new StringReader("hello") },
      })),
      {
        name: "a coding and a length",
        request: { ...post, headers: { "transfer-encoding": "chunked" }, length: 5 },
      },
      {
        name: "a coding and a Content-Length",
        request: { ...post, headers: { "transfer-encoding": "chunked", "content-length": "5" } },
      },
      {
        name: "a trailer that is none",
        request: { ...post, body: new StringReader("a"), trailers: { host: "i" } },
      },
    ];
    for (const { name, request } of refused) {
      it(name, async () => {
        const wire = written();
        await assertRejects(() => writeRequest(wire.w, request), TypeError);
        assertEquals(await wire.text(), "");
      });
    }

    it("a length of no use", async () => {
      const wire = written();
      for (const length of [-1, NaN, 0.5, 2 ** 53]) {
        await assertRejects(() => writeRequest(wire.w, { ...post, length }), RangeError);
      }
      assertEquals(await wire.text(), "");
    });

    it("arguments of the wrong kind", async () => {
      // @ts-expect-error: no BufWriter
      await assertRejects(() => writeRequest({}, get), TypeError, "BufWriter");
      const { w } = written();
      // @ts-expect-error: no source
      await assertRejects(() => writeRequest(w, { ...post, body: "hello" }), TypeError);
      // @ts-expect-error: no string
      await assertRejects(() => writeRequest(w, { ...post, method: undefined }), TypeError);
    });
  });

  describe("does not complete", () => {
    const shapes: { name: string; make(text: string): Source }[] = [
      { name: "a reader", make: (text) => readerOf(encode(text)) },
      { name: "a reader of little", make: (text) => readerOf(...cutEvery(encode(text), 1)) },
      { name: "a stream", make: (text) => streamBySteps("default", encode(text)) },
      { name: "a byte stream", make: (text) => streamBySteps("filling", ...cutEvery(encode(text), 2)) },
      { name: "a BufReader", make: (text) => new BufReader(readerOf(encode(text)), 16) },
      { name: "a Blob", make: (text) => new Blob([text]) },
    ];
    for (const { name, make } of shapes) {
      for (const size of [1, 4096]) {
        it(`a body from ${name} that is too short, with a buffer of ${size}`, async () => {
          const wire = written(size);
          const request = { ...post, body: make("hell"), length: 5 };
          const reason = await assertRejects(() => writeRequest(wire.w, request), UnexpectedEOFError);
          assertEquals([reason.expected, reason.actual], [5, 4]);
          assert((await wire.text()).endsWith("\r\n\r\nhell"));
        });

        it(`a body from ${name} that is too long, with a buffer of ${size}`, async () => {
          const wire = written(size);
          const request = { ...post, body: make("hello!"), length: 5 };
          const reason = await assertRejects(() => writeRequest(wire.w, request), TooLargeError);
          assertEquals(reason.limit, 5);
          const [, body = ""] = (await wire.text()).split("\r\n\r\n");
          assert(body.length < 5 && "hello".startsWith(body), body);
        });
      }
    }

    it("a body that is none, nor one that should be empty", async () => {
      const wire = written();
      await assertRejects(() => writeRequest(wire.w, { ...post, length: 5 }), UnexpectedEOFError);
      assertEquals(await wire.text(), "");
    });

    it("a body whose source fails", async () => {
      const gone = new Error("gone");
      for (const length of [{}, { length: 9 }]) {
        const wire = written();
        const body = errReader(gone, encode("hello"));
        assertStrictEquals(
          await assertRejects(() => writeRequest(wire.w, { ...post, body, ...length })),
          gone,
        );
        assert(!(await wire.text()).includes("\r\n0\r\n"));
      }
    });

    it("a body whose trailers are refused once they come", async () => {
      const wire = written();
      const request = { ...post, body: new StringReader("hello"), trailers: Promise.resolve({ host: "i" }) };
      await assertRejects(() => writeRequest(wire.w, request), TypeError);
      assert((await wire.text()).endsWith("5\r\nhello\r\n"));
    });

    it("and leaves no rejection behind where trailers fail with the body", async () => {
      const { w } = written();
      const gone = new Error("gone");
      const request = { ...post, body: errReader(gone), trailers: Promise.reject(new Error("no trailers")) };
      assertStrictEquals(await assertRejects(() => writeRequest(w, request)), gone);
    });
  });

  it("rejects with the reason of the connection", async () => {
    const broken = new Error("broken");
    const w = new BufWriter(errWriter(broken), 16);
    assertStrictEquals(await assertRejects(() => writeRequest(w, get)), broken);
  });

  it("leaves the headers as they were", async () => {
    const headers = new Headers({ host: "h", "content-length": "5" });
    await textOf({ ...post, headers, body: new StringReader("hello") });
    assertEquals([...headers], [["content-length", "5"], ["host", "h"]]);
  });
});
