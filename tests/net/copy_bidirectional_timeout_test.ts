import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type BidirectionalOutcome, copyBidirectionalSettled } from "../../src/net/mod.ts";
import { isPending, settled } from "../support/waiting.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { assertLetGo, methods, ORDERS, SHAPES, streams } from "./wires.ts";

function assertTimedOut(outcome: BidirectionalOutcome, says: string): void {
  assert(!outcome.ok && outcome.side === "timeout", JSON.stringify(outcome));
  const { reason } = outcome;
  assert(reason instanceof DOMException && reason.name === "TimeoutError");
  assert(reason.message.includes(says), reason.message);
}

describe("copyBidirectional() with an idleTimeout", () => {
  for (const { name, make } of SHAPES) {
    it(`ends both sides, and leaves no timer and no lock, when no byte moves (${name})`, async () => {
      const [a, b, clock] = [make(), make(), fakeClock()];
      const settling = copyBidirectionalSettled(a.near, b.near, { idleTimeout: 1000, clock });
      a.send("abc");
      await clock.advance(999);
      assert(await isPending(settling));
      await clock.advance(1);
      const outcome = await settling;
      assertTimedOut(outcome, "no byte moved for 1000 ms");
      assertEquals([outcome.aToB, outcome.bToA], [3, 0]);
      await settled();
      assert(a.over && b.over);
      assertEquals(clock.sleeping, 0);
      assertLetGo(a, b);
    });
  }

  for (const { first, pick } of ORDERS) {
    it(`goes on as long as there is traffic from ${first} (row 19)`, async () => {
      const [a, b, clock] = [methods(), streams(), fakeClock()];
      const [talks] = pick(a, b);
      const settling = copyBidirectionalSettled(a.near, b.near, { idleTimeout: 1000, clock });
      for (let i = 0; i < 5; i++) {
        await clock.advance(900);
        talks.send("x");
        await settled();
      }
      assert(await isPending(settling), "it lives though it is much older than its timeout");
      await clock.advance(1000);
      assertTimedOut(await settling, "1000 ms");
    });
  }

  it("counts the time from the last byte, not from when the timer was last due", async () => {
    const [a, b, clock] = [methods(), streams(), fakeClock()];
    const settling = copyBidirectionalSettled(a.near, b.near, { idleTimeout: 1000, clock });
    await clock.advance(600);
    a.send("x");
    await clock.advance(999);
    assert(await isPending(settling));
    await clock.advance(1);
    assertTimedOut(await settling, "1000 ms");
  });

  it("ends a side that stops taking what it is sent", async () => {
    const [a, b, clock] = [methods(), streams(), fakeClock()];
    b.hold();
    const settling = copyBidirectionalSettled(a.near, b.near, { idleTimeout: 1000, clock });
    await clock.advance(500);
    a.send("stuck"); // a byte that nobody accepts is no traffic
    await clock.advance(500);
    const outcome = await settling;
    assertTimedOut(outcome, "1000 ms");
    assertEquals(outcome.aToB, 0);
  });

  it("waits on one timer, whatever the traffic, and ends it", async () => {
    const [a, b, clock] = [methods(), streams(), fakeClock()];
    const settling = copyBidirectionalSettled(a.near, b.near, {
      idleTimeout: 1000,
      halfCloseTimeout: 5000,
      clock,
    });
    for (let i = 0; i < 20; i++) {
      a.send("x");
      await settled();
    }
    assertEquals([clock.sleeping, clock.sleeps], [1, 1]);
    a.end();
    b.end();
    assertEquals(await settling, { ok: true, aToB: 20, bToA: 0 });
    assertEquals(clock.sleeping, 0);
  });

  it("leaves no timer of the host either", async () => {
    const [a, b] = [methods(), streams()];
    const timers = new Set<unknown>();
    const { setTimeout, clearTimeout } = globalThis;
    globalThis.setTimeout = ((task: () => void, ms?: number) => {
      const timer = setTimeout(task, ms);
      if (ms !== undefined && ms > 0) timers.add(timer);
      return timer;
    }) as typeof setTimeout;
    globalThis.clearTimeout = (timer) => {
      timers.delete(timer);
      clearTimeout(timer);
    };
    try {
      const settling = copyBidirectionalSettled(a.near, b.near, { idleTimeout: 1e9 });
      await settled();
      assertEquals(timers.size, 1);
      a.end();
      b.end();
      assertEquals(await settling, { ok: true, aToB: 0, bToA: 0 });
      assertEquals(timers.size, 0);
    } finally {
      Object.assign(globalThis, { setTimeout, clearTimeout });
    }
  });

  it("ends with what a clock throws", async () => {
    const [a, b] = [methods(), streams()];
    const reason = new Error("no time");
    const clock = { now: () => 0, sleep: () => Promise.reject(reason) };
    const outcome = await copyBidirectionalSettled(a.near, b.near, { idleTimeout: 1000, clock });
    assertEquals(outcome, { ok: false, side: "timeout", reason, aToB: 0, bToA: 0 });
  });

  it("never ends with Infinity, nor at once with a time that is too long for a timer", async () => {
    const clock = fakeClock();
    for (const idleTimeout of [Infinity, 2 ** 40]) {
      const [a, b] = [methods(), streams()];
      const settling = copyBidirectionalSettled(a.near, b.near, { idleTimeout, clock });
      await clock.advance(2 ** 32);
      assert(await isPending(settling));
      a.end();
      b.end();
      assert((await settling).ok);
    }
    assertEquals(clock.sleeping, 0);
    const [a, b] = [methods(), streams()];
    const settling = copyBidirectionalSettled(a.near, b.near, { idleTimeout: 2 ** 40 });
    assert(await isPending(settling));
    a.end();
    b.end();
    assert((await settling).ok);
  });
});

describe("copyBidirectional() with a halfCloseTimeout", () => {
  for (const { first, pick } of ORDERS) {
    it(`waits for ever before ${first} has ended, and only so long after that`, async () => {
      const [a, b, clock] = [methods(), streams(), fakeClock()];
      const [ends, other] = pick(a, b);
      const settling = copyBidirectionalSettled(a.near, b.near, { halfCloseTimeout: 100, clock });
      await clock.advance(10_000);
      assertEquals(clock.sleeps, 0);
      ends.end();
      for (let i = 0; i < 5; i++) {
        await clock.advance(99);
        other.send("x"); // traffic begins it anew
        await settled();
      }
      assert(await isPending(settling));
      await clock.advance(100);
      const outcome = await settling;
      assertTimedOut(outcome, "Cannot wait for the other direction: no byte moved for 100 ms");
      assertEquals([outcome.aToB, outcome.bToA], [...pick(0, 5)]);
      assertEquals(clock.sleeping, 0);
      await settled();
      assert(a.over && b.over);
      assertLetGo(a, b);
    });
  }

  it("counts from the end of the first direction if no byte moved for long before", async () => {
    const [a, b, clock] = [methods(), streams(), fakeClock()];
    const options = { idleTimeout: 1000, halfCloseTimeout: 100, clock };
    const settling = copyBidirectionalSettled(a.near, b.near, options);
    await clock.advance(500);
    a.end();
    await clock.advance(99);
    assert(await isPending(settling));
    await clock.advance(1);
    assertTimedOut(await settling, "100 ms");
  });

  it("leaves the shorter idleTimeout its place", async () => {
    const [a, b, clock] = [methods(), streams(), fakeClock()];
    const options = { idleTimeout: 100, halfCloseTimeout: 1000, clock };
    const settling = copyBidirectionalSettled(a.near, b.near, options);
    await clock.advance(50);
    b.end();
    await clock.advance(50);
    assertTimedOut(await settling, "Cannot wait any longer: no byte moved for 100 ms");
  });

  it("ends what cannot close its sending half, and so never hears of the end", async () => {
    const [a, b, clock] = [methods(), methods("closeWrite"), fakeClock()];
    const settling = copyBidirectionalSettled(a.near, b.near, { halfCloseTimeout: 100, clock });
    a.send("abc");
    a.end();
    await clock.advance(100);
    const outcome = await settling;
    assertTimedOut(outcome, "100 ms");
    assertEquals(outcome.aToB, 3);
    await settled();
    assert(a.over && b.over);
  });

  it("is over once both have ended", async () => {
    const [a, b, clock] = [methods(), streams(), fakeClock()];
    const settling = copyBidirectionalSettled(a.near, b.near, { halfCloseTimeout: 100, clock });
    a.end();
    await clock.advance(99);
    b.end();
    assertEquals(await settling, { ok: true, aToB: 0, bToA: 0 });
    assertEquals(clock.sleeping, 0);
  });
});
