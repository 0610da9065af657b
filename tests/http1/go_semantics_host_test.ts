/**
 * The rows of GO-SEMANTICS.md, sections 2 and 3, that are about messages, on real sockets.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { copy, discard, readAll } from "../../mod.ts";
import { BufReader, BufReadWriter, BufWriter } from "../../src/bufio/mod.ts";
import { StringReader } from "../../src/bytes/mod.ts";
import {
  ChunkedReader,
  HttpError,
  readRequest,
  readResponse,
  writeRequest,
  writeResponse,
} from "../../src/http1/mod.ts";
import { duplexFrom } from "../../src/net/mod.ts";
import { pattern } from "../support/bytes.ts";
import { decode, encode } from "../support/utf8.ts";
import { CORPUS } from "./corpus.ts";
import { type Client, dial, serve } from "./sockets.ts";
import { latin1 } from "./wire.ts";

const headers = { host: "localhost" };

function hello() {
  return { status: 200, statusText: "OK", body: new StringReader("hello"), length: 5 };
}

/** Runs with a raw server that sends and takes bytes as it likes. */
async function withRaw(
  handle: (conn: ReturnType<typeof duplexFrom>) => Promise<void>,
  run: (client: Client) => Promise<void>,
): Promise<void> {
  const ended: Promise<void>[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const conn = duplexFrom(socket);
    ended.push(handle(conn).finally(() => conn.close().catch(() => {})));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = await dial({ port: (server.address() as AddressInfo).port });
  try {
    await run(client);
    await client.close();
    await Promise.all(ended);
  } finally {
    await client.close();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("Row 18: both halves of a connection, buffered, and flushed by hand", () => {
  it("three requests go over one socket of an HTTP server, each sent by one flush", async () => {
    const server = createHttpServer((request, response) => response.end(`answer to ${request.url}`));
    let connections = 0;
    server.on("connection", () => connections++);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const socket = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
    const conn = duplexFrom(socket);
    const both = new BufReadWriter(new BufReader(conn), new BufWriter(conn));
    for (const target of ["/1", "/2", "/3"]) {
      await writeRequest(both.writer, { method: "GET", target, headers });
      assert(both.writer.buffered > 0, "nothing is sent before the flush");
      await both.flush();
      const response = await readResponse(both.reader);
      assertEquals(decode(await readAll(response.body)), `answer to ${target}`);
      assert(response.keepAlive);
    }
    assertEquals(connections, 1);
    await conn.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("Row 21: readRequest() leaves what follows in the reader", () => {
  it("the second of two POSTs in one segment is read intact", async () => {
    await withRaw(async (conn) => {
      const r = new BufReader(conn);
      const w = new BufWriter(conn);
      for (let request = await readRequest(r); request !== null; request = await readRequest(r)) {
        const text = `${request.method} ${request.target} ${decode(await readAll(request.body))}`;
        await writeResponse(w, { status: 200, body: new StringReader(text), length: text.length });
        await w.flush();
      }
    }, async (client) => {
      await client.w.writeString("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nfirst");
      await client.w.writeString(
        "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecond\r\n0\r\n\r\n",
      );
      await client.w.flush();
      for (const expected of ["POST /1 first", "POST /2 second"]) {
        const { body } = await client.answer({ method: "POST" });
        assertEquals(decode(await readAll(body)), expected);
      }
    });
  });
});

describe("Row 22: CONNECT and then requests inside, read by the same reader", () => {
  it("both are answered on one connection, also if they come in one segment", async () => {
    for (const together of [true, false]) {
      await withRaw(async (conn) => {
        const r = new BufReader(conn);
        const w = new BufWriter(conn);
        const outer = await readRequest(r);
        assertEquals([outer?.method, outer?.target], ["CONNECT", "example.com:80"]);
        await writeResponse(w, { status: 200, statusText: "OK" }, { method: "CONNECT" });
        await w.flush();
        const inner = await readRequest(r);
        assertEquals([inner?.method, inner?.target], ["GET", "/inside"]);
        await writeResponse(w, hello(), inner ?? {});
        await w.flush();
      }, async (client) => {
        await writeRequest(client.w, { method: "CONNECT", target: "example.com:80" });
        if (!together) await client.w.flush();
        await writeRequest(client.w, { method: "GET", target: "/inside", headers });
        if (together) await client.w.flush();
        const tunnel = await readResponse(client.r, { method: "CONNECT" });
        assertEquals([tunnel.status, await readAll(tunnel.body)], [200, new Uint8Array(0)]);
        await client.w.flush();
        assertEquals(decode(await readAll((await readResponse(client.r)).body)), "hello");
      });
    }
  });
});

describe("Row 29: a response is serialized, and sent by the flush", () => {
  it("502 with a Warning for a target that refuses, and no framing for a tunnel", async () => {
    await using server = await serve(async ({ method, target }) => {
      if (method !== "CONNECT") return { status: 400 };
      const { hostname, port } = new URL(`http://${target}`);
      try {
        await (await dial({ host: hostname, port: Number(port) })).close();
        return { status: 200, statusText: "OK" };
      } catch {
        const headers = { warning: '199 sluice "the target refused"' };
        return { status: 502, statusText: "Bad Gateway", headers, body: new Blob(["refused"]) };
      }
    });
    await using good = await dial({ port: server.port });
    await writeRequest(good.w, { method: "CONNECT", target: `127.0.0.1:${server.port}` });
    await good.w.flush();
    const head = "HTTP/1.1 200 OK\r\n\r\n";
    assertEquals(decode(await good.r.peek(head.length)), head);

    await using bad = await dial({ port: server.port });
    const refused = await bad.ask({ method: "CONNECT", target: "127.0.0.1:1" });
    assertEquals([refused.status, refused.headers.get("warning")], [502, '199 sluice "the target refused"']);
    assertEquals(decode(await readAll(refused.body)), "refused");
  });
});

describe("Row 40: what frames a body, as in Go's readTransfer", () => {
  for (
    const { name, head, sent, body, close } of [
      {
        name: "chunks",
        head: "Transfer-Encoding: chunked\r\n",
        sent: "5\r\nhello\r\n0\r\n\r\n",
        body: "hello",
        close: false,
      },
      { name: "a length of 0", head: "Content-Length: 0\r\n", sent: "", body: "", close: false },
      { name: "a length", head: "Content-Length: 5\r\n", sent: "hello", body: "hello", close: false },
      { name: "the end of the connection", head: "", sent: "hello", body: "hello", close: true },
    ]
  ) {
    it(`of a response: ${name}`, async () => {
      await withRaw(async (conn) => {
        await conn.write(encode(`HTTP/1.1 200 OK\r\n${head}\r\n${sent}`));
        if (!close) await conn.read(new Uint8Array(1)); // to its end
      }, async (client) => {
        const response = await readResponse(client.r);
        assertEquals([decode(await readAll(response.body)), response.keepAlive], [body, !close]);
      });
    });
  }

  it("of a request without any of them: nothing", async () => {
    await withRaw(async (conn) => {
      const r = new BufReader(conn);
      const request = await readRequest(r);
      assertEquals([request?.method, request?.body.length], ["POST", 0]);
      assertEquals(await request?.body.read(new Uint8Array(1)), null);
    }, async (client) => {
      await client.conn.write(encode("POST / HTTP/1.1\r\nHost: h\r\n\r\n"));
      assertEquals(await client.r.fill(), 0);
    });
  });
});

describe("Row 41: an unread body is dropped up to 256 KiB", () => {
  it("after 100 KiB that nobody read the next request is answered", async () => {
    await using server = await serve(hello);
    await using client = await dial({ port: server.port });
    for (let round = 0; round < 3; round++) {
      const body = new Blob([pattern(100 * 1024)]);
      const response = await client.ask({ method: "POST", target: "/", headers, body });
      assertEquals(decode(await readAll(response.body)), "hello");
    }
  });

  it("after 1 MiB the connection is closed", async () => {
    await using server = await serve(hello);
    const client = await dial({ port: server.port });
    const body = new Blob([pattern(1024 * 1024)]);
    const sent = client.send({ method: "POST", target: "/", headers, body }).catch(() => {}); // it is cut off
    // What is thrown at a socket that was closed may take the answer with it.
    await assertRejects(async () => {
      const response = await client.answer({ method: "POST" });
      await copy(discard, response.body);
      await sent;
      await client.ask({ method: "GET", target: "/", headers });
    });
    await client.close();
  });
});

describe("Row 44: chunks in single bytes, and made to do harm", () => {
  it("a body that comes in segments of one byte is read whole", async () => {
    const wire = encode('a;name="va;lue"\r\n0123456789\r\n1\r\nx\r\n0\r\nsum: 11\r\n\r\nnext');
    await withRaw(async (conn) => {
      for (const byte of wire) await conn.write(Uint8Array.of(byte));
    }, async (client) => {
      const body = new ChunkedReader(client.r);
      assertEquals(decode(await readAll(body)), "0123456789x");
      assertEquals((await body.trailers).get("sum"), "11");
      assertEquals(decode(await readAll(client.r)), "next");
    });
  });

  for (
    const { name, wire } of [
      { name: "endless extensions (CVE-2023-39326)", wire: `1;${"x".repeat(2000)}\r\nx\r\n`.repeat(20) },
      { name: "a bare LF behind a size (CVE-2025-22871)", wire: "5;\nhello\r\n0\r\n\r\n" },
      {
        name: "a bare LF that hides a request",
        wire: "2\r\nxx\n45\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: h\r\n\r\n",
      },
      { name: "a size without digits", wire: "\r\n0\r\n\r\n" },
      { name: "a size beyond all numbers", wire: "fffffffffffffffff\r\nx" },
    ]
  ) {
    it(`${name} is refused, and the connection not used again`, async () => {
      await using server = await serve(async ({ body }) => {
        await copy(discard, body);
        return hello();
      });
      await using client = await dial({ port: server.port });
      await client.conn.write(encode("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
      await client.conn.write(encode(wire));
      const response = await client.answer({ method: "POST" });
      assertEquals([response.status, response.keepAlive], [400, false]);
      assertEquals(await readAll(client.r), new Uint8Array(0));
    });
  }

  it("so is every malformed body of the corpus", async () => {
    const good = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const { name, text, limits } of CORPUS) {
      if (!text.startsWith(good) || text.length > 1000) continue;
      await withRaw(async (conn) => {
        await conn.write(latin1(text)).catch(() => 0); // the client may have had enough
      }, async (client) => {
        const response = await readResponse(client.r, undefined, limits);
        await assertRejects(() => copy(discard, response.body), HttpError, undefined, name);
        assertEquals(await response.body.drain(), false);
      });
    }
  });
});

describe("V5 and V6: what came along with an answer is not lost", () => {
  it("a client finds the first bytes of a tunnel that came with the 200 to its CONNECT", async () => {
    await withRaw(async (conn) => {
      await readRequest(new BufReader(conn));
      await conn.write(encode("HTTP/1.1 200 OK\r\n\r\nHELLO"));
    }, async (client) => {
      const response = await client.ask({ method: "CONNECT", target: "example.com:443" });
      assertEquals(response.status, 200);
      assertEquals(decode(await readAll(client.r)), "HELLO");
    });
  });

  it("a server finds what its client sent along with its CONNECT", async () => {
    await withRaw(async (conn) => {
      const r = new BufReader(conn);
      assertEquals((await readRequest(r))?.method, "CONNECT");
      assertEquals(decode(await readAll(r.rest())), "\x16\x03\x01 and so on");
    }, async (client) => {
      await client.conn.write(encode("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n\x16\x03\x01 and so on"));
      await client.conn.closeWrite();
      assertEquals(await client.r.fill(), 0);
    });
  });
});
