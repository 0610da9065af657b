import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import { Authority } from "../../scripts/tls/authority.ts";
import { readAll, writeAll } from "../../mod.ts";
import { lines } from "../../src/bufio/mod.ts";
import { Limiter, throttleReader, throttleWriter } from "../../src/rate/mod.ts";
import { type Conn, duplexFrom, type PeekedConn } from "../../src/net/mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate } from "../support/waiting.ts";
import { methods, type Wire } from "./wires.ts";
import { nodeStreamOf } from "./node_stream.ts";
import { serveEither } from "./one_port.ts";

const authority = await Authority.create("sluice tests");
const identity = await authority.issue(["localhost"]);

/** Shakes hands as a server over a connection, and gives what is inside. */
async function shakeHands(conn: Conn): Promise<Conn> {
  const secure = new TLSSocket(nodeStreamOf(conn), { isServer: true, ...identity });
  const inside = duplexFrom(secure);
  await new Promise<void>((resolve, reject) => {
    secure.once("secure", () => resolve());
    secure.once("error", reject);
  });
  return inside;
}

/** Answers every line with its protocol and itself, until the client ends. */
async function answer(protocol: string, conn: Conn): Promise<void> {
  for await (const line of lines(conn)) await writeAll(conn, encode(`${protocol} ${line}\n`));
  await conn.close();
}

/** What every test here serves: one port for both. */
async function withPort(
  test: (port: number, failures: unknown[]) => Promise<void>,
  wrap: (conn: PeekedConn) => Conn = (conn) => conn,
): Promise<void> {
  const failures: unknown[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serveEither(duplexFrom(socket), {
      tls: async (conn) => await answer("tls", await shakeHands(wrap(conn))),
      plain: async (conn) => await answer("plain", conn),
    }).catch((reason) => failures.push(reason));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await test((server.address() as AddressInfo).port, failures);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** A server that passes on what it gets, cut by `cut`, and notes what the client sent. */
async function withWire(
  port: number,
  cut: (socket: Socket, chunk: Uint8Array) => Promise<void>,
  test: (port: number, sent: Uint8Array[]) => Promise<void>,
): Promise<void> {
  const sent: Uint8Array[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    upstream.setNoDelay(true);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    upstream.pipe(client);
    let passing = Promise.resolve();
    client.on("data", (chunk: Uint8Array) => {
      sent.push(new Uint8Array(chunk));
      passing = passing.then(() => cut(upstream, chunk));
    });
    client.on("end", () => void passing.then(() => upstream.end()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await test((server.address() as AddressInfo).port, sent);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** The near side of a wire that has methods. */
function connOf({ near }: Wire) {
  if (!("read" in near)) throw new TypeError("Not by methods");
  return near;
}

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => socket.write(bytes, (error) => error ? reject(error) : resolve()));
}

/** Asks one line over TLS, and gives the answer. */
async function askByTls(port: number, question: string): Promise<string> {
  const socket = connectTls({ port, host: "127.0.0.1", ca: authority.cert, servername: "localhost" });
  await once(socket, "secureConnect");
  assert(socket.authorized);
  const conn = duplexFrom(socket);
  await writeAll(conn, encode(`${question}\n`));
  for await (const line of lines(conn)) {
    socket.destroy();
    return line;
  }
  throw new Error("There was no answer");
}

describe("one port for TLS and plain text", () => {
  it("serves both, told apart by the first byte (row 24)", () =>
    withPort(async (port, failures) => {
      assertEquals(await askByTls(port, "hello"), "tls hello");
      const plain = duplexFrom(connect(port, "127.0.0.1"));
      await writeAll(plain, encode("hello\nagain\n"));
      await plain.closeWrite();
      assertEquals(decode(await readAll(plain)), "plain hello\nplain again\n");
      assertEquals(failures, []);
    }));

  it("shakes hands though the ClientHello comes byte by byte, and no byte is lost (rows 23 and 25)", () =>
    withPort(async (port) => {
      const passed: Uint8Array[] = [];
      await withWire(port, async (upstream, chunk) => {
        // Only the ClientHello is cut: it takes a packet for each byte.
        const single = passed.length === 0 ? chunk.byteLength : 0;
        for (let i = 0; i < single; i++) await write(upstream, chunk.subarray(i, i + 1));
        await write(upstream, chunk.subarray(single));
        passed.push(new Uint8Array(chunk));
      }, async (wire, sent) => {
        assertEquals(await askByTls(wire, "hello"), "tls hello");
        assertEquals(sent[0]?.[0], 22);
        assertBytes(concat(passed), concat(sent));
      });
    }));

  it("shakes hands with a ClientHello in one segment (row 23)", () =>
    withPort(async (port) => {
      await withWire(port, write, async (wire, sent) => {
        assertEquals(await askByTls(wire, "hello"), "tls hello");
        assertEquals(sent[0]?.[0], 22);
      });
    }));

  it("keeps a limit below TLS (row 28)", async () => {
    const rate = 200_000;
    const limits = { read: new Limiter({ rate, burst: 2000 }), write: new Limiter({ rate, burst: 2000 }) };
    const shaped = (conn: PeekedConn): Conn => {
      const reader = throttleReader(conn, limits.read);
      const writer = throttleWriter(conn, limits.write);
      const p = new Uint8Array(2000);
      return {
        read: (p) => reader.read(p),
        async readChunk(max = p.byteLength) {
          const n = await reader.read(p.subarray(0, max));
          return n === null ? null : p.slice(0, n);
        },
        write: (p) => writer.write(p),
        closeWrite: () => conn.closeWrite(),
        close: () => conn.close(),
        abort: (reason) => conn.abort(reason),
      };
    };
    await withPort(async (port) => {
      const start = performance.now();
      const question = decode(pattern(40_000).map((byte) => 97 + byte % 26));
      assertEquals(await askByTls(port, question), `tls ${question}`);
      const seconds = (performance.now() - start) / 1000;
      // Each way 40,000 bytes, of which 2,000 pass at once; the rest of it is at least so long on its way.
      assert(seconds >= 38_000 / rate, `${seconds} s`);
    }, shaped);
  });
});

describe("a peek that fails (V5)", () => {
  it("closes the connection with its reason instead of guessing", async () => {
    for (
      const { what, fail } of [
        { what: "reset", fail: new Error("connection reset") },
        { what: "the end", fail: null },
      ]
    ) {
      const wire = methods();
      const served: string[] = [];
      const serving = serveEither(connOf(wire), {
        tls: async () => void await served.push("tls"),
        plain: async () => void await served.push("plain"),
      });
      if (fail === null) wire.end();
      else wire.fail(fail);
      const reason = await assertRejects(() => serving);
      if (fail !== null) assertStrictEquals(reason, fail);
      assertEquals([served, wire.events], [[], ["close"]], what);
    }
  });

  it("closes a real connection that never says what it wants", () =>
    withPort(async (port, failures) => {
      const client = duplexFrom(connect(port, "127.0.0.1"));
      await client.closeWrite();
      assertEquals(await client.readChunk(), null);
      assertEquals(failures.map(String), ["Error: The connection ended before its first byte"]);
    }));

  it("ends when the connection is given up, and leaves nothing behind", async () => {
    const wire = methods();
    const peeking = gate();
    const conn = connOf(wire);
    const watched = {
      ...conn,
      read(p: Uint8Array) {
        peeking.open();
        return conn.read(p);
      },
    };
    const served = () => Promise.resolve();
    const serving = serveEither(watched, { tls: served, plain: served });
    await peeking.promise;
    await conn.close?.();
    await assertRejects(() => serving, Error, "closed");
  });
});
