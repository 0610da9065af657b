import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll, UnexpectedEOFError } from "../../mod.ts";
import { HttpError, readResponse } from "../../src/http1/mod.ts";
import { decode } from "../support/utf8.ts";
import { conn } from "./wire.ts";

describe("http1 readResponse()", () => {
  it("gives the parts of a response", async () => {
    const response = await readResponse(
      conn("HTTP/1.1 404 Not  Found\r\nContent-Length: 5\r\nA: b\r\n\r\nhello"),
    );
    const { version, status, statusText, headers, body, keepAlive } = response;
    assertEquals([version, status, statusText], ["HTTP/1.1", 404, "Not  Found"]);
    assertEquals([...headers], [["a", "b"], ["content-length", "5"]]);
    assertEquals([body.length, keepAlive], [5, true]);
    assertEquals(decode(await readAll(body)), "hello");
  });

  it("takes a status without a phrase, and one in Latin-1", async () => {
    assertEquals((await readResponse(conn("HTTP/1.1 200\r\n\r\n"))).statusText, "");
    assertEquals((await readResponse(conn("HTTP/1.1 200 \r\n\r\n"))).statusText, "");
    assertEquals((await readResponse(conn("HTTP/1.1 200 Schön\r\n\r\n"))).statusText, "Schön");
  });

  it("takes every status from 100 to 599", async () => {
    for (const status of [100, 199, 200, 299, 306, 418, 499, 500, 599]) {
      assertEquals((await readResponse(conn(`HTTP/1.1 ${status} x\r\n\r\n`))).status, status);
    }
  });

  it("rejects wherever the connection ends before the end of the head", async () => {
    const head = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
    for (let size = 0; size < head.length; size++) {
      const reason = await assertRejects(() => readResponse(conn(head.slice(0, size))), UnexpectedEOFError);
      assertEquals(reason.actual, size);
    }
  });

  for (
    const { name, method = "GET", status, version = "1.1", fields = "", length, keepAlive, read, left } of [
      {
        name: "a length",
        status: 200,
        fields: "Content-Length: 2\r\n",
        length: 2,
        keepAlive: true,
        read: "he",
        left: "llo",
      },
      { name: "nothing", status: 200, length: null, keepAlive: false, read: "hello", left: "" },
      {
        name: "nothing but keep-alive",
        status: 200,
        fields: "Connection: keep-alive\r\n",
        length: null,
        keepAlive: false,
        read: "hello",
        left: "",
      },
      {
        name: "HTTP/1.0",
        status: 200,
        version: "1.0",
        length: null,
        keepAlive: false,
        read: "hello",
        left: "",
      },
      {
        name: "HTTP/1.0 and a length",
        status: 200,
        version: "1.0",
        fields: "Content-Length: 2\r\n",
        length: 2,
        keepAlive: false,
        read: "he",
        left: "llo",
      },
      {
        name: "HTTP/1.0, a length and keep-alive",
        status: 200,
        version: "1.0",
        fields: "Content-Length: 2\r\nConnection: Keep-Alive\r\n",
        length: 2,
        keepAlive: true,
        read: "he",
        left: "llo",
      },
      {
        name: "a length and close",
        status: 200,
        fields: "Content-Length: 2\r\nConnection: close\r\n",
        length: 2,
        keepAlive: false,
        read: "he",
        left: "llo",
      },
      {
        name: "HEAD",
        method: "HEAD",
        status: 200,
        fields: "Content-Length: 100\r\n",
        length: 0,
        keepAlive: true,
        read: "",
        left: "hello",
      },
      {
        name: "HEAD and chunks",
        method: "HEAD",
        status: 200,
        fields: "Transfer-Encoding: chunked\r\n",
        length: 0,
        keepAlive: true,
        read: "",
        left: "hello",
      },
      {
        name: "HEAD and nothing",
        method: "HEAD",
        status: 200,
        length: 0,
        keepAlive: true,
        read: "",
        left: "hello",
      },
      {
        name: "head in lower case",
        method: "head",
        status: 200,
        fields: "Content-Length: 2\r\n",
        length: 2,
        keepAlive: true,
        read: "he",
        left: "llo",
      },
      { name: "204", status: 204, length: 0, keepAlive: true, read: "", left: "hello" },
      {
        name: "204 and a length",
        status: 204,
        fields: "Content-Length: 2\r\n",
        length: 0,
        keepAlive: true,
        read: "",
        left: "hello",
      },
      {
        name: "304",
        status: 304,
        fields: "Content-Length: 2\r\n",
        length: 0,
        keepAlive: true,
        read: "",
        left: "hello",
      },
      { name: "100", status: 100, length: 0, keepAlive: true, read: "", left: "hello" },
      {
        name: "103 and a length",
        status: 103,
        fields: "Content-Length: 2\r\n",
        length: 0,
        keepAlive: true,
        read: "",
        left: "hello",
      },
      {
        name: "101",
        status: 101,
        fields: "Connection: upgrade\r\nUpgrade: x\r\n",
        length: 0,
        keepAlive: false,
        read: "",
        left: "hello",
      },
      {
        name: "200 to CONNECT",
        method: "CONNECT",
        status: 200,
        length: 0,
        keepAlive: false,
        read: "",
        left: "hello",
      },
      {
        name: "200 to CONNECT with a length",
        method: "CONNECT",
        status: 200,
        fields: "Content-Length: 2\r\n",
        length: 0,
        keepAlive: false,
        read: "",
        left: "hello",
      },
      {
        name: "200 to CONNECT with chunks",
        method: "CONNECT",
        status: 299,
        fields: "Transfer-Encoding: chunked\r\n",
        length: 0,
        keepAlive: false,
        read: "",
        left: "hello",
      },
      {
        name: "407 to CONNECT",
        method: "CONNECT",
        status: 407,
        fields: "Content-Length: 2\r\n",
        length: 2,
        keepAlive: true,
        read: "he",
        left: "llo",
      },
    ]
  ) {
    it(`frames the body of a response with ${name}`, async () => {
      const r = conn(`HTTP/${version} ${status} x\r\n${fields}\r\nhello`);
      const response = await readResponse(r, { method });
      assertEquals(response.body.length, length);
      assertEquals(response.keepAlive, keepAlive);
      assertEquals(decode(await readAll(response.body)), read);
      assertEquals([...await response.body.trailers], []);
      assertEquals(decode(await readAll(r.rest())), left);
    });
  }

  it("reads what comes before the final response as messages of their own", async () => {
    const r = conn(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" +
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nT: u\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    );
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) {
      const response = await readResponse(r);
      statuses.push(response.status);
      assert(await response.body.drain());
      if (response.status === 200) assertEquals((await response.body.trailers).get("t"), "u");
    }
    assertEquals(statuses, [100, 103, 200, 204]);
    await assertRejects(() => readResponse(r), UnexpectedEOFError);
  });

  it("passes over no empty line", async () => {
    await assertRejects(() => readResponse(conn("\r\nHTTP/1.1 200 OK\r\n\r\n")), HttpError);
  });

  it("gives all cookies", async () => {
    const { headers } = await readResponse(
      conn("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n"),
    );
    assertEquals(headers.getSetCookie(), ["a=1", "b=2"]);
  });

  it("keeps to its limits", async () => {
    const head = "HTTP/1.1 200 OK\r\na: b\r\nc: d\r\n\r\n";
    assertEquals(
      (await readResponse(conn(head), undefined, { maxHeadBytes: head.length, maxHeaders: 2 })).status,
      200,
    );
    for (const limits of [{ maxHeadBytes: head.length - 1 }, { maxHeaders: 1 }]) {
      const reason = await assertRejects(() => readResponse(conn(head), undefined, limits), HttpError);
      assertEquals(reason.status, 431);
    }
  });
});
