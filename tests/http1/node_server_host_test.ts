import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { copy, discard, limitReader, readAll, type Reader, readFull } from "../../mod.ts";
import { StringReader } from "../../src/bytes/mod.ts";
import { toResponse, writeRequest } from "../../src/http1/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { decode, encode } from "../support/utf8.ts";
import { dial } from "./sockets.ts";

const headers = { host: "localhost" };

describe("http1 as a client of the HTTP server of the host", () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      switch (request.url) {
        case "/hello":
          return response.setHeader("content-length", 5).end("hello");
        case "/chunked":
          response.setHeader("trailer", "x-sum");
          response.write("hello, ");
          response.write("world");
          response.addTrailers({ "x-sum": "42" });
          return response.end();
        case "/echo": {
          let size = 0;
          response.setHeader(
            "x-framing",
            String(request.headers["content-length"] ?? request.headers["transfer-encoding"]),
          );
          for await (const chunk of request) {
            size += chunk.length;
            response.write(chunk);
          }
          return response.end(` ${size}`);
        }
        case "/cookies":
          return response.setHeader("set-cookie", ["a=1", "b=2"]).end();
        case "/empty":
          return response.writeHead(204).end();
        case "/same":
          return response.writeHead(304, { etag: "x" }).end();
        default:
          return response.writeHead(404, "Not Here").end("nothing");
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("gets, posts and heads over one connection", async () => {
    await using client = await dial({ port });
    for (let round = 0; round < 3; round++) {
      const hello = await client.ask({ method: "GET", target: "/hello", headers });
      assertEquals([hello.status, hello.statusText, hello.body.length], [200, "OK", 5]);
      assertEquals(decode(await readAll(hello.body)), "hello");

      const head = await client.ask({ method: "HEAD", target: "/hello", headers });
      assertEquals([head.headers.get("content-length"), head.body.length], ["5", 0]);

      const echo = await client.ask({ method: "POST", target: "/echo", headers, body: new Blob(["abc"]) });
      assertEquals(echo.headers.get("x-framing"), "3");
      assertEquals(decode(await readAll(echo.body)), "abc 3");

      const gone = await client.ask({ method: "GET", target: "/gone", headers });
      assertEquals([gone.status, gone.statusText, await gone.body.drain()], [404, "Not Here", true]);

      for (const [target, status] of [["/empty", 204], ["/same", 304]] as const) {
        const response = await client.ask({ method: "GET", target, headers });
        assertEquals([response.status, response.body.length, await response.body.drain()], [status, 0, true]);
      }
    }
  });

  it("sends chunks and reads chunks", async () => {
    await using client = await dial({ port });
    const response = await client.ask({
      method: "PUT",
      target: "/echo",
      headers,
      body: new StringReader("hello"),
    });
    assertEquals(response.headers.get("x-framing"), "chunked");
    assertEquals([response.body.length, decode(await readAll(response.body))], [null, "hello 5"]);
  });

  it("reads trailers", async () => {
    await using client = await dial({ port });
    const response = await client.ask({
      method: "GET",
      target: "/chunked",
      headers: { ...headers, te: "trailers" },
    });
    assertEquals(decode(await readAll(response.body)), "hello, world");
    assertEquals((await response.body.trailers).get("x-sum"), "42");
  });

  it("sees every cookie", async () => {
    await using client = await dial({ port });
    const response = await client.ask({ method: "GET", target: "/cookies", headers });
    assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
  });

  it("waits for 100 Continue", async () => {
    await using client = await dial({ port });
    const statuses: number[] = [];
    let told = () => {};
    const ready = new Promise<void>((resolve) => told = resolve);
    const body: Reader = { read: async () => (await ready, null) };
    const fields = { ...headers, expect: "100-continue", "transfer-encoding": "chunked" };
    const sent = writeRequest(client.w, { method: "POST", target: "/echo", headers: fields, body });
    await client.w.flush();
    assertEquals((await client.r.peek(12)).byteLength, 12);
    assertEquals(decode(client.r.window).slice(0, 12), "HTTP/1.1 100");
    told();
    await sent;
    await client.w.flush();
    const response = await client.answer({ method: "POST" });
    statuses.push(response.status);
    assertEquals([statuses, decode(await readAll(response.body))], [[200], " 0"]);
  });

  it("is closed upon when it says so", async () => {
    await using client = await dial({ port });
    const response = await client.ask({
      method: "GET",
      target: "/hello",
      headers: { ...headers, connection: "close" },
    });
    assertEquals(response.keepAlive, false);
    assertEquals(decode(await readAll(response.body)), "hello");
    assertEquals(await client.r.fill(), 0);
  });

  it("sends many requests before it reads the responses", async () => {
    await using client = await dial({ port });
    const targets = ["/hello", "/chunked", "/gone", "/empty", "/hello"];
    for (const target of targets) await writeRequest(client.w, { method: "GET", target, headers });
    await client.w.flush();
    const texts: string[] = [];
    for (const _ of targets) texts.push(decode(await readAll((await client.answer({ method: "GET" })).body)));
    assertEquals(texts, ["hello", "hello, world", "nothing", "", "hello"]);
  });

  it("makes a Response that the platform reads", async () => {
    await using client = await dial({ port });
    const response = toResponse(await client.ask({ method: "GET", target: "/chunked", headers }));
    assertEquals([response.status, await response.text()], [200, "hello, world"]);
  });

  it("uploads and downloads much, by length and by chunks", async () => {
    const size = 8 * 1024 * 1024;
    const block = pattern(64 * 1024);
    for (const known of [true, false]) {
      await using client = await dial({ port });
      const body = limitReader(endless(block), size);
      const length = known ? { length: size } : {};
      const sent = client.send({ method: "POST", target: "/echo", headers, body, ...length });
      const response = await client.answer({ method: "POST" });
      let at = 0;
      await copy({
        write(p) {
          const end = Math.min(at + p.byteLength, size);
          if (at < size) assertEquals(p[0], block[at % block.byteLength]);
          if (end > at) assertEquals(p[end - at - 1], block[(end - 1) % block.byteLength]);
          at += p.byteLength;
          return Promise.resolve(p.byteLength);
        },
      }, response.body);
      await sent;
      assertEquals(at, size + ` ${size}`.length);
    }
  });

  it("asks 1,000 times over one connection, a hundred at a time", async () => {
    await using client = await dial({ port });
    let asked = 0;
    const send = async () => {
      for (let i = 0; i < 1000; i++) {
        await writeRequest(client.w, { method: "GET", target: "/hello", headers });
        // A server need not take more than it has answered of.
        if (i % 100 === 99) {
          await client.w.flush();
          while (asked < i - 200) await new Promise((resolve) => setTimeout(resolve, 0));
        }
      }
      await client.w.flush();
    };
    const sent = send();
    const p = new Uint8Array(5);
    for (; asked < 1000; asked++) {
      const { body } = await client.answer({ method: "GET" });
      if (await readFull(body, p) !== 5 || p[4] !== 0x6f) {
        throw new Error(`The body of response ${asked} is wrong`);
      }
    }
    await sent;
    assertBytes(p, encode("hello"));
  });

  it("opens a tunnel with CONNECT, and finds what was sent along with the answer", async () => {
    server.on("connect", (_request, socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\nHELLO");
      socket.pipe(socket);
    });
    await using client = await dial({ port });
    const target = "example.com:443";
    const response = await client.ask({ method: "CONNECT", target });
    assertEquals([response.status, response.body.length, response.keepAlive], [200, 0, false]);
    await client.w.writeString("ping");
    await client.w.flush();
    const p = new Uint8Array(9);
    assertEquals(await readFull(client.r, p), 9);
    assertEquals(decode(p), "HELLOping");
  });

  it("upgrades to another protocol", async () => {
    server.on("upgrade", (_request, socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nHELLO");
      socket.pipe(socket);
    });
    await using client = await dial({ port });
    const fields = { ...headers, connection: "upgrade", upgrade: "echo" };
    const response = await client.ask({ method: "GET", target: "/", headers: fields });
    assertEquals([response.status, response.headers.get("upgrade")], [101, "echo"]);
    await client.w.writeString("ping");
    await client.w.flush();
    const p = new Uint8Array(9);
    assertEquals(await readFull(client.r, p), 9);
    assertEquals(decode(p), "HELLOping");
    assert(!response.keepAlive);
  });

  it("drops what it does not want of a response", async () => {
    await using client = await dial({ port });
    const response = await client.ask({
      method: "POST",
      target: "/echo",
      headers,
      body: new Blob([pattern(100_000)]),
    });
    assertEquals(await response.body.drain(), true);
    const next = await client.ask({ method: "GET", target: "/hello", headers });
    assertEquals(await copy(discard, next.body), 5);
  });
});

/** The same block again and again. */
function endless(block: Uint8Array): Reader {
  let at = 0;
  return {
    read(p) {
      const part = block.subarray(at, at + p.byteLength);
      p.set(part);
      at = (at + part.byteLength) % block.byteLength;
      return Promise.resolve(part.byteLength);
    },
  };
}
