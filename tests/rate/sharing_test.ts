import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, copySettled, countingReader, discard, type Reader } from "../../mod.ts";
import { Ledger } from "../../scripts/pace/ledger.ts";
import { settleTurns } from "../../src/core/turns.ts";
import { Limiter, throttle, throttleReader, throttleWriter } from "../../src/rate/mod.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { recordingWriter } from "../support/writers.ts";

/** A source without an end. */
function endless(): Reader {
  return { read: (p) => Promise.resolve(p.byteLength) };
}

/** A clock for many streams that never wait for the host, and do little at a time. */
function quickClock() {
  return fakeClock(0, () => settleTurns(() => false, 40));
}

/** By how much the one that is farthest off is off the mean. */
function spread(counts: readonly number[]): number {
  const mean = counts.reduce((sum, n) => sum + n) / counts.length;
  return Math.max(...counts.map((n) => Math.abs(n / mean - 1)));
}

describe("streams that share a limiter", () => {
  for (
    const { streams, rate, burst, seconds } of [
      { streams: 1000, rate: 1_000_000, burst: undefined, seconds: 1.5 },
      { streams: 1000, rate: 1_000_000, burst: 10_000, seconds: 1.5 },
      { streams: 10, rate: 64 * 1024, burst: undefined, seconds: 1 },
      { streams: 3, rate: 64 * 1024 * 1024, burst: 1024 * 1024, seconds: 1 },
    ]
  ) {
    it(`get the same within 10 %, and all of the rate, but in no window more: ${streams} at ${rate} bytes a second, burst ${burst}`, async () => {
      const clock = streams > 100 ? quickClock() : fakeClock();
      const limiter = new Limiter({ rate, clock, ...(burst === undefined ? {} : { burst }) });
      const controller = new AbortController();
      const counts = Array<number>(streams).fill(0);
      const passed = new Ledger();
      const copies = counts.map((_, i) =>
        copySettled(discard, throttleReader(endless(), limiter), {
          signal: controller.signal,
          onProgress(n) {
            passed.add(n - (counts[i] ?? 0), clock.now());
            counts[i] = n;
          },
        })
      );
      await clock.advance(seconds * 1000);
      controller.abort();
      await Promise.all(copies);
      const total = counts.reduce((sum, n) => sum + n);
      assert(total <= limiter.burst + rate * seconds, `${total} bytes`);
      assert(total >= rate * seconds * 0.99, `${total} bytes`);
      for (const ms of [10, 100, 500]) {
        const fullest = passed.fullest(ms);
        assert(fullest <= limiter.burst + rate * ms / 1000, `${fullest} bytes in ${ms} ms`);
      }
      assert(spread(counts) <= 0.1, `one is off the mean by ${spread(counts)}`);
      assertEquals(clock.sleeping, 0);
      assert(limiter.tokens > -1);
    });
  }

  it("leave what one of them does not use to the others", async () => {
    const clock = fakeClock();
    const all = new Limiter({ rate: 3000, burst: 300, clock });
    const own = new Limiter({ rate: 500, burst: 100, clock });
    const controller = new AbortController();
    const counts = [0, 0, 0];
    const passed = [new Ledger(), new Ledger()] as const;
    const copies = counts.map((before, i) =>
      copySettled(discard, throttleReader(endless(), all, ...(i === 0 ? [own] : [])), {
        signal: controller.signal,
        onProgress(n) {
          for (const ledger of i === 0 ? passed : passed.slice(0, 1)) ledger.add(n - before, clock.now());
          counts[i] = before = n;
        },
      })
    );
    await clock.advance(2000);
    controller.abort();
    await Promise.all(copies);
    const [slow = 0, a = 0, b = 0] = counts;
    assert(Math.abs(slow - 1000) < 110, `${slow} bytes by the one with a limit of its own`);
    assert(Math.abs(a / b - 1) < 0.1, `${a} and ${b} bytes by the others`);
    assert(slow + a + b > 5800, `${slow + a + b} bytes in all`);
    for (const [i, { rate, burst }] of [all, own].entries()) {
      for (const ms of [10, 100, 1000]) {
        const fullest = passed[i]?.fullest(ms) ?? NaN;
        assert(fullest <= burst + rate * ms / 1000, `${fullest} bytes in ${ms} ms`);
      }
    }
  });

  it("stop and come, and those that are left have all of it", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1000, burst: 200, clock });
    const sources = [0, 1].map(() => countingReader(endless()));
    const controllers = sources.map(() => new AbortController());
    const copies = sources.map((source, i) =>
      copySettled(throttleWriter(discard, limiter), source, {
        signal: controllers[i]?.signal ?? AbortSignal.abort(),
      })
    );
    await clock.advance(2000);
    controllers[0]?.abort();
    await clock.advance(0);
    const [first] = await Promise.all(copies.slice(0, 1));
    assert(first !== undefined && Math.abs(first.written - 1100) < 110, `${first?.written} bytes`);
    await clock.advance(2000);
    controllers[1]?.abort();
    const second = await copies[1];
    assert(second !== undefined && Math.abs(second.written - 3100) < 160, `${second?.written} bytes`);
  });

  it("can be of every kind, and a wait() among them has its turn", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1000, burst: 100, clock });
    const writer = recordingWriter();
    const body = () => new Blob([new Uint8Array(200)]);
    const sent = throttleWriter(writer, limiter).write(new Uint8Array(200));
    const read = copy(discard, throttleReader(body(), limiter));
    const piped = new Response(body().stream().pipeThrough(throttle(limiter))).arrayBuffer();
    const waited = limiter.wait(100).then(() => clock.now());
    await clock.advance(650);
    assertEquals([await sent, await read, (await piped).byteLength], [200, 200, 200]);
    assert(await waited < 400);
  });
});
