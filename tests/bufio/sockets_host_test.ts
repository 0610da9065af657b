import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { limitReader, readAll, type Reader, type Writer } from "../../mod.ts";
import { BufReader, BufReadWriter, BufWriter, lines, Scanner } from "../../src/bufio/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { streamOf } from "../support/streams.ts";
import { decode } from "../support/utf8.ts";

/** A socket of the host as a Reader and a Writer, with how often it was read and written. */
class Conn implements Reader, Writer {
  reads = 0;
  writes: number[] = [];
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #left = new Uint8Array(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  async read(p: Uint8Array): Promise<number | null> {
    this.reads++;
    if (this.#left.byteLength === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) return null;
      this.#left = new Uint8Array(value);
    }
    const n = Math.min(p.byteLength, this.#left.byteLength);
    p.set(this.#left.subarray(0, n));
    this.#left = this.#left.subarray(n);
    return n;
  }

  async write(p: Uint8Array): Promise<number> {
    this.writes.push(p.byteLength);
    const bytes = p.slice();
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
    return bytes.byteLength;
  }

  close(): void {
    this.#socket.destroy();
  }
}

function buffered(conn: Conn, size?: number): BufReadWriter {
  return new BufReadWriter(new BufReader(conn, size), new BufWriter(conn));
}

/** Listens on a free port of this machine, handles each connection, and gives a way to connect. */
async function serve(
  handle: (conn: Conn) => Promise<void>,
): Promise<{ dial: () => Promise<Conn>; stop: () => void }> {
  const conns: Conn[] = [];
  const server: Server = createServer((socket) => {
    const conn = new Conn(socket);
    conns.push(conn);
    handle(conn).catch(() => conn.close());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async dial() {
      const socket = connect(port, "127.0.0.1");
      await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
      const conn = new Conn(socket);
      conns.push(conn);
      return conn;
    },
    stop() {
      for (const conn of conns) conn.close();
      server.close();
    },
  };
}

/** Reads a head up to its empty line; null if the input ends before. */
async function readHead(reader: BufReader): Promise<string[] | null> {
  const head: string[] = [];
  for await (const line of lines(reader)) {
    if (line === "") return head;
    head.push(line);
  }
  return null;
}

function lengthOf(head: string[]): number {
  return Number(head.find((line) => line.startsWith("Content-Length: "))?.slice(16) ?? 0);
}

describe("BufReadWriter on a real socket", () => {
  it("serves three requests on one connection, and each answer is one write (row 18)", async () => {
    let served: Conn | undefined;
    const { dial, stop } = await serve(async (conn) => {
      served = conn;
      const both = buffered(conn);
      for (let head = await readHead(both.reader); head !== null; head = await readHead(both.reader)) {
        const body = decode(await readAll(limitReader(both, lengthOf(head))));
        await both.writeString("HTTP/1.1 200 OK\r\n");
        await both.writeString(`Content-Length: ${body.length}\r\n\r\n`);
        await both.writeString(body.toUpperCase());
        await both.flush();
      }
    });
    try {
      const conn = await dial();
      const client = buffered(conn);
      for (const text of ["one", "two and more", "three"]) {
        await client.writeString(`POST / HTTP/1.1\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
        await client.flush();
        const head = await readHead(client.reader);
        assertEquals(head?.[0], "HTTP/1.1 200 OK");
        assertEquals(decode(await readAll(limitReader(client, lengthOf(head ?? [])))), text.toUpperCase());
      }
      assertEquals(conn.writes.length, 3);
      assertEquals(served?.writes.length, 3);
    } finally {
      stop();
    }
  });

  it("parses two pipelined requests that came in one segment (row 21)", async () => {
    const seen: string[] = [];
    const { dial, stop } = await serve(async (conn) => {
      const both = buffered(conn, 32);
      for (let head = await readHead(both.reader); head !== null; head = await readHead(both.reader)) {
        seen.push(head[0] + " " + decode(await readAll(limitReader(both.reader, lengthOf(head)))));
        await both.writeString("HTTP/1.1 204 No Content\r\n\r\n");
        await both.flush();
      }
    });
    try {
      const client = buffered(await dial());
      await client.writeString("POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nfirst");
      await client.writeString("POST /b HTTP/1.1\r\nContent-Length: 6\r\n\r\nsecond");
      await client.flush();
      for (let i = 0; i < 2; i++) assertEquals(await readHead(client.reader), ["HTTP/1.1 204 No Content"]);
      assertEquals(seen, ["POST /a HTTP/1.1 first", "POST /b HTTP/1.1 second"]);
    } finally {
      stop();
    }
  });

  it("handles a CONNECT and then a CONNECT inside it on the same connection (row 22)", async () => {
    const seen: string[] = [];
    const { dial, stop } = await serve(async (conn) => {
      const both = buffered(conn);
      for (let head = await readHead(both.reader); head !== null; head = await readHead(both.reader)) {
        seen.push(head[0] ?? "");
        await both.writeString("HTTP/1.1 200 OK\r\n\r\n");
        if (head[0]?.startsWith("GET")) await both.writeString("inner");
        await both.flush();
      }
    });
    try {
      const client = buffered(await dial());
      // All at once: what follows a CONNECT must not be lost with it.
      await client.writeString(
        "CONNECT a:443 HTTP/1.1\r\n\r\nCONNECT b:443 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n",
      );
      await client.flush();
      for (let i = 0; i < 3; i++) assertEquals(await readHead(client.reader), ["HTTP/1.1 200 OK"]);
      assertEquals(decode(await client.reader.peek(5)), "inner");
      assertEquals(seen, ["CONNECT a:443 HTTP/1.1", "CONNECT b:443 HTTP/1.1", "GET / HTTP/1.1"]);
    } finally {
      stop();
    }
  });

  it("switches both halves to another connection with reset, as a TLS upgrade does (row 26)", async () => {
    const { dial, stop } = await serve(async (conn) => {
      const both = buffered(conn);
      for (
        let line = await both.reader.readString(0x0a);
        line !== null;
        line = await both.reader.readString(0x0a)
      ) {
        await both.writeString(`echo ${line}`);
        await both.flush();
      }
    });
    try {
      const plain = await dial();
      const secure = await dial();
      const client = buffered(plain);
      await client.writeString("STARTTLS\n");
      await client.flush();
      assertEquals(await client.reader.readString(0x0a), "echo STARTTLS\n");
      await client.writeString("never sent");
      client.reader.reset(secure);
      client.writer.reset(secure);
      await client.writeString("GET /\n");
      await client.flush();
      assertEquals(await client.reader.readString(0x0a), "echo GET /\n");
      assertEquals(plain.writes.length, 1);
    } finally {
      stop();
    }
  });

  it("reads the socket once per read, and a large read goes past the buffer (row 42)", async () => {
    const { dial, stop } = await serve(async (conn) => void await conn.write(pattern(200_000)));
    try {
      const conn = await dial();
      const reader = new BufReader(conn, 1024);
      let total = 0;
      while (total < 200_000) {
        const before = conn.reads;
        const n = await reader.read(new Uint8Array(64 * 1024));
        assert(n !== null && conn.reads === before + 1);
        total += n;
      }
    } finally {
      stop();
    }
  });

  it("knows the first byte of a ClientHello that comes byte by byte, and loses none (row 23)", async () => {
    const hello = Uint8Array.of(22, 3, 1, 0, 3, 7, 8, 9);
    const { dial, stop } = await serve(async (conn) => {
      for (const byte of hello) {
        await conn.write(Uint8Array.of(byte));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    });
    try {
      const reader = new BufReader(await dial());
      assertEquals((await reader.peek(1))[0], 22);
      assertEquals(await reader.read(new Uint8Array(0)), 0);
      assertEquals(await reader.fill(5), reader.buffered);
      const size = 5 + (reader.window[4] ?? 0);
      assertBytes(await reader.peek(size), hello);
      assertBytes(await readAll(limitReader(reader.rest(), size)), hello);
    } finally {
      stop();
    }
  });
});

describe("bufio over chunks that are Buffers of node:buffer", () => {
  const make = () => streamOf(...["ab\0cd\n", "ef\ngh", "ij\nkl"].map((text) => Buffer.from(text)));

  it("refuses what is no delimiter, which a Buffer would find", async () => {
    const reader = new BufReader(make());
    await reader.fill();
    await assertRejects(() => reader.readString(256), RangeError);
    await assertRejects(() => reader.readBytes(-256), RangeError);
  });

  it("gives copies where it says so, though a Buffer's slice is none", async () => {
    const reader = new BufReader(make(), 16);
    const first = await reader.readBytes(0x0a);
    first?.fill(0x7a);
    reader.unreadByte();
    assertEquals(await reader.readString(0x0a), "\n");
    const tokens: Uint8Array[] = [];
    for await (const token of new Scanner(make())) tokens.push(token);
    assertEquals(tokens.map((token) => decode(token)), ["ab\0cd", "ef", "ghij", "kl"]);
    for (const token of tokens) assertStrictEquals(token.constructor, Uint8Array);
  });
});

describe("BufReader on the body of a fetch from a loopback server", () => {
  const BODY = pattern(300_000);
  const server = createHttpServer((_, response) => {
    // In two parts, so that the first look does not see everything.
    response.write(BODY.subarray(0, 100));
    setTimeout(() => response.end(BODY.subarray(100)), 10);
  });
  let url = "";

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  async function body(): Promise<ReadableStream<Uint8Array>> {
    const { body } = await fetch(url);
    if (body === null) throw new Error("There is no body");
    return body;
  }

  it("sniffs 16 bytes and returns the whole as a Response", async () => {
    const reader = new BufReader(await body());
    assertBytes(await reader.peek(16), BODY.subarray(0, 16));
    const response = new Response(reader.release(), { headers: { "content-type": "image/png" } });
    assertBytes(new Uint8Array(await response.arrayBuffer()), BODY);
  });

  it("returns the identical stream when nothing was read", async () => {
    const stream = await body();
    const released = new BufReader(stream).release();
    assertStrictEquals(released, stream);
    assertBytes(new Uint8Array(await new Response(released).arrayBuffer()), BODY);
  });

  it("cancels the body when the Response is cancelled", async () => {
    const stream = await body();
    const reader = new BufReader(stream);
    await reader.peek(16);
    await new Response(reader.release()).body?.cancel();
    assertEquals(stream.locked, false);
    assertEquals((await readAll(stream)).byteLength, 0);
  });
});
