import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { connect } from "node:net";
import { readAll, writeAll } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { copyBidirectional, copyBidirectionalSettled, type Duplex, PeekedConn } from "../../src/net/mod.ts";
import { Authority } from "../../scripts/tls/authority.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { inTempFolder } from "../support/temp.ts";
import { decode, encode } from "../support/utf8.ts";
import { until } from "../support/waiting.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { ORDERS } from "./wires.ts";

const MIB = 1024 * 1024;

/** Two ends of one connection: `near` is relayed, `far` is what the test holds. */
interface Line {
  near: Deno.Conn;
  far: Deno.Conn;
}

/** Makes connections of one kind until the test is over. */
type Dial = () => Promise<Line>;

async function withTcp(test: (dial: Dial) => Promise<void>): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await test(async () => {
    const [near, far] = await Promise.all([
      listener.accept(),
      Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    ]);
    return { near, far };
  });
}

async function withUnix(test: (dial: Dial) => Promise<void>): Promise<void> {
  await inTempFolder(async (path) => {
    const address = { transport: "unix", path: path("socket") } as const;
    using listener = Deno.listen(address);
    await test(async () => {
      const [near, far] = await Promise.all([listener.accept(), Deno.connect(address)]);
      return { near, far };
    });
  });
}

async function withTls(test: (dial: Dial) => Promise<void>): Promise<void> {
  const authority = await Authority.create("sluice tests");
  const { cert, key } = await authority.issue(["localhost"]);
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const { port } = listener.addr;
  await test(async () => {
    const accepting = listener.accept().then(async (conn) => {
      await conn.handshake();
      return conn;
    });
    const tcp = await Deno.connect({ hostname: "127.0.0.1", port });
    const client = await Deno.startTls(tcp, { hostname: "localhost", caCerts: [authority.cert] });
    await client.handshake();
    return { near: await accepting, far: client };
  });
}

async function sendAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  await writeAll(conn, bytes);
  await conn.closeWrite();
}

for (
  const { name, open } of [
    { name: "Deno.TcpConn", open: withTcp },
    { name: "Deno.UnixConn", open: withUnix },
    { name: "Deno.TlsConn", open: withTls },
  ]
) {
  describe(`copyBidirectional() between two of ${name}`, () => {
    for (const { first, pick } of ORDERS) {
      it(`carries the end of ${first} through, then an answer of 1 MiB, and closes both (row 15)`, () =>
        open(async (dial) => {
          const [asks, answers] = [await dial(), await dial()];
          const copied = copyBidirectional(...pick<Duplex>(asks.near, answers.near));
          const [question, answer] = [pattern(300_000), pattern(MIB, 7)];
          const asked = sendAll(asks.far, question);
          assertBytes(await readAll(answers.far), question, "question");
          await asked;
          const answered = sendAll(answers.far, answer);
          assertBytes(await readAll(asks.far), answer, "answer");
          await answered;
          const [aToB, bToA] = pick(question.byteLength, answer.byteLength);
          assertEquals(await copied, { aToB, bToA });
          for (const { near, far } of [asks, answers]) {
            await assertRejects(() => near.write(new Uint8Array(1)));
            far.close();
          }
        }));
    }

    it("gives both up at once when the signal aborts (row 15)", () =>
      open(async (dial) => {
        const [a, b] = [await dial(), await dial()];
        const abort = new AbortController();
        const settling = copyBidirectionalSettled(a.near, b.near, { signal: abort.signal });
        await writeAll(a.far, encode("hello"));
        const p = new Uint8Array(16);
        assertEquals(await b.far.read(p), 5);
        const reason = new Error("enough");
        abort.abort(reason);
        assertEquals(await settling, { ok: false, side: "signal", reason, aToB: 5, bToA: 0 });
        for (const { near, far } of [a, b]) {
          await assertRejects(() => near.read(p));
          // Over TLS that is a failure: the connection was not closed as its peer expects.
          assert(await far.read(p).catch(() => null) === null);
          far.close();
        }
      }));

    it("relays both ways at the same time", () =>
      open(async (dial) => {
        const [a, b] = [await dial(), await dial()];
        const copied = copyBidirectional(a.near, b.near);
        const [up, down] = [pattern(2 * MIB), pattern(MIB, 3)];
        const [, , received, sent] = await Promise.all([
          sendAll(a.far, up),
          sendAll(b.far, down),
          readAll(a.far),
          readAll(b.far),
        ]);
        assertBytes(received, down);
        assertBytes(sent, up);
        assertEquals(await copied, { aToB: 2 * MIB, bToA: MIB });
        a.far.close();
        b.far.close();
      }));

    it("relays a PeekedConn of it, as it relays the connection", () =>
      open(async (dial) => {
        const [a, b] = [await dial(), await dial()];
        await sendAll(a.far, encode("GET / HTTP/1.1"));
        const reader = new BufReader(a.near);
        assertEquals(decode(await reader.peek(3)), "GET");
        const copied = copyBidirectional(new PeekedConn(a.near, reader), b.near);
        assertEquals(decode(await readAll(b.far)), "GET / HTTP/1.1");
        await sendAll(b.far, encode("200"));
        assertEquals(decode(await readAll(a.far)), "200");
        assertEquals(await copied, { aToB: 14, bToA: 3 });
        a.far.close();
        b.far.close();
      }));
  });
}

describe("copyBidirectionalSettled() between two of Deno.Conn", () => {
  for (const { first, pick } of ORDERS) {
    it(`ends both when the peer of ${first} resets its connection`, async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr;
      const socket = connect(port, "127.0.0.1");
      const vanishing = await listener.accept();
      const [near, far] = await Promise.all([
        listener.accept(),
        Deno.connect({ hostname: "127.0.0.1", port }),
      ]);
      const settling = copyBidirectionalSettled(...pick(vanishing, near));
      socket.write(encode("hello"));
      assertEquals(await far.read(new Uint8Array(16)), 5);
      socket.resetAndDestroy();
      const outcome = await settling;
      assert(!outcome.ok && outcome.reason instanceof Deno.errors.ConnectionReset, JSON.stringify(outcome));
      assertEquals([outcome.side, outcome.aToB, outcome.bToA], [first, ...pick(5, 0)]);
      assertEquals(await far.read(new Uint8Array(1)), null);
      far.close();
    });
  }

  it("closes both when no byte moves for too long, and one that talks lives longer than that (row 19)", () =>
    withTcp(async (dial) => {
      const [a, b] = [await dial(), await dial()];
      const clock = fakeClock();
      let moved = 0;
      const onProgress = (aToB: number) => void (moved = aToB);
      const settling = copyBidirectionalSettled(a.near, b.near, { idleTimeout: 1000, clock, onProgress });
      const p = new Uint8Array(1);
      for (let sent = 1; sent <= 4; sent++) {
        await clock.advance(900);
        await a.far.write(p);
        assertEquals(await b.far.read(p), 1);
        await until(() => moved === sent);
      }
      await clock.advance(1000);
      const outcome = await settling;
      assert(!outcome.ok && outcome.side === "timeout" && outcome.aToB === 4, JSON.stringify(outcome));
      assertEquals(await Promise.all([a.far.read(p), b.far.read(p)]), [null, null]);
      a.far.close();
      b.far.close();
    }));
});

describe("copyBidirectional() between a Deno.Conn and a WebSocketStream", () => {
  it("relays messages both ways until the server closes", async () => {
    const program = new URL("web_socket_stream.ts", import.meta.url).pathname;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "-A", "--unstable-net", program],
      env: { NO_COLOR: "1" },
    });
    const { stdout, stderr } = await command.output();
    const said = decode(stdout);
    assert(said.startsWith("{"), decode(stderr));
    assertEquals(JSON.parse(said), { outcome: { ok: true, aToB: 13, bToA: 10 }, heard: "HELLOWORLD." });
  });
});
