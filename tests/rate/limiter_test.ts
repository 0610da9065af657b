import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Limiter, type Reservation } from "../../src/rate/mod.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { countingSignal } from "../support/signals.ts";

/** A limiter on a clock of its own. */
function limited(rate: number, burst?: number) {
  const clock = fakeClock(1000);
  return { clock, limiter: new Limiter({ rate, clock, ...(burst === undefined ? {} : { burst }) }) };
}

/** Waits in the background; tells when it was let go. */
function waiting(limiter: Limiter, clock: { now(): number }, n: number, signal?: AbortSignal) {
  const state: { at: number | null; reason: unknown } = { at: null, reason: undefined };
  limiter.wait(n, signal === undefined ? {} : { signal }).then(
    () => void (state.at = clock.now()),
    (reason) => void (state.reason = reason),
  );
  return state;
}

describe("Limiter", () => {
  describe("as Go's", () => {
    it("lets a burst pass, then what flows in", () => {
      const { clock, limiter } = limited(10, 3);
      for (
        const { at, n, passes } of [
          { at: 0, n: 1, passes: true },
          { at: 0, n: 1, passes: true },
          { at: 0, n: 1, passes: true },
          { at: 0, n: 1, passes: false },
          { at: 100, n: 1, passes: true },
          { at: 100, n: 1, passes: false },
          { at: 300, n: 3, passes: false },
          { at: 300, n: 2, passes: true },
          { at: 900, n: 4, passes: false },
          { at: 900, n: 3, passes: true },
        ]
      ) {
        clock.jump(1000 + at - clock.now());
        assertEquals(limiter.allow(n), passes, `${n} at ${at} ms`);
      }
    });

    it("keeps fractions of a byte", () => {
      const { clock, limiter } = limited(3, 1);
      assert(limiter.allow());
      for (let i = 0; i < 3; i++) {
        clock.jump(1000 / 9);
        assertAlmostEquals(limiter.tokens, (i + 1) / 3, 1e-9);
      }
      assert(limiter.allow());
    });

    it("says of more than the burst that it never passes", async () => {
      const { limiter } = limited(10, 5);
      assertEquals(limiter.allow(6), false);
      const { ok, delay } = limiter.reserve(6);
      assertEquals([ok, delay], [false, Infinity]);
      await assertRejects(() => limiter.wait(6), RangeError, "6");
      assertEquals(limiter.tokens, 5);
    });

    it("promises one moment after the other", () => {
      const { limiter } = limited(10, 2);
      const delays = [2, 1, 2, 1].map((n) => limiter.reserve(n).delay);
      assertEquals(delays, [0, 100, 300, 400]);
      assertEquals(limiter.tokens, -4);
    });

    it("gives back what was reserved last", () => {
      const { clock, limiter } = limited(10, 2);
      limiter.reserve(2);
      const reservation = limiter.reserve(2);
      clock.jump(100);
      reservation.cancel();
      assertEquals(limiter.reserve(2).delay, 100);
    });

    it("gives back nothing of what later reservations build on", () => {
      const { limiter } = limited(10, 2);
      limiter.reserve(2);
      const reservation = limiter.reserve(1);
      limiter.reserve(1);
      reservation.cancel();
      assertEquals(limiter.reserve(1).delay, 300);
    });

    it("gives back the part that later reservations do not build on", () => {
      const { clock, limiter } = limited(10, 2);
      limiter.reserve(2);
      const reservation = limiter.reserve(2);
      limiter.reserve(1);
      clock.jump(200);
      reservation.cancel();
      assertEquals(limiter.reserve(2).delay, 200);
    });

    it("gives back to several as if the last had never been", () => {
      const { clock, limiter } = limited(10, 4);
      limiter.reserve(4);
      const first = limiter.reserve(3);
      limiter.reserve(1);
      const last = limiter.reserve(1);
      clock.jump(100);
      last.cancel();
      first.cancel();
      assertEquals(limiter.reserve(3).delay, 400);
    });

    it("gives back only once, and nothing once the moment has passed", () => {
      const { clock, limiter } = limited(10, 10);
      const now = limiter.reserve(5);
      now.cancel();
      now.cancel();
      assertEquals(limiter.tokens, 10);
      const used = limiter.reserve(5);
      clock.jump(1);
      used.cancel();
      assertAlmostEquals(limiter.tokens, 5.01, 1e-9);
      const later = limiter.reserve(10);
      clock.jump(later.delay + 1);
      later.cancel();
      assertAlmostEquals(limiter.tokens, 0.01, 1e-9);
    });

    it("counts a reservation down", () => {
      const { clock, limiter } = limited(10, 10);
      limiter.allow(10);
      const reservation: Reservation = limiter.reserve(5);
      const delays = [0, 200, 300, 400].map((ms, i, all) => {
        clock.jump(ms - (all[i - 1] ?? 0));
        return Math.round(reservation.delay);
      });
      assertEquals(delays, [500, 300, 200, 100]);
      clock.jump(500);
      assertEquals(reservation.delay, 0);
    });
  });

  it("has a burst of a sixteenth of a second, which follows the rate until it is set", () => {
    const { limiter } = limited(1600);
    assertEquals([limiter.rate, limiter.burst, limiter.tokens], [1600, 100, 100]);
    limiter.setRate(3200);
    assertEquals([limiter.burst, limiter.tokens], [200, 100]);
    limiter.setRate(Infinity);
    assertEquals([limiter.burst, limiter.tokens], [Infinity, Infinity]);
    limiter.setRate(160);
    assertEquals([limiter.burst, limiter.tokens], [10, 10]);
    limiter.setBurst(7);
    limiter.setRate(1600);
    assertEquals([limiter.burst, limiter.tokens], [7, 7]);
    for (const rate of [0, 1, 0.001]) assertEquals(limited(rate).limiter.burst, 1);
  });

  describe("wait()", () => {
    it("serves first come, first served, also one who wants less than those before him", async () => {
      const { clock, limiter } = limited(100, 100);
      assert(limiter.allow(100));
      const [large, small, one] = [100, 50, 1].map((n) => waiting(limiter, clock, n));
      await clock.advance(900);
      assertEquals(limiter.allow(1), false);
      assertEquals([large?.at, small?.at, one?.at], [null, null, null]);
      assertEquals(limiter.tokens, 90 - 151);
      await clock.advance(1000);
      assertEquals([large?.at, small?.at, one?.at], [2000, 2500, 2510]);
    });

    it("takes its turn among reservations", async () => {
      const { clock, limiter } = limited(100, 100);
      limiter.allow(100);
      const first = waiting(limiter, clock, 50);
      const reservation = limiter.reserve(50);
      const last = waiting(limiter, clock, 50);
      assertEquals([reservation.delay, limiter.tokens], [1000, -150]);
      await clock.advance(2000);
      assertEquals([first.at, last.at], [1500, 2500]);
    });

    it("lets the next go at once when the first gives up", async () => {
      const { clock, limiter } = limited(100, 100);
      limiter.allow(100);
      const { signal, abort, reason } = countingSignal();
      const large = waiting(limiter, clock, 100, signal);
      const [small, smaller] = [20, 10].map((n) => waiting(limiter, clock, n));
      await clock.advance(250);
      abort();
      await clock.advance(0);
      assertEquals([large.reason, small?.at, smaller?.at], [reason, 1250, null]);
      await clock.advance(50);
      assertEquals([smaller?.at, limiter.tokens], [1300, 0]);
    });

    it("moves those behind up when one in the middle gives up", async () => {
      const { clock, limiter } = limited(100, 100);
      limiter.allow(100);
      const { signal, abort } = countingSignal();
      const first = waiting(limiter, clock, 50);
      waiting(limiter, clock, 100, signal);
      const last = waiting(limiter, clock, 50);
      abort();
      await clock.advance(1000);
      assertEquals([first.at, last.at, limiter.tokens], [1500, 2000, 0]);
    });

    it("gives back what was waited for, and leaves neither a timer nor a listener", async () => {
      const { clock, limiter } = limited(100, 100);
      limiter.allow(60);
      const counting = countingSignal();
      const waiter = waiting(limiter, clock, 100, counting.signal);
      assertEquals([limiter.tokens, clock.sleeping, counting.listeners], [-60, 1, 1]);
      counting.abort();
      await clock.advance(0);
      assertEquals(waiter.reason, counting.reason);
      assertEquals([limiter.tokens, clock.sleeping, counting.listeners], [40, 0, 0]);
      assert(limiter.allow(40));
    });

    it("leaves no listener once it was let go", async () => {
      const { clock, limiter } = limited(100, 100);
      limiter.allow(100);
      const counting = countingSignal();
      const waiter = waiting(limiter, clock, 10, counting.signal);
      await clock.advance(100);
      assertEquals([waiter.at, counting.listeners, clock.sleeping], [1100, 0, 0]);
    });

    it("rejects with the reason of a signal that was aborted before, and takes nothing", async () => {
      const { limiter } = limited(100, 100);
      const reason = new Error("too late");
      const signal = AbortSignal.abort(reason);
      assertEquals(await limiter.wait(10, { signal }).catch((reason: unknown) => reason), reason);
      assertEquals(limiter.tokens, 100);
    });

    it("does not wait for nothing", async () => {
      const { limiter } = limited(0, 10);
      limiter.reserve(10);
      limiter.reserve(10);
      await limiter.wait(0);
      await limiter.wait(-5);
      assertEquals([limiter.allow(0), limiter.reserve(0).delay, limiter.tokens], [true, 0, -10]);
    });

    it("has one timer for all, and one sleep for each that is let go", async () => {
      const { clock, limiter } = limited(1000, 10);
      limiter.allow(10);
      const waiters = Array.from({ length: 50 }, () => waiting(limiter, clock, 10));
      assertEquals([clock.sleeping, clock.sleeps], [1, 1]);
      await clock.advance(500);
      assertEquals(waiters.map(({ at }) => at), waiters.map((_, i) => 1010 + 10 * i));
      assertEquals([clock.sleeping, clock.sleeps], [0, 50]);
    });

    it("does not let more pass at once because a timer was late", async () => {
      const { clock, limiter } = limited(100, 100);
      limiter.allow(100);
      const waiters = [100, 100, 100].map((n) => waiting(limiter, clock, n));
      clock.jump(10_000);
      await clock.advance(0);
      assertEquals(waiters.map(({ at }) => at), [11_000, null, null]);
      await clock.advance(2000);
      assertEquals(waiters.map(({ at }) => at), [11_000, 12_000, 13_000]);
    });

    it("is not led astray by a clock that goes back", async () => {
      const { clock, limiter } = limited(100, 100);
      limiter.allow(100);
      clock.jump(200);
      assertEquals(limiter.tokens, 20);
      clock.jump(-100_000);
      assertEquals(limiter.tokens, 20);
      const waiter = waiting(limiter, clock, 50);
      await clock.advance(300);
      assertEquals([waiter.at, limiter.tokens], [1200 - 100_000 + 300, 0]);
    });
  });

  describe("setRate()", () => {
    it("counts for those who wait already", async () => {
      const { clock, limiter } = limited(100, 100);
      limiter.allow(100);
      const waiter = waiting(limiter, clock, 100);
      const reservation = limiter.reserve(100);
      await clock.advance(500);
      limiter.setRate(1000);
      assertEquals(reservation.delay, 150);
      await clock.advance(50);
      assertEquals(waiter.at, 1550);
      const slowed = waiting(limiter, clock, 100);
      limiter.setRate(10);
      await clock.advance(19_000);
      assertEquals(slowed.at, null);
      await clock.advance(1000);
      assertEquals(slowed.at, 21_550);
    });

    it("lets all go who wait when there is no limit any more, and begins with a full bucket after that", async () => {
      const { clock, limiter } = limited(1, 100);
      limiter.allow(100);
      const waiters = [100, 50].map((n) => waiting(limiter, clock, n));
      const reservation = limiter.reserve(100);
      limiter.setRate(Infinity);
      await clock.advance(0);
      assertEquals([waiters.map(({ at }) => at), reservation.delay, clock.sleeping], [[1000, 1000], 0, 0]);
      assert(limiter.allow(1e9));
      await limiter.wait(1e9);
      assertEquals(limiter.reserve(1e9).ok, true);
      limiter.setRate(1);
      assertEquals([limiter.tokens, reservation.delay], [100, 0]);
    });

    it("of 0 lets the rest of the bucket pass and then blocks, without a timer, until it is raised", async () => {
      const { clock, limiter } = limited(0, 10);
      assert(limiter.allow(10));
      assertEquals(limiter.allow(1), false);
      const waiter = waiting(limiter, clock, 5);
      const reservation = limiter.reserve(5);
      assertEquals([reservation.delay, clock.sleeping], [Infinity, 0]);
      await clock.advance(1e9);
      assertEquals(waiter.at, null);
      limiter.setRate(10);
      assertEquals([reservation.delay, clock.sleeping], [1000, 1]);
      await clock.advance(500);
      assertEquals(waiter.at, 1e9 + 1500);
      limiter.setRate(0);
      assertEquals(reservation.delay, Infinity);
    });
  });

  describe("setBurst()", () => {
    it("below what somebody waits for does not keep him waiting for ever", async () => {
      const { clock, limiter } = limited(100, 100);
      limiter.allow(100);
      const [large, next] = [100, 5].map((n) => waiting(limiter, clock, n));
      limiter.setBurst(10);
      await clock.advance(100);
      assertEquals([large?.at, limiter.burst], [1100, 10]);
      await clock.advance(10_000);
      assertEquals(next?.at, 2050, "the 90 bytes above the burst are paid for later");
      await assertRejects(() => limiter.wait(11), RangeError);
    });

    it("takes away what is above the brim, and raised fills no faster", () => {
      const { clock, limiter } = limited(100, 100);
      limiter.setBurst(10);
      assertEquals(limiter.tokens, 10);
      limiter.setBurst(1000);
      assertEquals(limiter.tokens, 10);
      clock.jump(1000);
      assertEquals(limiter.tokens, 110);
    });

    it("of 0 lets nothing pass, as in Go", async () => {
      const { limiter } = limited(100, 0);
      assertEquals([limiter.allow(1), limiter.allow(0), limiter.reserve(1).ok], [false, true, false]);
      await assertRejects(() => limiter.wait(1), RangeError);
    });
  });

  it("tells who waits when the clock fails", async () => {
    const reason = new Error("no time");
    const limiter = new Limiter({
      rate: 1,
      burst: 1,
      clock: { now: () => 0, sleep: () => Promise.reject(reason) },
    });
    limiter.allow();
    assertEquals(await limiter.wait().catch((reason: unknown) => reason), reason);
    assertEquals(limiter.tokens, 0);
  });

  it("refuses what makes no sense", async () => {
    for (const rate of [-1, NaN, -Infinity]) {
      assertThrows(() => new Limiter({ rate }), RangeError, `${rate}`);
      assertThrows(() => limited(1).limiter.setRate(rate), RangeError, `${rate}`);
    }
    for (const burst of [-1, 1.5, NaN, Infinity]) {
      assertThrows(() => new Limiter({ rate: 1, burst }), RangeError, `${burst}`);
      assertThrows(() => limited(1).limiter.setBurst(burst), RangeError, `${burst}`);
    }
    const { limiter } = limited(100, 10);
    for (const n of [1.5, NaN, Infinity]) {
      assertThrows(() => limiter.allow(n), RangeError);
      assertThrows(() => limiter.reserve(n), RangeError);
      await assertRejects(() => limiter.wait(n), RangeError);
    }
    for (const options of [undefined, {}, { rate: "1" }, { rate: 1, burst: "1" }, { rate: 1, clock: {} }]) {
      assertThrows(() => new Limiter(options as unknown as { rate: number }), TypeError);
    }
    const options = { signal: {} } as unknown as { signal: AbortSignal };
    await assertRejects(() => limiter.wait(1, options), TypeError);
    assertEquals(limiter.tokens, 10);
  });
});
