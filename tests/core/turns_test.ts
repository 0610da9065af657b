import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { settleTurns } from "../../src/core/turns.ts";

/** A promise that settles after so many turns of the microtask queue. */
async function turns(n: number): Promise<void> {
  for (let turn = 0; turn < n; turn++) await null;
}

describe("settleTurns()", () => {
  for (const due of [0, 1, 6, 20]) {
    it(`waits for what is due in ${due} turns`, async () => {
      let done = false;
      turns(due).then(() => done = true);
      await settleTurns(() => false);
      assertEquals(done, true);
    });
  }

  for (
    const { over, most, asked } of [
      { over: 0, most: 10, asked: 1 },
      { over: 3, most: 10, asked: 4 },
      { over: Infinity, most: 10, asked: 10 },
      { over: 0, most: 0, asked: 0 },
    ]
  ) {
    it(`of at most ${most} turns asks ${asked} times when it is over after ${over}`, async () => {
      let times = 0;
      await settleTurns(() => times++ >= over, most);
      assertEquals(times, asked);
    });
  }

  it("needs no timer and no task", async () => {
    let task = false;
    const timer = setTimeout(() => task = true, 0);
    await settleTurns(() => false);
    assertEquals(task, false);
    clearTimeout(timer);
  });
});
