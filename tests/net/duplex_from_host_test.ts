import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Duplex as NodeStream } from "node:stream";
import { copy, discard, limitReader, readAll, writeAll } from "../../mod.ts";
import { testReader } from "../../src/iotest/mod.ts";
import {
  type Conn,
  copyBidirectional,
  copyBidirectionalSettled,
  type Duplex,
  duplexFrom,
  type NodeDuplex,
} from "../../src/net/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { decode, encode } from "../support/utf8.ts";
import { isPending, until } from "../support/waiting.ts";
import { withSockets } from "../support/node_sockets.ts";
import { ORDERS } from "./wires.ts";

const MIB = 1024 * 1024;

async function sendAll(conn: Conn, bytes: Uint8Array): Promise<void> {
  await writeAll(conn, bytes);
  await conn.closeWrite();
}

describe("copyBidirectional() between two of net.Socket", () => {
  for (const { first, pick } of ORDERS) {
    it(`carries the end of ${first} through, then an answer of 1 MiB, and closes both (row 15)`, () =>
      withSockets(async (dial) => {
        const [asks, answers] = [await dial(), await dial()];
        const [client, server] = [duplexFrom(asks.far), duplexFrom(answers.far)];
        const copied = copyBidirectional(...pick<Duplex>(duplexFrom(asks.near), duplexFrom(answers.near)));
        const [question, answer] = [pattern(300_000), pattern(MIB, 7)];
        const asked = sendAll(client, question);
        assertBytes(await readAll(server), question, "question");
        await asked;
        const answered = sendAll(server, answer);
        assertBytes(await readAll(client), answer, "answer");
        await answered;
        const [aToB, bToA] = pick(question.byteLength, answer.byteLength);
        assertEquals(await copied, { aToB, bToA });
        await until(() => asks.near.destroyed && answers.near.destroyed);
      }));

    it(`ends both when the peer of ${first} resets its connection`, () =>
      withSockets(async (dial) => {
        const [vanishing, other] = [await dial(), await dial()];
        const sides = pick<Duplex>(duplexFrom(vanishing.near), duplexFrom(other.near));
        const settling = copyBidirectionalSettled(...sides);
        const far = duplexFrom(other.far);
        vanishing.far.write(encode("hello"));
        assertEquals(decode(await readAll(limitReader(far, 5))), "hello");
        vanishing.far.resetAndDestroy();
        const outcome = await settling;
        assert(!outcome.ok && outcome.side === first, JSON.stringify(outcome));
        assert(outcome.reason instanceof Error && outcome.reason.message.includes("ECONNRESET"));
        assertEquals([outcome.aToB, outcome.bToA], [...pick(5, 0)]);
        assert(vanishing.near.destroyed && other.near.destroyed);
      }));
  }

  it("gives both up at once when the signal aborts", () =>
    withSockets(async (dial) => {
      const [a, b] = [await dial(), await dial()];
      const abort = new AbortController();
      const { signal } = abort;
      const settling = copyBidirectionalSettled(duplexFrom(a.near), duplexFrom(b.near), { signal });
      assert(await isPending(settling));
      const reason = new Error("enough");
      abort.abort(reason);
      assertEquals(await settling, { ok: false, side: "signal", reason, aToB: 0, bToA: 0 });
      assert(a.near.destroyed && b.near.destroyed);
    }));
});

describe("duplexFrom()", () => {
  it("reads as a Reader must", () =>
    withSockets(async (dial) => {
      const { near, far } = await dial();
      const content = pattern(3000);
      far.end(content);
      await testReader(duplexFrom(near), content);
    }));

  it("hands over what comes, at most as much as was asked for, and no Buffer", () =>
    withSockets(async (dial) => {
      const { near, far } = await dial();
      const conn = duplexFrom(near);
      far.end(encode("hello"));
      const chunk = await conn.readChunk(2);
      assertStrictEquals(chunk?.constructor, Uint8Array);
      assertEquals(decode(chunk), "he");
      const p = new Uint8Array(2);
      assertEquals([await conn.read(p), decode(p)], [2, "ll"]);
      assertEquals(decode(await conn.readChunk() ?? new Uint8Array(0)), "o");
      assertEquals([await conn.readChunk(), await conn.read(p)], [null, null]);
    }));

  it("is copied by chunks", () =>
    withSockets(async (dial) => {
      const { near, far } = await dial();
      far.end(pattern(100_000));
      const paths: string[] = [];
      assertEquals(await copy(discard, duplexFrom(near), { onPath: (path) => paths.push(path) }), 100_000);
      assertEquals(paths, ["chunks"]);
    }));

  it("accepts no more of a write at a time than is soon sent, and waits for that", () =>
    withSockets(async (dial) => {
      const { near, far } = await dial();
      const conn = duplexFrom(near);
      assertEquals(await conn.write(pattern(MIB)), 64 * 1024);
      let written = 0;
      async function flood(): Promise<void> {
        for (;;) written += await conn.write(pattern(MIB));
      }
      const flooding = flood().catch(() => {});
      far.pause();
      await until(() => written > 0);
      for (let before = -1; before !== written;) {
        before = written;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert(written < 64 * MIB, "a peer that reads nothing is flooded");
      await conn.abort(new Error("enough"));
      await flooding;
    }));

  it("rejects what is pending, and everything after it, with the reason of abort()", () =>
    withSockets(async (dial) => {
      const { near } = await dial();
      const conn = duplexFrom(near);
      const reading = conn.read(new Uint8Array(1));
      assert(await isPending(reading));
      const reason = new Error("enough");
      await conn.abort(reason);
      assertStrictEquals(await assertRejects(() => reading), reason);
      assertStrictEquals(await assertRejects(() => conn.readChunk()), reason);
      assertStrictEquals(await assertRejects(() => conn.write(encode("x"))), reason);
      assert(near.destroyed);
      await conn.close();
    }));

  it("says so when it is read after it was closed", () =>
    withSockets(async (dial) => {
      const { near } = await dial();
      const conn = duplexFrom(near);
      const reading = conn.read(new Uint8Array(1));
      await conn.close();
      await assertRejects(() => reading);
      await assertRejects(() => conn.read(new Uint8Array(1)));
      await conn.close();
    }));

  it("sends everything before close() closes", () =>
    withSockets(async (dial) => {
      const { near, far } = await dial();
      const conn = duplexFrom(near);
      const received = readAll(duplexFrom(far));
      await writeAll(conn, pattern(MIB));
      await conn.close();
      assertBytes(await received, pattern(MIB));
    }));

  it("takes every Duplex of node:stream, not only sockets", async () => {
    const sent: Uint8Array[] = [];
    const stream = new NodeStream({
      read() {},
      write(chunk: Uint8Array, _encoding, done) {
        sent.push(new Uint8Array(chunk));
        done();
      },
    });
    const conn = duplexFrom(stream);
    stream.push(encode("in"));
    stream.push(null);
    assertEquals(decode(await readAll(conn)), "in");
    await writeAll(conn, encode("out"));
    await conn.close();
    assertEquals(decode(...sent), "out");
  });

  it("refuses a stream of text once it reads it", async () => {
    const stream = new NodeStream({ read() {}, encoding: "utf8" });
    stream.push("text");
    await assertRejects(() => duplexFrom(stream).readChunk(), TypeError, "a string");
  });

  it("refuses what is no such stream", () => {
    for (const value of [undefined, null, 1, {}, { read() {}, write() {} }]) {
      assertThrows(() => duplexFrom(value as unknown as NodeDuplex), TypeError, "as a Duplex of Node");
    }
  });
});
