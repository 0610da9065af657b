import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll, writeAll } from "../../mod.ts";
import { copyBidirectional, copyBidirectionalSettled } from "../../src/net/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { decode, encode } from "../support/utf8.ts";
import { isPending } from "../support/waiting.ts";
import { type BunConn, type BunHandlers, handlersFor } from "./bun_socket.ts";
import { ORDERS } from "./wires.ts";

/** The part of Bun that is used. */
declare const Bun: {
  listen(options: { hostname: string; port: number; allowHalfOpen: boolean; socket: BunHandlers }): {
    port: number;
    stop(closeAll: boolean): void;
  };
  connect(
    options: { hostname: string; port: number; allowHalfOpen: boolean; socket: BunHandlers },
  ): Promise<unknown>;
};

/** Two ends of one connection. */
interface Line {
  near: BunConn;
  far: BunConn;
}

async function withSockets(test: (dial: () => Promise<Line>) => Promise<void>): Promise<void> {
  const hostname = "127.0.0.1";
  const accepted: ((conn: BunConn) => void)[] = [];
  const socket = handlersFor((conn) => accepted.shift()?.(conn));
  const listener = Bun.listen({ hostname, port: 0, allowHalfOpen: true, socket });
  try {
    await test(async () => {
      const near = new Promise<BunConn>((resolve) => accepted.push(resolve));
      const far = new Promise<BunConn>((resolve, reject) => {
        const socket = handlersFor(resolve);
        Bun.connect({ hostname, port: listener.port, allowHalfOpen: true, socket }).catch(reject);
      });
      return { near: await near, far: await far };
    });
  } finally {
    listener.stop(true);
  }
}

async function sendAll(conn: BunConn, bytes: Uint8Array): Promise<void> {
  await writeAll(conn, bytes);
  conn.closeWrite();
}

describe("copyBidirectional() between sockets of Bun", () => {
  for (const { first, pick } of ORDERS) {
    it(`carries the end of ${first} through, then an answer of 1 MiB, and closes both (row 15)`, () =>
      withSockets(async (dial) => {
        const [asks, answers] = [await dial(), await dial()];
        const copied = copyBidirectional(...pick(asks.near, answers.near));
        const [question, answer] = [pattern(300_000), pattern(1024 * 1024, 7)];
        const asked = sendAll(asks.far, question);
        assertBytes(await readAll(answers.far), question, "question");
        await asked;
        const answered = sendAll(answers.far, answer);
        assertBytes(await readAll(asks.far), answer, "answer");
        await answered;
        const [aToB, bToA] = pick(question.byteLength, answer.byteLength);
        assertEquals(await copied, { aToB, bToA });
      }));
  }

  it("gives both up at once when the signal aborts", () =>
    withSockets(async (dial) => {
      const [a, b] = [await dial(), await dial()];
      const abort = new AbortController();
      const settling = copyBidirectionalSettled(a.near, b.near, { signal: abort.signal });
      await writeAll(a.far, encode("hello"));
      const p = new Uint8Array(16);
      assertEquals(decode(p.subarray(0, await b.far.read(p) ?? 0)), "hello");
      assert(await isPending(settling));
      const reason = new Error("enough");
      abort.abort(reason);
      assertEquals(await settling, { ok: false, side: "signal", reason, aToB: 5, bToA: 0 });
      for (const { near, far } of [a, b]) {
        await assertRejects(() => near.read(p));
        assertEquals(await far.read(p).catch(() => null), null);
      }
    }));
});
