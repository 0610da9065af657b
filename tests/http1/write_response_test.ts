import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll, TooLargeError, UnexpectedEOFError } from "../../mod.ts";
import { StringReader } from "../../src/bytes/mod.ts";
import {
  type OutgoingResponse,
  readRequest,
  readResponse,
  writeResponse,
  type WriteResponseOptions,
} from "../../src/http1/mod.ts";
import { decode } from "../support/utf8.ts";
import { conn, written } from "./wire.ts";

async function textOf(response: OutgoingResponse, options?: WriteResponseOptions): Promise<string> {
  const wire = written();
  const n = await writeResponse(wire.w, response, options);
  const text = await wire.text();
  assertEquals(n, text.length, "the bytes written");
  return text;
}

const hello = () => new StringReader("hello");

interface Case {
  name: string;
  response: OutgoingResponse;
  options?: WriteResponseOptions;
  text: string;
}

const CASES: Case[] = [
  {
    name: "no body",
    response: { status: 200, statusText: "OK" },
    text: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
  },
  { name: "no phrase", response: { status: 404 }, text: "HTTP/1.1 404 \r\ncontent-length: 0\r\n\r\n" },
  {
    name: "a phrase in Latin-1",
    response: { status: 200, statusText: "Schön so" },
    text: "HTTP/1.1 200 Schön so\r\ncontent-length: 0\r\n\r\n",
  },
  {
    name: "a Blob",
    response: { status: 200, body: new Blob(["hello"]) },
    text: "HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\nhello",
  },
  {
    name: "a length",
    response: { status: 200, body: hello(), length: 5 },
    text: "HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\nhello",
  },
  {
    name: "a Content-Length and other fields",
    response: { status: 200, headers: { "Content-Length": "5", A: "b" }, body: hello() },
    text: "HTTP/1.1 200 \r\na: b\r\ncontent-length: 5\r\n\r\nhello",
  },
  {
    name: "no length",
    response: { status: 200, body: hello() },
    text: "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  },
  {
    name: "trailers",
    response: { status: 200, body: hello(), trailers: { a: "b" } },
    text: "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\na: b\r\n\r\n",
  },
  {
    name: "no length to HTTP/1.0",
    response: { status: 200, headers: { connection: "keep-alive" }, body: hello() },
    options: { version: "HTTP/1.0" },
    text: "HTTP/1.0 200 \r\nconnection: close\r\n\r\nhello",
  },
  {
    name: "chunks asked for, to HTTP/1.0",
    response: { status: 200, headers: { "transfer-encoding": "chunked" }, body: new Blob(["hello"]) },
    options: { version: "HTTP/1.0" },
    text: "HTTP/1.0 200 \r\nconnection: close\r\n\r\nhello",
  },
  {
    name: "a length to HTTP/1.0",
    response: { status: 200, headers: { connection: "keep-alive" }, body: hello(), length: 5 },
    options: { version: "HTTP/1.0" },
    text: "HTTP/1.0 200 \r\nconnection: keep-alive\r\ncontent-length: 5\r\n\r\nhello",
  },
  {
    name: "no body to HTTP/1.0",
    response: { status: 200 },
    options: { version: "HTTP/1.0" },
    text: "HTTP/1.0 200 \r\ncontent-length: 0\r\n\r\n",
  },
  {
    name: "a body of known length to HEAD",
    response: { status: 200, body: new Blob(["hello"]) },
    options: { method: "HEAD" },
    text: "HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\n",
  },
  {
    name: "a body of unknown length to HEAD",
    response: { status: 200, body: hello() },
    options: { method: "HEAD" },
    text: "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n",
  },
  {
    name: "a length and no body to HEAD",
    response: { status: 200, length: 1234 },
    options: { method: "HEAD" },
    text: "HTTP/1.1 200 \r\ncontent-length: 1234\r\n\r\n",
  },
  {
    name: "nothing to HEAD",
    response: { status: 200 },
    options: { method: "HEAD" },
    text: "HTTP/1.1 200 \r\n\r\n",
  },
  {
    name: "204",
    response: { status: 204, headers: { "content-length": "5" }, body: hello() },
    text: "HTTP/1.1 204 \r\n\r\n",
  },
  { name: "304", response: { status: 304, body: null }, text: "HTTP/1.1 304 \r\n\r\n" },
  {
    name: "304 and a length",
    response: { status: 304, headers: { "content-length": "5" } },
    text: "HTTP/1.1 304 \r\ncontent-length: 5\r\n\r\n",
  },
  { name: "100", response: { status: 100, statusText: "Continue" }, text: "HTTP/1.1 100 Continue\r\n\r\n" },
  {
    name: "103",
    response: { status: 103, headers: { link: "a" } },
    text: "HTTP/1.1 103 \r\nlink: a\r\n\r\n",
  },
  {
    name: "101",
    response: { status: 101, headers: { connection: "upgrade", upgrade: "x" } },
    text: "HTTP/1.1 101 \r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
  },
  {
    name: "200 to CONNECT, whatever its framing",
    response: { status: 200, headers: { "content-length": "5" }, body: hello() },
    options: { method: "CONNECT" },
    text: "HTTP/1.1 200 \r\n\r\n",
  },
  {
    name: "502 to CONNECT",
    response: { status: 502, body: new Blob(["hello"]) },
    options: { method: "CONNECT" },
    text: "HTTP/1.1 502 \r\ncontent-length: 5\r\n\r\nhello",
  },
];

describe("http1 writeResponse()", () => {
  for (const { name, response, options, text } of CASES) {
    it(`writes a response with ${name}`, async () => assertEquals(await textOf(response, options), text));
  }

  it("writes what is read back as it was", async () => {
    for (const { response, options, text } of CASES) {
      const read = await readResponse(conn(text), { method: options?.method ?? "GET" });
      assertEquals([read.status, read.statusText], [response.status, response.statusText ?? ""]);
      await readAll(read.body);
      await read.body.trailers;
    }
  });

  it("takes the request that it answers for its options", async () => {
    const request = await readRequest(conn("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert(request !== null);
    assertEquals(
      await textOf({ status: 200, body: new Blob(["hello"]) }, request),
      "HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\n",
    );
  });

  it("sends a response that was read as it came, HEAD included", async () => {
    for (
      const [method, text] of [
        ["GET", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"],
        ["GET", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\na: b\r\n\r\n"],
        ["GET", "HTTP/1.1 204 No Content\r\n\r\n"],
        ["GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n"],
        ["HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n"],
        ["HEAD", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"],
        ["CONNECT", "HTTP/1.1 200 OK\r\n\r\n"],
      ] as const
    ) {
      const response = await readResponse(conn(text), { method });
      const { trailers } = response.body;
      assertEquals(await textOf({ ...response, trailers }, { method }), text);
    }
  });

  it("makes chunks of a body that ran to the end of its connection", async () => {
    const response = await readResponse(conn("HTTP/1.1 200 OK\r\n\r\nhello"));
    const text = await textOf(response);
    assertEquals(text, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  });

  it("does not flush", async () => {
    const wire = written();
    await writeResponse(wire.w, { status: 200, body: hello() });
    assertEquals(wire.sent, "");
  });

  it("does not read a body that cannot be sent", async () => {
    const body = hello();
    await textOf({ status: 204, body });
    await textOf({ status: 200, body }, { method: "HEAD" });
    assertEquals(decode(await readAll(body)), "hello");
  });

  it("does not complete a body of another length than declared", async () => {
    for (const length of [6, 4]) {
      const wire = written();
      const reason = await assertRejects(() => writeResponse(wire.w, { status: 200, body: hello(), length }));
      assert(
        length > 5 ? reason instanceof UnexpectedEOFError : reason instanceof TooLargeError,
        `${reason}`,
      );
      const [, body = ""] = (await wire.text()).split("\r\n\r\n");
      assert(body.length < length, body);
    }
    const wire = written();
    await assertRejects(() => writeResponse(wire.w, { status: 200, length: 5 }), UnexpectedEOFError);
    assertEquals(await wire.text(), "");
  });

  describe("refuses, before a byte moves,", () => {
    for (const status of [0, 99, 600, 1000, -200, 200.5, NaN]) {
      it(`the status ${status}`, async () => {
        const wire = written();
        await assertRejects(() => writeResponse(wire.w, { status }), RangeError);
        assertEquals(await wire.text(), "");
      });
    }

    for (const statusText of ["OK\r\nA: b", "O\nK", "O\0K", "O\x7fK", "€"]) {
      it(`the phrase ${JSON.stringify(statusText)}`, async () => {
        const wire = written();
        await assertRejects(() => writeResponse(wire.w, { status: 200, statusText }), TypeError);
        assertEquals(await wire.text(), "");
      });
    }

    for (
      const { name, response, options } of [
        { name: "a value with CRLF", response: { status: 200, headers: { a: "b\r\nc: d" } } },
        {
          name: "a Content-Length that is none",
          response: { status: 200, headers: { "content-length": "5x" } },
        },
        {
          name: "another length than the Content-Length",
          response: { status: 200, headers: { "content-length": "5" }, length: 4 },
        },
        {
          name: "another coding",
          response: { status: 200, headers: { "transfer-encoding": "gzip, chunked" } },
        },
        {
          name: "a coding and a length",
          response: { status: 200, headers: { "transfer-encoding": "chunked" }, length: 5 },
        },
        {
          name: "a trailer that is none",
          response: { status: 200, body: hello(), trailers: { trailer: "a" } },
        },
        { name: "100 to HTTP/1.0", response: { status: 100 }, options: { version: "HTTP/1.0" } },
      ] satisfies Omit<Case, "text">[]
    ) {
      it(name, async () => {
        const wire = written();
        await assertRejects(() => writeResponse(wire.w, response, options), TypeError);
        assertEquals(await wire.text(), "");
      });
    }

    it("a version that it does not speak", async () => {
      const { w } = written();
      // @ts-expect-error: no such version
      await assertRejects(() => writeResponse(w, { status: 200 }, { version: "HTTP/2.0" }), TypeError);
    });
  });
});
