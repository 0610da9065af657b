import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { GOALS } from "../../scripts/bench/goals.ts";
import {
  check,
  compare,
  type Contender,
  type Contest,
  inTurn,
  type Ratio,
} from "../../scripts/bench/measure.ts";
import { regressions } from "../../scripts/bench/regressions.ts";
import { Receiver, Sender } from "../../scripts/bench/traffic.ts";

const BYTES = 10_000;

/** A contender that may spoil what it moves, and may lie about how much it was. */
function contender(
  name: string,
  spoil: (p: Uint8Array) => Uint8Array = (p) => p,
  counted = BYTES,
): Contender {
  return {
    name,
    prepare(stride) {
      const sender = new Sender(BYTES, 100, stride);
      const receiver = new Receiver(stride);
      return {
        go() {
          for (let p = sender.next(); p !== null; p = sender.next()) receiver.accept(spoil(p));
          return Promise.resolve(counted);
        },
        received: () => receiver,
      };
    },
  };
}

function contest(...ours: Contender[]): Contest {
  return { name: "test", bytes: BYTES, ours, peers: [contender("peer")] };
}

describe("compare()", () => {
  it("gives a ratio for each of ours against each peer", async () => {
    const ratios = await compare(contest(contender("one"), contender("two")), 3);
    assertEquals(ratios.map(({ ours, peer }) => [ours, peer]), [["one", "peer"], ["two", "peer"]]);
  });

  it("fails a contender that loses bytes", async () => {
    const bad = contender("bad", (p) => p.subarray(1));
    await assertRejects(() => compare(contest(bad), 1), Error, "test, bad");
  });
});

describe("check()", () => {
  for (
    const { name, spoil } of [
      { name: "loses a byte", spoil: (p: Uint8Array) => p.subarray(1) },
      { name: "changes a byte", spoil: (p: Uint8Array) => p.with(50, (p[50] ?? 0) ^ 1) },
      { name: "writes a chunk twice", spoil: (p: Uint8Array) => Uint8Array.from([...p, ...p]) },
      { name: "turns bytes around", spoil: (p: Uint8Array) => p.toReversed() },
    ]
  ) {
    it(`fails a contender that ${name}`, async () => {
      await assertRejects(() => check(contest(contender("bad", spoil))), Error, "test, bad");
    });
  }

  it("fails a contender that counts wrong", async () => {
    const bad = contender("bad", undefined, BYTES - 1);
    await assertRejects(() => check(contest(bad)), Error, `${BYTES - 1} bytes were counted`);
  });
});

describe("inTurn()", () => {
  it("has everybody run first, and nobody always after the same one", () => {
    const rounds = [0, 1, 2, 3, 4, 5].map((round) => inTurn(["a", "b", "c"], round).join(""));
    assertEquals(rounds.map((order) => [...order].sort().join("")), Array(6).fill("abc"));
    assertEquals(new Set(rounds.map((order) => order[0])).size, 3);
    assertEquals(rounds.some((order) => order.includes("ab")), true);
    assertEquals(rounds.some((order) => order.includes("ba")), true);
  });
});

describe("regressions()", () => {
  const [goal] = GOALS;
  const measured = (low: number, ratio: number, high: number): Ratio[] => {
    return goal === undefined ? [] : [{ ...goal, low, ratio, high }];
  };

  for (
    const { name, now, lines } of [
      { name: "tells of a comparison that is clearly worse", now: measured(0.5, 0.6, 0.7), lines: 1 },
      { name: "is silent about one that is as it was", now: measured(0.9, 1, 1.1), lines: 0 },
      {
        name: "is silent about one that only some rounds were bad for",
        now: measured(0.2, 0.6, 1),
        lines: 0,
      },
      { name: "is silent about one that was not measured", now: [], lines: 0 },
    ]
  ) {
    it(name, () => assertEquals(regressions(now, measured(0.9, 1, 1.1)).length, lines));
  }
});
