import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { settleTurns } from "../../src/core/turns.ts";
import { Limiter, type Reservation } from "../../src/rate/mod.ts";
import { fakeClock } from "../support/fake_clock.ts";

/** Bytes per second: one in a millisecond, so that every moment is a whole number. */
const RATE = 1000;

type Call =
  | { method: "allow" | "reserve" | "wait"; n: number }
  | { method: "cancel" | "abort"; which: number }
  | { method: "pass"; ms: number };

function calls(...methods: Call["method"][]): fc.Arbitrary<Call[]> {
  const among = <M extends string>(...names: M[]) => names.filter((name) => methods.some((m) => m === name));
  return fc.array(
    fc.oneof(
      fc.record({
        method: fc.constantFrom(...among("allow", "reserve", "wait")),
        n: fc.integer({ min: 1, max: 30 }),
      }),
      fc.record({ method: fc.constantFrom(...among("cancel", "abort")), which: fc.nat(20) }),
      fc.record({ method: fc.constant("pass"), ms: fc.integer({ min: 0, max: 40 }) }),
    ),
    { maxLength: 40 },
  );
}

const bursts = fc.integer({ min: 1, max: 30 });

function limited(burst: number) {
  const clock = fakeClock(0, () => settleTurns(() => false));
  return { clock, limiter: new Limiter({ rate: RATE, burst, clock }) };
}

/** Go's bucket, in its own words: `tokens` as they were at `last`, and the moment of the last event. */
class GoLimiter {
  #tokens: number;
  #last = 0;
  #lastEvent = 0;

  constructor(readonly burst: number) {
    this.#tokens = burst;
  }

  advance(now: number): number {
    return Math.min(this.burst, this.#tokens + now - this.#last);
  }

  reserve(now: number, n: number, maxDelay = Infinity): { n: number; at: number } | null {
    const tokens = this.advance(now) - n;
    const delay = Math.max(0, -tokens);
    if (n > this.burst || delay > maxDelay) return null;
    this.#last = now;
    this.#tokens = tokens;
    this.#lastEvent = now + delay;
    return { n, at: now + delay };
  }

  cancel(now: number, { n, at }: { n: number; at: number }): void {
    if (at < now) return;
    // Go gives back more than was taken where a later event comes before `at`.
    const restored = Math.min(n, n - (this.#lastEvent - at));
    if (restored <= 0) return;
    this.#tokens = Math.min(this.burst, this.advance(now) + restored);
    this.#last = now;
    // Go leaves the last event where it is if that before it has passed, and then gives back less than it could.
    if (at === this.#lastEvent) this.#lastEvent = Math.max(now, at - n);
  }
}

/** A bucket that is looked at every millisecond, and a queue before it. */
class Queue {
  readonly #burst: number;
  readonly #waiting: { n: number; id: number }[] = [];
  #level: number;
  #now = 0;
  readonly let: Map<number, number> = new Map();

  constructor(burst: number) {
    this.#burst = this.#level = burst;
  }

  allow(n: number): boolean {
    if (this.#waiting.length > 0 || n > this.#level) return false;
    this.#level -= n;
    return true;
  }

  wait(n: number, id: number): void {
    this.#waiting.push({ n, id });
    this.#serve();
  }

  abort(id: number): void {
    const place = this.#waiting.findIndex((waiter) => waiter.id === id);
    if (place >= 0) this.#waiting.splice(place, 1);
    this.#serve();
  }

  pass(ms: number): void {
    for (; ms > 0; ms--) {
      this.#now++;
      this.#level = Math.min(this.#burst, this.#level + 1);
      this.#serve();
    }
  }

  #serve(): void {
    for (let [head] = this.#waiting; head !== undefined && head.n <= this.#level; [head] = this.#waiting) {
      this.#waiting.shift();
      this.#level -= head.n;
      this.let.set(head.id, this.#now);
    }
  }
}

/** Whatever passed, and when. */
class Passed {
  readonly #all: { at: number; n: number }[] = [];

  add(at: number, n: number): void {
    this.#all.push({ at, n });
  }

  /** In no span of time passed more than a burst and what flowed in meanwhile. */
  check(burst: number): void {
    const all = this.#all.toSorted((a, b) => a.at - b.at);
    all.forEach((first, i) => {
      let sum = 0;
      for (const { at, n } of all.slice(i)) {
        sum += n;
        const most = burst + (at - first.at) * RATE / 1000;
        assert(sum <= most + 1e-6, `${sum} bytes passed from ${first.at} to ${at} ms, ${most} may`);
      }
    });
  }
}

describe("Limiter, against models", () => {
  it("promises and gives back what Go does", () => {
    fc.assert(fc.property(bursts, calls("allow", "reserve", "cancel"), (burst, script) => {
      const { clock, limiter } = limited(burst);
      const go = new GoLimiter(burst);
      const made: { ours: Reservation; theirs: { n: number; at: number } }[] = [];
      for (const call of script) {
        const now = clock.now();
        if (call.method === "pass") clock.jump(call.ms);
        else if (call.method === "allow") {
          assertEquals(limiter.allow(call.n), go.reserve(now, call.n, 0) !== null);
        } else if (call.method === "reserve") {
          const ours = limiter.reserve(call.n);
          const theirs = go.reserve(now, call.n);
          assertEquals(ours.delay, theirs === null ? Infinity : theirs.at - now);
          if (theirs !== null) made.push({ ours, theirs });
        } else if ("which" in call && made.length > 0) {
          for (const { ours, theirs } of made.splice(call.which % made.length, 1)) {
            ours.cancel();
            go.cancel(now, theirs);
          }
        }
        assertEquals(limiter.tokens, go.advance(clock.now()), JSON.stringify(call));
      }
    }));
  });

  it("lets those go who wait as a queue before a bucket does", async () => {
    await fc.assert(fc.asyncProperty(bursts, calls("allow", "wait", "abort"), async (burst, script) => {
      const { clock, limiter } = limited(burst);
      const model = new Queue(burst);
      const released: Map<number, number> = new Map();
      const controllers: AbortController[] = [];
      for (const call of script) {
        if (call.method === "allow") assertEquals(limiter.allow(call.n), model.allow(call.n));
        else if (call.method === "wait" && call.n <= burst) {
          const id = controllers.push(new AbortController()) - 1;
          limiter.wait(call.n, { signal: controllers[id]?.signal ?? AbortSignal.abort() })
            .then(() => released.set(id, clock.now()), () => {});
          model.wait(call.n, id);
        } else if (call.method === "abort" && controllers.length > 0) {
          const id = call.which % controllers.length;
          controllers[id]?.abort();
          model.abort(id);
        } else if (call.method === "pass") {
          await clock.advance(call.ms);
          model.pass(call.ms);
        }
      }
      await clock.advance(2000);
      model.pass(2000);
      assertEquals([...released], [...model.let]);
      assertEquals(clock.sleeping, 0);
    }));
  });

  it("lets no more pass in any span of time than the burst and what flows in, whoever asks for it how", async () => {
    await fc.assert(
      fc.asyncProperty(
        bursts,
        calls("allow", "wait", "abort", "reserve", "cancel"),
        async (burst, script) => {
          const { clock, limiter } = limited(burst);
          const passed = new Passed();
          const promised: { reservation: Reservation; n: number; at: number }[] = [];
          const controllers: AbortController[] = [];
          const use = () => {
            for (const one of promised.splice(0)) {
              if (one.at > clock.now()) promised.push(one);
              else passed.add(one.at, one.n);
            }
          };
          for (const call of script) {
            if (call.method === "allow" && limiter.allow(call.n)) passed.add(clock.now(), call.n);
            else if (call.method === "wait" && call.n <= burst) {
              const controller = new AbortController();
              controllers.push(controller);
              limiter.wait(call.n, controller).then(() => passed.add(clock.now(), call.n), () => {});
            } else if (call.method === "reserve") {
              const reservation = limiter.reserve(call.n);
              if (reservation.ok) {
                promised.push({ reservation, n: call.n, at: clock.now() + reservation.delay });
              }
            } else if (call.method === "cancel" && promised.length > 0) {
              for (const { reservation } of promised.splice(call.which % promised.length, 1)) {
                reservation.cancel();
              }
            } else if (call.method === "abort" && controllers.length > 0) {
              controllers[call.which % controllers.length]?.abort();
            } else if (call.method === "pass") {
              await clock.advance(call.ms);
            }
            use();
          }
          await clock.advance(5000);
          use();
          assertEquals([promised.length, clock.sleeping, limiter.tokens], [0, 0, burst]);
          passed.check(burst);
        },
      ),
      { numRuns: 300 },
    );
  });
});
