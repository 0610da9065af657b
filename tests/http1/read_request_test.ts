import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll, UnexpectedEOFError } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { HttpError, readRequest } from "../../src/http1/mod.ts";
import { errReader } from "../../src/iotest/mod.ts";
import { SOURCES } from "../bufio/sources.ts";
import { decode, encode } from "../support/utf8.ts";
import { conn, latin1 } from "./wire.ts";

const HOST = "Host: example.com\r\n";

async function headOf(text: string) {
  const request = await readRequest(conn(text));
  assert(request !== null);
  return request;
}

describe("http1 readRequest()", () => {
  it("gives the parts of a request", async () => {
    const request = await headOf(
      "POST /a?b=c HTTP/1.1\r\nHost: example.com:8080\r\nContent-Length: 5\r\nX-Empty:\r\nX-Tabs:\t a  b \t\r\n\r\nhello",
    );
    const { method, target, version, headers, body, keepAlive, expectsContinue } = request;
    assertEquals([method, target, version], ["POST", "/a?b=c", "HTTP/1.1"]);
    assertEquals([...headers], [
      ["content-length", "5"],
      ["host", "example.com:8080"],
      ["x-empty", ""],
      ["x-tabs", "a  b"],
    ]);
    assertEquals([body.length, keepAlive, expectsContinue], [5, true, false]);
    assertEquals(decode(await readAll(body)), "hello");
  });

  for (const { name, make } of SOURCES) {
    it(`reads two requests in a row from ${name}, also with the smallest buffer`, async () => {
      const bytes = encode(
        `PUT /first HTTP/1.1\r\n${HOST}Content-Length: 11\r\n\r\nhello again` +
          `POST /second HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\na: b\r\n\r\n` +
          `GET /third HTTP/1.0\r\n\r\n`,
      );
      for (const size of [16, 47, 4096]) {
        for (const chunk of [1, 7, 1000]) {
          const r = new BufReader(make(bytes, chunk), size);
          const seen: string[] = [];
          for (let request = await readRequest(r); request !== null; request = await readRequest(r)) {
            seen.push(`${request.method} ${request.target} ${decode(await readAll(request.body))}`);
          }
          assertEquals(seen, ["PUT /first hello again", "POST /second hello", "GET /third "], `${size}`);
        }
      }
    });
  }

  it("is null where the connection ends before a request, also after an empty line", async () => {
    assertEquals(await readRequest(conn()), null);
    assertEquals(await readRequest(conn("\r\n")), null);
  });

  it("rejects where the connection ends within a head", async () => {
    const head = `GET / HTTP/1.1\r\n${HOST}\r\n`;
    for (let size = 1; size < head.length; size++) {
      const reason = await assertRejects(() => readRequest(conn(head.slice(0, size))), UnexpectedEOFError);
      assertEquals(reason.actual, size);
    }
    await assertRejects(() => readRequest(conn("\r")), UnexpectedEOFError);
    await assertRejects(() => readRequest(conn("\r\n\r")), UnexpectedEOFError);
  });

  it("passes on what the source rejects with", async () => {
    const gone = new Error("gone");
    const r = new BufReader(errReader(gone, encode("GET / HT")));
    assertEquals(await assertRejects(() => readRequest(r)), gone);
  });

  it("passes over one empty line before a request", async () => {
    assertEquals((await headOf(`\r\nGET / HTTP/1.1\r\n${HOST}\r\n`)).target, "/");
  });

  it("reads nothing beyond the head", async () => {
    const r = conn(`GET / HTTP/1.1\r\n${HOST}\r\nHELLO`);
    await readRequest(r);
    assertEquals(decode(await readAll(r.rest())), "HELLO");
  });

  it("takes every form of a target", async () => {
    for (
      const [method, target] of [
        ["GET", "/"],
        ["GET", "/a//b/../c?d=e?f&g=%20"],
        ["GET", '/{a}|^\\"<b>`'],
        ["GET", "//a"],
        ["GET", "http://example.com"],
        ["GET", "http://example.com:80/a?b"],
        ["GET", "https://[::1]:8443/"],
        ["GET", "coap+tcp://example.com?q"],
        ["OPTIONS", "*"],
        ["OPTIONS", "/"],
        ["CONNECT", "example.com:443"],
        ["CONNECT", "127.0.0.1:1"],
        ["CONNECT", "[2001:db8::1]:65535"],
        ["M-SEARCH", "/"],
        ["get", "/"],
      ]
    ) {
      const request = await headOf(`${method} ${target} HTTP/1.1\r\n${HOST}\r\n`);
      assertEquals([request.method, request.target], [method, target]);
    }
  });

  it("takes every Host that there can be", async () => {
    for (
      const host of ["", "a", "a:", "a:80", "[::1]", "[::1]:80", "xn--bcher-kva.example", "_x.y", "1.2.3.4:5"]
    ) {
      const { headers } = await headOf(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      assertEquals(headers.get("host"), host);
    }
  });

  it("needs no Host in HTTP/1.0", async () => {
    assertEquals((await headOf("GET / HTTP/1.0\r\n\r\n")).headers.get("host"), null);
  });

  it("reads values as Latin-1, with every byte that may be in one", async () => {
    const value = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
      .filter((unit) => unit === "\t" || unit >= " " && unit !== "\x7f").join("");
    const request = await readRequest(
      new BufReader(new Blob([latin1(`GET / HTTP/1.1\r\n${HOST}X: (${value})\r\n\r\n`)])),
    );
    assertEquals(request?.headers.get("x"), `(${value})`);
  });

  it("takes every character of a token in a name", async () => {
    const name = "!#$%&'*+-.^_`|~09azAZ";
    const { headers } = await headOf(`GET / HTTP/1.1\r\n${HOST}${name}: v\r\n\r\n`);
    assertEquals(headers.get(name), "v");
  });

  it("joins fields of one name, but for cookies", async () => {
    const { headers } = await headOf(
      `GET / HTTP/1.1\r\n${HOST}A: 1\r\nSet-Cookie: a=b, c\r\na: 2\r\nSet-Cookie: d\r\n\r\n`,
    );
    assertEquals(headers.get("a"), "1, 2");
    assertEquals(headers.getSetCookie(), ["a=b, c", "d"]);
  });

  it("keeps fields that a fetch may not send", async () => {
    const { headers } = await headOf(
      `GET / HTTP/1.1\r\n${HOST}Cookie: a\r\nTE: trailers\r\nConnection: te\r\nProxy-A: b\r\nDate: c\r\n\r\n`,
    );
    assertEquals(headers.get("cookie"), "a");
    assertEquals(headers.get("te"), "trailers");
    assertEquals(headers.get("proxy-a"), "b");
    assertEquals(headers.get("date"), "c");
  });

  it("tells whether the sender wants to use the connection again", async () => {
    for (
      const [version, connection, keepAlive] of [
        ["1.1", "", true],
        ["1.1", "Connection: close\r\n", false],
        ["1.1", "Connection: Close\r\n", false],
        ["1.1", "Connection: keep-alive\r\n", true],
        ["1.1", "Connection: TE,close ,x\r\n", false],
        ["1.1", "Connection: te\r\nconnection: CLOSE\r\n", false],
        ["1.1", "Connection: closed\r\n", true],
        ["1.0", "", false],
        ["1.0", "Connection: keep-alive\r\n", true],
        ["1.0", "Connection: te, Keep-Alive\r\n", true],
        ["1.0", "Connection: keep-alive, close\r\n", false],
      ] as const
    ) {
      const request = await headOf(`GET / HTTP/${version}\r\n${HOST}${connection}\r\n`);
      assertEquals(request.keepAlive, keepAlive, `${version} ${connection}`);
    }
  });

  it("has a body by its framing alone, whatever the method", async () => {
    for (
      const [method, fields, length, rest] of [
        ["GET", "", 0, "hello"],
        ["POST", "", 0, "hello"],
        ["GET", "Content-Length: 2\r\n", 2, "llo"],
        ["DELETE", "Content-Length: 0\r\n", 0, "hello"],
        ["POST", "Content-Length: 0002\r\n", 2, "llo"],
        ["POST", "Content-Length: \t2 \r\n", 2, "llo"],
        ["CONNECT", "", 0, "hello"],
        ["CONNECT", "Content-Length: 0\r\n", 0, "hello"],
      ] as const
    ) {
      const target = method === "CONNECT" ? "h:1" : "/";
      const r = conn(`${method} ${target} HTTP/1.1\r\n${HOST}${fields}\r\nhello`);
      const request = await readRequest(r);
      assert(request !== null);
      assertEquals(request.body.length, length, `${method} ${fields}`);
      assertEquals((await readAll(request.body)).byteLength, length);
      assertEquals(decode(await readAll(r.rest())), rest);
    }
  });

  it("takes the name of the coding in any case", async () => {
    const { body } = await headOf(
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: \tChunKed\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    );
    assertEquals([body.length, decode(await readAll(body))], [null, "a"]);
  });

  it("tells who waits for 100 Continue", async () => {
    for (
      const [version, fields, expected] of [
        ["1.1", "Expect: 100-continue\r\nContent-Length: 5\r\n", true],
        ["1.1", "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", true],
        ["1.1", "Expect: 100-continue\r\n", false],
        ["1.1", "Expect: 100-continue\r\nContent-Length: 0\r\n", false],
        ["1.1", "Expect: something\r\nContent-Length: 5\r\n", false],
        ["1.0", "Expect: 100-continue\r\nContent-Length: 5\r\n", false],
      ] as const
    ) {
      const { expectsContinue } = await headOf(`POST / HTTP/${version}\r\n${HOST}${fields}\r\n`);
      assertEquals(expectsContinue, expected, `${version} ${fields}`);
    }
  });

  it("takes a head of exactly the limit, and no byte more", async () => {
    const head = `GET / HTTP/1.1\r\n${HOST}\r\n`;
    for (const size of [16, 4096]) {
      const r = () => new BufReader(new Blob([head]), size);
      assert(await readRequest(r(), { maxHeadBytes: head.length }) !== null);
      const reason = await assertRejects(
        () => readRequest(r(), { maxHeadBytes: head.length - 1 }),
        HttpError,
      );
      assertEquals(reason.status, 431);
    }
    const filled = (size: number) =>
      head.slice(0, -2) + "a: " + "x".repeat(size - head.length - 5) + "\r\n\r\n";
    assert(await readRequest(conn(filled(32 * 1024))) !== null);
    assertEquals(
      (await assertRejects(() => readRequest(conn(filled(32 * 1024 + 1))), HttpError)).status,
      431,
    );
  });

  it("takes exactly as many fields as the limit says", async () => {
    const text = (fields: number) => `GET / HTTP/1.1\r\n${HOST}${"a: b\r\n".repeat(fields - 1)}\r\n`;
    assert(await readRequest(conn(text(200))) !== null);
    assertEquals((await assertRejects(() => readRequest(conn(text(201))), HttpError)).status, 431);
    assert(await readRequest(conn(text(3)), { maxHeaders: 3 }) !== null);
    await assertRejects(() => readRequest(conn(text(4)), { maxHeaders: 3 }), HttpError);
  });

  it("judges white space in time that grows with its length", async () => {
    const space = " \t".repeat(50_000);
    const text = `GET / HTTP/1.1\r\n${HOST}a:${space}b${space}c${space}\r\nconnection: a,${space},b\r\n\r\n`;
    const request = await readRequest(conn(text), { maxHeadBytes: text.length });
    assertEquals(request?.headers.get("a"), `b${space}c`);
  });

  it("refuses arguments of the wrong kind", async () => {
    // @ts-expect-error: no BufReader
    await assertRejects(() => readRequest(new Blob()), TypeError, "BufReader");
    await assertRejects(() => readRequest(conn(), { maxHeadBytes: -1 }), RangeError, "maxHeadBytes");
    await assertRejects(() => readRequest(conn(), { maxHeaders: NaN }), RangeError, "maxHeaders");
    await assertRejects(() => readRequest(conn(), { maxTrailerBytes: 0.5 }), RangeError, "maxTrailerBytes");
  });
});
