import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ClosedPipeError, copy, discard, IOError, readAll } from "../../mod.ts";
import { type ConnScript, type Fault, faultyConn, testReader } from "../../src/iotest/mod.ts";
import { copyBidirectionalSettled, PeekedConn } from "../../src/net/mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { Limiter } from "../../src/rate/mod.ts";
import { assertLetGo, methods, ORDERS, SHAPES } from "../net/wires.ts";
import { pattern } from "../support/bytes.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { decode, encode } from "../support/utf8.ts";
import { isPending, settled } from "../support/waiting.ts";

const p = () => new Uint8Array(100);

describe("faultyConn()", () => {
  for (const { name, make } of SHAPES) {
    it(`does as its connection does where the script says nothing (${name})`, async () => {
      const wire = make();
      const conn = faultyConn(wire.near, {});
      wire.send("hello");
      wire.end();
      assertEquals(decode(await readAll(conn)), "hello");
      assertEquals(await conn.write(encode("back")), 4);
      await conn.closeWrite();
      assertEquals([wire.text, wire.events.join()], ["back", "end"]);
      await conn.close();
      await conn.close();
      assertEquals(wire.over, true);
    });

    for (const direction of ["reads", "writes"] as const) {
      it(`is closed at an exact byte of its ${direction}, both halves at once (row 33, ${name})`, async () => {
        const wire = make();
        wire.send("0123456789");
        const conn = faultyConn(wire.near, { [direction]: { faults: [{ at: 4, action: "close" }] } });
        if (direction === "reads") {
          assertEquals(await conn.read(p()), 4);
        } else {
          assertEquals(await conn.write(encode("0123456789")), 4);
          assertEquals(wire.text, "0123");
        }
        await settled();
        assertEquals(wire.over, true);
        assertEquals(await conn.read(p()), null);
        const refusal = await assertRejects(() => conn.write(encode("x")), ClosedPipeError);
        assertEquals(refusal.code, "CLOSED_PIPE");
        await conn.close();
        await conn.abort();
      });

      it(`is reset at an exact byte of its ${direction} (row 33, ${name})`, async () => {
        for (const given of [{}, { reason: new Error("cable cut") }, { reason: undefined }]) {
          const wire = make();
          wire.send("0123456789");
          const faults: Fault[] = [{ at: 4, action: "reset", ...given }];
          const conn = faultyConn(wire.near, { [direction]: { faults } });
          if (direction === "reads") assertEquals(await conn.read(p()), 4);
          else assertEquals(await conn.write(encode("0123456789")), 4);
          await settled();
          assertEquals(wire.over, true);
          for (const operation of [conn.read(p()), conn.write(encode("x"))]) {
            const reason = await operation.then(() => "resolved", (thrown: unknown) => thrown);
            if ("reason" in given) assertStrictEquals(reason, given.reason);
            else assert(reason instanceof IOError && reason.code === "RESET");
          }
        }
      });
    }
  }

  it("ends a read that is pending when the other direction comes to its fault", async () => {
    const wire = methods();
    const conn = faultyConn(wire.near, { writes: { faults: [{ at: 3, action: "close" }] } });
    const reading = conn.read(p());
    assertEquals(await isPending(reading), true);
    assertEquals(await conn.write(encode("abc")), 3);
    assertEquals(await reading, null);
  });

  it("waits once before the first byte", async () => {
    for (const direction of ["reads", "writes"] as const) {
      const [wire, clock] = [methods(), fakeClock()];
      const conn = faultyConn(wire.near, { [direction]: { latency: 1000 }, clock });
      const move = () => direction === "reads" ? conn.read(new Uint8Array(1)) : conn.write(encode("x"));
      wire.send("abc");
      const first = move();
      await clock.advance(999);
      assertEquals(await isPending(first), true);
      await clock.advance(1);
      assertEquals([await first, await move()], [1, 1]);
      assertEquals(clock.sleeps, 1);
    }
  });

  it("halts at an exact byte, for so long", async () => {
    const [wire, clock] = [methods(), fakeClock()];
    const conn = faultyConn(wire.near, { reads: { faults: [{ at: 2, action: "halt", ms: 500 }] }, clock });
    wire.send("abcd");
    assertEquals(await conn.read(p()), 2);
    const reading = conn.read(p());
    await clock.advance(499);
    assertEquals(await isPending(reading), true);
    assertEquals(await conn.write(encode("x")), 1); // the other direction goes on
    await clock.advance(1);
    assertEquals(await reading, 2);
  });

  for (const how of ["close", "abort"] as const) {
    it(`ends what waits for ever, and its timer, with ${how}()`, async () => {
      const [wire, clock] = [methods(), fakeClock()];
      const faults: Fault[] = [{ at: 0, action: "halt", ms: Infinity }];
      const limiter = new Limiter({ rate: 0, burst: 10, clock });
      limiter.allow(10);
      const conn = faultyConn(wire.near, { reads: { faults }, writes: { limiter }, clock });
      const reading = conn.read(p());
      const writing = conn.write(encode("x"));
      assertEquals([await isPending(reading), await isPending(writing), clock.sleeping > 0], [
        true,
        true,
        true,
      ]);
      const reason = new Error("enough");
      if (how === "close") {
        await conn.close();
        assertEquals(await reading, null);
        await assertRejects(() => writing, ClosedPipeError);
      } else {
        await conn.abort(reason);
        assertStrictEquals(await reading.catch((thrown) => thrown), reason);
        assertStrictEquals(await writing.catch((thrown) => thrown), reason);
      }
      assertEquals([clock.sleeping, wire.over, wire.text], [0, true, ""]);
    });
  }

  it("takes 4 s for 16 bytes at 4 bytes per second after a latency of 1 s (row 33)", async () => {
    for (const direction of ["reads", "writes"] as const) {
      const [wire, clock] = [methods(), fakeClock()];
      const limiter = new Limiter({ rate: 4, burst: 4, clock });
      const conn = faultyConn(wire.near, { [direction]: { latency: 1000, limiter }, clock });
      wire.send(pattern(16));
      wire.end();
      const start = clock.now();
      const copied = direction === "reads" ? copy(discard, conn) : copy(conn, new Blob([pattern(16)]));
      let end = NaN;
      copied.then(() => end = clock.now());
      await clock.advance(10_000);
      assertEquals(await copied, 16);
      assert(end - start >= 2950 && end - start <= 4050, `${end - start} ms`);
    }
  });

  it("changes its rate at an exact byte (row 33)", async () => {
    const [wire, clock] = [methods(), fakeClock()];
    const limiter = new Limiter({ rate: 10, burst: 1, clock });
    const faults: Fault[] = [{ at: 11, action: "rate", rate: 1 }];
    const conn = faultyConn(wire.near, { reads: { limiter, faults }, clock });
    wire.send(pattern(100));
    let count = 0;
    const copied = copyBidirectionalSettled(conn, methods().near, {
      onProgress: (aToB) => void (count = aToB),
    });
    await clock.advance(1000); // the burst, and 10 bytes
    assertEquals(count, 11);
    await clock.advance(3000);
    assertEquals(count, 14);
    await conn.abort(new Error("enough"));
    assertEquals((await copied).aToB, 14);
  });

  it("goes through several faults in the order of their bytes, whatever their order in the script", async () => {
    const [wire, clock] = [methods(), fakeClock()];
    const faults: Fault[] = [
      { at: 6, action: "close" },
      { at: 2, action: "halt", ms: 10 },
      { at: 2, action: "halt", ms: 20 },
      { at: 0, action: "halt", ms: 5 },
    ];
    const conn = faultyConn(wire.near, { reads: { faults }, clock });
    wire.send("0123456789");
    const all = readAll(conn);
    let end = NaN;
    all.then(() => end = clock.now());
    await clock.advance(100);
    assertEquals(decode(await all), "012345");
    assertEquals(end, 35);
  });

  for (const { first, pick } of ORDERS) {
    it(`ends a two-way copy on side ${first} after exactly so many bytes`, async () => {
      const wires = pick(methods(), methods());
      const [faulty, other] = wires;
      const reason = new Error("cable cut");
      const conn = faultyConn(faulty.near, { reads: { faults: [{ at: 1000, action: "reset", reason }] } });
      faulty.send(pattern(5000));
      const outcome = await copyBidirectionalSettled(...pick(conn, other.near));
      const [aToB, bToA] = pick(1000, 0);
      assertEquals(outcome, { ok: false, side: first, reason, aToB, bToA });
      assertEquals(other.bytes, 1000);
      await settled();
      assert(faulty.over && other.over);
      assertLetGo(...wires);
    });
  }

  it("can be looked at, like every connection", async () => {
    const wire = methods();
    wire.send("abcdef");
    const conn = faultyConn(wire.near, { reads: { faults: [{ at: 4, action: "close" }] } });
    const reader = new BufReader(conn);
    await reader.peek(2);
    assertEquals(decode(await readAll(new PeekedConn(conn, reader))), "abcd");
  });

  it("reads as a Reader must", async () => {
    const wire = methods();
    const content = pattern(300);
    wire.send(content);
    const faults: Fault[] = [{ at: 7, action: "halt", ms: 0 }, { at: 300, action: "close" }];
    await testReader(faultyConn(wire.near, { reads: { faults } }), content);
  });

  it("refuses a script that makes no sense", () => {
    const { near } = methods();
    const limiter = new Limiter({ rate: 1 });
    for (
      const [script, error, says] of [
        [null, TypeError, "as a script"],
        [{ reads: { latency: NaN } }, RangeError, "NaN as latency"],
        [{ reads: { latency: -1 } }, RangeError, "-1 as latency"],
        [{ reads: { latency: "1" } }, TypeError, "as latency"],
        [{ writes: { faults: [{ at: -1, action: "close" }] } }, RangeError, "at"],
        [{ writes: { faults: [{ at: 1.5, action: "close" }] } }, RangeError, "at"],
        [{ writes: { faults: [{ at: 1, action: "halt", ms: -1 }] } }, RangeError, "-1 as ms"],
        [{ writes: { faults: [{ at: 1, action: "rate", rate: 1 }] } }, TypeError, "no limiter"],
        [{ writes: { limiter, faults: [{ at: 1, action: "explode" }] } }, TypeError, "explode"],
      ] as const
    ) {
      assertThrows(() => faultyConn(near, script as unknown as ConnScript), error, says);
    }
    assertThrows(() => faultyConn({} as unknown as typeof near, {}), TypeError, "as a Duplex");
  });
});
