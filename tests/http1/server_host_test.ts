import { assert, assertEquals, assertRejects } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { copy, discard, readAll } from "../../mod.ts";
import { StringReader } from "../../src/bytes/mod.ts";
import { HttpError, type OutgoingResponse, writeRequest } from "../../src/http1/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { decode } from "../support/utf8.ts";
import { until } from "../support/waiting.ts";
import { CORPUS } from "./corpus.ts";
import { dial, type Handler, serve, type TestServer } from "./sockets.ts";
import { latin1 } from "./wire.ts";

const headers = { host: "localhost" };

/** What the server of these tests does. */
const handle: Handler = async (request, conn): Promise<OutgoingResponse> => {
  const { method, target, body } = request;
  if (method === "CONNECT" || target === "/upgrade") {
    conn.then = async () => {
      await conn.w.writeString("HELLO");
      await conn.w.flush();
      await copy(conn.conn, conn.r);
      await conn.conn.closeWrite();
    };
    return method === "CONNECT" ? { status: 200, statusText: "OK" } : {
      status: 101,
      statusText: "Switching Protocols",
      headers: { connection: "upgrade", upgrade: "echo" },
    };
  }
  switch (target) {
    case "/hello":
      return {
        status: 200,
        statusText: "OK",
        headers: { "content-type": "text/plain" },
        body: new Blob(["hello"]),
      };
    case "/chunked":
      return {
        status: 200,
        statusText: "OK",
        body: new StringReader("hello, world"),
        trailers: { "x-sum": "42" },
      };
    case "/echo":
      return {
        status: 200,
        statusText: "OK",
        body: new Blob([await readAll(body) as Uint8Array<ArrayBuffer>]),
      };
    case "/ignore":
      return { status: 200, statusText: "OK", body: new Blob(["ignored"]) };
    case "/empty":
      return { status: 204, statusText: "No Content" };
    default:
      return { status: 404, statusText: "Not Found" };
  }
};

describe("http1 as a server", () => {
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    server = await serve(handle);
    url = `http://127.0.0.1:${server.port}`;
  });

  afterAll(async () => await server[Symbol.asyncDispose]());

  it("answers fetch()", async () => {
    for (let round = 0; round < 3; round++) {
      const hello = await fetch(`${url}/hello`);
      assertEquals([hello.status, hello.statusText], [200, "OK"]);
      assertEquals([hello.headers.get("content-length"), await hello.text()], ["5", "hello"]);
      assertEquals(await (await fetch(`${url}/chunked`)).text(), "hello, world");
      const head = await fetch(`${url}/hello`, { method: "HEAD" });
      assertEquals([head.headers.get("content-length"), await head.text()], ["5", ""]);
      const empty = await fetch(`${url}/empty`);
      assertEquals([empty.status, await empty.text()], [204, ""]);
      const echo = await fetch(`${url}/echo`, { method: "POST", body: `body ${round}` });
      assertEquals(await echo.text(), `body ${round}`);
      assertEquals((await fetch(`${url}/gone`)).status, 404);
    }
  });

  it("takes large bodies from fetch(), and streams", async () => {
    const bytes = pattern(3_000_000);
    const whole = await fetch(`${url}/echo`, { method: "PUT", body: bytes });
    assertBytes(new Uint8Array(await whole.arrayBuffer()), bytes);
    const init: RequestInit & { duplex: "half" } = {
      method: "PUT",
      body: new Blob([bytes]).stream(),
      duplex: "half",
    };
    const streamed = await fetch(`${url}/echo`, init);
    assertBytes(new Uint8Array(await streamed.arrayBuffer()), bytes);
  });

  it("answers every request of a pipeline, whatever its body", async () => {
    await using client = await dial({ port: server.port });
    const requests = [
      { method: "POST", target: "/echo", headers, body: new Blob(["one"]) },
      { method: "POST", target: "/echo", headers, body: new StringReader("two") },
      { method: "HEAD", target: "/hello", headers },
      { method: "POST", target: "/ignore", headers, body: new Blob(["x".repeat(1000)]) },
      { method: "GET", target: "/chunked", headers },
    ];
    for (const request of requests) await writeRequest(client.w, request);
    await client.w.flush();
    const texts: string[] = [];
    for (const request of requests) texts.push(decode(await readAll((await client.answer(request)).body)));
    assertEquals(texts, ["one", "two", "", "ignored", "hello, world"]);
  });

  it("sends trailers", async () => {
    await using client = await dial({ port: server.port });
    const response = await client.ask({ method: "GET", target: "/chunked", headers });
    await response.body.drain();
    assertEquals((await response.body.trailers).get("x-sum"), "42");
  });

  it("sends 100 Continue to whoever waits for it", async () => {
    await using client = await dial({ port: server.port });
    await client.w.writeString(
      "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    );
    await client.w.flush();
    assertEquals(decode(await client.r.peek(25)), "HTTP/1.1 100 Continue\r\n\r\n");
    await client.w.writeString("hello");
    await client.w.flush();
    assertEquals(decode(await readAll((await client.answer({ method: "POST" })).body)), "hello");
  });

  it("closes when it is asked to, and after HTTP/1.0", async () => {
    for (
      const [request, body] of [
        ["GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "hello"],
        ["GET /hello HTTP/1.0\r\n\r\n", "hello"],
        ["GET /chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "hello, world"],
      ] as const
    ) {
      await using client = await dial({ port: server.port });
      await client.w.writeString(request);
      await client.w.flush();
      const response = await client.answer({ method: "GET" });
      assertEquals([response.keepAlive, decode(await readAll(response.body))], [false, body]);
      assertEquals(await client.r.fill(), 0);
    }
  });

  it("hands its connection over to another protocol", async () => {
    for (
      const request of [
        { method: "CONNECT", target: "example.com:443" },
        {
          method: "GET",
          target: "/upgrade",
          headers: { ...headers, connection: "upgrade", upgrade: "echo" },
        },
      ]
    ) {
      await using client = await dial({ port: server.port });
      await writeRequest(client.w, request);
      await client.w.writeString("sent along");
      await client.w.flush();
      const response = await client.answer(request);
      assertEquals(response.keepAlive, false);
      await client.conn.closeWrite();
      assertEquals(decode(await readAll(client.r)), "HELLOsent along");
    }
  });

  it("answers what is malformed with the status of the error, and closes", async () => {
    const sample = CORPUS.filter(({ kind, text }, i) =>
      kind === "request" && i % 9 === 0 && text.length < 300
    );
    assert(sample.length > 15);
    for (const { name, text, status, limits } of sample) {
      if (Object.keys(limits).length > 0) continue;
      await using client = await dial({ port: server.port });
      await client.conn.write(latin1(text));
      const response = await client.answer({ method: "GET" });
      // A body that nobody looks at is judged after the answer.
      if (text.includes("chunked\r\n\r\n")) continue;
      assertEquals([response.status, response.keepAlive], [status, false], name);
      await response.body.drain();
      assertEquals(await client.r.fill(), 0, name);
    }
  });

  it("fails by itself alone when a client goes away", async () => {
    const before = server.failures.length;
    const client = await dial({ port: server.port });
    await client.w.writeString("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhello");
    await client.w.flush();
    await client.close();
    await until(() => server.failures.length > before);
    assert(!(server.failures.at(-1) instanceof HttpError));
    assertEquals(await (await fetch(`${url}/hello`)).text(), "hello");
  });

  it("drops what came of a body before it reads the next request", async () => {
    await using client = await dial({ port: server.port });
    const body = new Blob([pattern(100_000)]);
    const ignored = await client.ask({ method: "POST", target: "/ignore", headers, body });
    assertEquals(await copy(discard, ignored.body), 7);
    const next = await client.ask({ method: "GET", target: "/hello", headers });
    assertEquals(decode(await readAll(next.body)), "hello");
  });

  it("gives up a connection with too much on it", async () => {
    const client = await dial({ port: server.port });
    const body = new Blob([pattern(1024 * 1024)]);
    const sent = client.send({ method: "POST", target: "/ignore", headers, body }).catch(() => {}); // it may be cut off
    const response = await client.answer({ method: "POST" });
    assertEquals(response.status, 200);
    await assertRejects(async () => {
      await copy(discard, response.body);
      await sent;
      await client.ask({ method: "GET", target: "/hello", headers });
    });
    await client.close();
  });
});
