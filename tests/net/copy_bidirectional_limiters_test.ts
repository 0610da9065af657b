import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copyBidirectional, copyBidirectionalSettled } from "../../src/net/mod.ts";
import { Limiter } from "../../src/rate/mod.ts";
import { pattern } from "../support/bytes.ts";
import { type FakeClock, fakeClock } from "../support/fake_clock.ts";
import { settled } from "../support/waiting.ts";
import { assertLetGo, methods, ORDERS, streams, type Wire } from "./wires.ts";

const KIB = 1024;

/** How far a wire has come at any moment. */
interface Sample {
  time: number;
  bytes: number;
}

/** Lets time pass in small steps until something is over, and notes how far a wire is. */
async function watch(clock: FakeClock, wire: Wire, over: Promise<unknown>, step = 100): Promise<Sample[]> {
  const samples: Sample[] = [];
  const start = clock.now();
  let done = false;
  over.finally(() => done = true).catch(() => {});
  while (!done) {
    samples.push({ time: clock.now() - start, bytes: wire.bytes });
    await clock.advance(step);
  }
  samples.push({ time: clock.now() - start, bytes: wire.bytes });
  return samples;
}

describe("copyBidirectional() with limiters", () => {
  for (const { first, pick } of ORDERS) {
    const { name, make } = first === "a"
      ? { name: "methods", make: methods }
      : { name: "streams", make: streams };
    it(`takes 4 s for 1 MiB from ${first} at 256 KiB/s, whatever the size of its chunks (row 16, ${name})`, async () => {
      const [wires, clock] = [pick(make(), make()), fakeClock()];
      const [source, sink] = wires;
      const limiter = new Limiter({ rate: 256 * KIB, burst: 64 * KIB, clock });
      const options = pick({ aToB: [limiter] }, { bToA: [limiter] })[0];
      const copied = copyBidirectional(...pick(source.near, sink.near), options);
      source.send(pattern(1000 * KIB)); // much more than the burst
      source.send(pattern(24 * KIB));
      source.end();
      sink.end();
      const samples = await watch(clock, sink, copied);
      const [aToB, bToA] = pick(1024 * KIB, 0);
      assertEquals(await copied, { aToB, bToA });
      const { time } = samples[samples.length - 1] ?? { time: NaN };
      assert(time >= 3400 && time <= 4600, `${time} ms`);
      // No window of 100 ms sees more than the burst and what flows in meanwhile (V4).
      for (const { time, bytes } of samples) {
        const before = samples.find((sample) => sample.time >= time - 100)?.bytes ?? 0;
        assert(bytes - before <= 64 * KIB + 256 * KIB / 10 + 1, `${bytes - before} bytes at ${time} ms`);
      }
      assertEquals(clock.sleeping, 0);
      assertLetGo(source, sink);
    });
  }

  it("charges each direction to its own limiters only (V4)", async () => {
    const [a, b, clock] = [methods(), streams(), fakeClock()];
    const stopped = new Limiter({ rate: 0, burst: 3, clock });
    const copied = copyBidirectional(a.near, b.near, { aToB: [stopped] });
    b.send(pattern(50_000));
    b.end();
    await settled();
    assertEquals(a.bytes, 50_000);
    a.send("abcdef");
    a.end();
    await settled();
    assertEquals([b.text, stopped.tokens < 1], ["abc", true]);
    stopped.setRate(Infinity);
    assertEquals(await copied, { aToB: 6, bToA: 50_000 });
  });

  it("shares a limiter among connections, which together keep its rate (row 16)", async () => {
    const clock = fakeClock();
    const shared = new Limiter({ rate: 64 * KIB, burst: 8 * KIB, clock });
    const pairs = [0, 1].map(() => [methods(), methods()] as const);
    const copies = pairs.map(([a, b]) => {
      a.send(pattern(64 * KIB));
      a.end();
      b.end();
      return copyBidirectional(a.near, b.near, { aToB: [shared] });
    });
    let end = NaN;
    const all = Promise.all(copies).then((counts) => {
      end = clock.now();
      return counts;
    });
    await clock.advance(1000);
    const [one = 0, two = 0] = pairs.map(([, b]) => b.bytes);
    assert(Math.abs(one + two - 72 * KIB) <= 8 * KIB, `${one} and ${two}`);
    assert(Math.abs(one - two) <= 8 * KIB, `${one} and ${two}`);
    await clock.advance(2000);
    assertEquals(await all, [{ aToB: 64 * KIB, bToA: 0 }, { aToB: 64 * KIB, bToA: 0 }]);
    assert(end >= 1800 && end <= 2200, `${end} ms`);
  });

  it("obeys all limiters of a direction, and the same one in both", async () => {
    const [a, b, clock] = [methods(), methods(), fakeClock()];
    const each = new Limiter({ rate: 1000, burst: 100, clock });
    const slow = new Limiter({ rate: 10, burst: 1, clock });
    const settling = copyBidirectionalSettled(a.near, b.near, { aToB: [each, slow], bToA: [each] });
    a.send(pattern(100));
    b.send(pattern(100_000));
    await clock.advance(2000);
    assert(b.bytes >= 19 && b.bytes <= 21, `${b.bytes} bytes`);
    assert(a.bytes >= 1900 && a.bytes <= 2100, `${a.bytes} bytes`);
    a.fail(new Error("enough"));
    b.fail(new Error("enough"));
    await clock.advance(10);
    if ("close" in a.near) await a.near.close?.();
    if ("close" in b.near) await b.near.close?.();
    await clock.advance(1000);
    assertEquals((await settling).ok, false);
    assertEquals(clock.sleeping, 0);
  });

  it("is over, and no error, when a throttled source ends (V4)", async () => {
    const [a, b] = [streams(), methods()];
    const limiter = new Limiter({ rate: 1e9 });
    const settling = copyBidirectionalSettled(a.near, b.near, { aToB: [limiter], bToA: [limiter] });
    a.end();
    b.end();
    assertEquals(await settling, { ok: true, aToB: 0, bToA: 0 });
  });

  it("stops waiting at once when it is aborted, and leaves the limiter to others", async () => {
    const [a, b, clock] = [streams(), methods(), fakeClock()];
    const limiter = new Limiter({ rate: 10, burst: 10, clock });
    const abort = new AbortController();
    const settling = copyBidirectionalSettled(a.near, b.near, { signal: abort.signal, aToB: [limiter] });
    a.send(pattern(1000));
    await clock.advance(1000);
    const reason = new Error("enough");
    abort.abort(reason);
    const outcome = await settling;
    assertEquals([outcome.ok, outcome.aToB], [false, b.bytes]);
    assert(b.bytes >= 19 && b.bytes <= 20);
    await settled();
    assertEquals(clock.sleeping, 0);
    assertLetGo(a);
    await clock.advance(1000);
    assert(limiter.allow(10));
  });

  it("counts what waits for a limiter as no traffic", async () => {
    const [a, b, clock] = [methods(), methods(), fakeClock()];
    const limiter = new Limiter({ rate: 0, burst: 1, clock });
    limiter.allow(1);
    const settling = copyBidirectionalSettled(a.near, b.near, { aToB: [limiter], idleTimeout: 500, clock });
    a.send("x");
    await clock.advance(500);
    const outcome = await settling;
    assert(!outcome.ok && outcome.side === "timeout");
    assertEquals(clock.sleeping, 0);
  });
});
