import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, readAll, toReadableStream } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { testReader } from "../../src/iotest/mod.ts";
import { copyBidirectional, copyBidirectionalSettled, type Duplex, PeekedConn } from "../../src/net/mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { copyCounter } from "../support/copied.ts";
import { chunkReaderOf } from "../support/steps.ts";
import { decode, encode } from "../support/utf8.ts";
import { isPending, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";
import { assertLetGo, methods, ORDERS, SHAPES, streams, type Wire } from "./wires.ts";

/** What a BufReader of a connection is made of. */
function sourceOf(near: Duplex) {
  return "readable" in near ? near.readable : near;
}

/** A connection that was looked at. */
async function peeked({ near }: Wire, n: number): Promise<PeekedConn> {
  const reader = new BufReader(sourceOf(near));
  await reader.peek(n);
  return new PeekedConn(near, reader);
}

function untyped<T>(value: unknown): T {
  return value as T;
}

describe("PeekedConn", () => {
  for (const { name, make } of SHAPES) {
    it(`gives first what was looked at, then the rest, and forwards what is written (${name})`, async () => {
      const wire = make();
      wire.send("hello, ");
      const conn = await peeked(wire, 3);
      wire.send("world");
      wire.end();
      assertEquals(decode(await readAll(conn)), "hello, world");
      assertEquals(await conn.write(encode("back")), 4);
      assertEquals(wire.text, "back");
      await conn.closeWrite();
      assertEquals(wire.events.join(), "end");
      await conn.close();
      assertEquals(wire.over, true);
      assertLetGo(wire);
    });

    it(`has no bytes that were used up before (${name})`, async () => {
      const wire = make();
      wire.send("STARTTLS\nrest");
      wire.end();
      const reader = new BufReader(sourceOf(wire.near));
      assertEquals(await reader.readString(0x0a), "STARTTLS\n");
      assertEquals(decode(await readAll(new PeekedConn(wire.near, reader))), "rest");
    });

    it(`reads as a Reader must (${name})`, async () => {
      const wire = make();
      const content = pattern(500);
      for (const chunk of cutEvery(content, 70)) wire.send(chunk);
      wire.end();
      await testReader(await peeked(wire, 100), content);
    });

    it(`closes both halves by close() alone (${name})`, async () => {
      const wire = make();
      wire.send("never read");
      const conn = await peeked(wire, 1);
      await conn.close();
      assertEquals(wire.over, true);
      assertLetGo(wire);
    });

    it(`is given up with its reason (${name})`, async () => {
      const wire = make();
      wire.send("never read");
      const conn = await peeked(wire, 1);
      const reading = conn.read(new Uint8Array(4)).then(() => conn.read(new Uint8Array(100)))
        .then(() => conn.read(new Uint8Array(100)));
      assertEquals(await isPending(reading), true);
      await conn.abort(new Error("enough"));
      assertEquals(wire.over, true);
      assertEquals(await isPending(reading), false);
      assertLetGo(wire);
    });

    for (const { first, second, pick } of ORDERS) {
      it(`takes part in a two-way copy as ${first} (${name})`, async () => {
        const wires = pick(make(), methods());
        const [front, back] = wires;
        front.send("ClientHello");
        const conn = await peeked(front, 1);
        const copied = copyBidirectional(...pick<Duplex>(conn, back.near));
        await settled();
        assertEquals(back.text, "ClientHello");
        back.send("ServerHello");
        back.end();
        await settled();
        assertEquals([front.text, front.events.join()], ["ServerHello", "end"]);
        front.send(", more");
        front.end();
        const [aToB, bToA] = pick(17, 11);
        assertEquals(await copied, { aToB, bToA });
        assertEquals([front.over, back.over], [true, true]);
        assertLetGo(front);
      });

      it(`is ended, with its lock, when ${second} fails (${name})`, async () => {
        const wires = pick(make(), methods());
        const [front, back] = wires;
        front.send("x");
        const settling = copyBidirectionalSettled(...pick<Duplex>(await peeked(front, 1), back.near));
        await settled();
        const reason = new Error("reset");
        back.fail(reason);
        const [aToB, bToA] = pick(1, 0);
        assertEquals(await settling, { ok: false, side: second, reason, aToB, bToA });
        await settled();
        assertEquals(front.over, true);
        assertLetGo(front);
      });
    }
  }

  it("does nothing by closeWrite() where only the whole can be closed", async () => {
    const wire = methods("closeWrite");
    const conn = new PeekedConn(wire.near, new BufReader(sourceOf(wire.near)));
    await conn.closeWrite();
    assertEquals(wire.events, []);
    await conn.close();
    assertEquals(wire.events, ["close"]);
  });

  it("hands the chunks of a stream on uncopied", async () => {
    const chunks = cutEvery(pattern(3000), 1000);
    const wire = streams();
    if (!("readable" in wire.near)) throw new TypeError("Not a pair");
    const readable = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    const reader = new BufReader(readable, 16);
    await reader.peek(1);
    const counter = copyCounter(...chunks);
    const paths: string[] = [];
    const conn = new PeekedConn({ readable, writable: wire.near.writable }, reader);
    assertEquals(await copy(counter, conn, { onPath: (path) => paths.push(path) }), 3000);
    assertEquals([counter.passed, counter.copied, paths.join()], [3000, 0, "chunks"]);
  });

  it("hands chunks over one by one, cut to a bound", async () => {
    const near = Object.assign(chunkReaderOf(encode("abc"), encode("defg")), recordingWriter());
    const reader = new BufReader(near, 16);
    await reader.peek(1);
    const conn = new PeekedConn(near, reader);
    assertEquals(decode(await conn.readChunk(2) ?? new Uint8Array(0)), "ab");
    assertEquals(decode(await conn.readChunk() ?? new Uint8Array(0)), "c");
    assertEquals(decode(await conn.readChunk() ?? new Uint8Array(0)), "defg");
    assertEquals(await conn.readChunk(), null);
  });

  it("is handed the very chunks of a copy, if its connection is a pair of streams", async () => {
    const seen: Uint8Array[] = [];
    const readable = new ReadableStream<Uint8Array>();
    const writable = new WritableStream<Uint8Array>({ write: (chunk) => void seen.push(chunk) });
    const conn = new PeekedConn({ readable, writable }, new BufReader(readable));
    const chunk = encode("abc");
    await copy(
      conn,
      new ReadableStream({
        start(controller) {
          controller.enqueue(chunk);
          controller.close();
        },
      }),
    );
    assertStrictEquals(seen[0], chunk);
    assertEquals(writable.locked, false);
  });

  it("becomes a stream like every Reader", async () => {
    const wire = methods();
    wire.send("hello");
    const conn = await peeked(wire, 1);
    wire.end();
    assertEquals(await new Response(toReadableStream(conn)).text(), "hello");
  });

  it("refuses what is no connection and no reader", () => {
    const wire = methods();
    const reader = new BufReader(sourceOf(wire.near));
    assertThrows(() => new PeekedConn(untyped({}), reader), TypeError, "as a Duplex");
    assertThrows(() => new PeekedConn(wire.near, untyped({})), TypeError, "as a Reader");
    assertBytes(new Uint8Array(wire.bytes), new Uint8Array(0));
  });
});
