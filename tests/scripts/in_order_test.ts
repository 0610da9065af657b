import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inOrder, type Print } from "../../scripts/test/in_order.ts";
import { settled } from "../support/waiting.ts";

describe("inOrder()", () => {
  for (const atOnce of [1, 2, 3, 9]) {
    it(`prints as if the tasks ran one after the other, ${atOnce} at once`, async () => {
      const lines: string[] = [];
      const task = (name: string, turns: number) => async (print: Print) => {
        print(`${name} begins`);
        for (let turn = 0; turn < turns; turn++) await settled();
        print(`${name} ends`);
        return name;
      };
      const tasks = [task("slow", 5), task("quick", 0), task("medium", 2), task("last", 1)];
      assertEquals(await inOrder(tasks, atOnce, (line) => lines.push(line)), [
        "slow",
        "quick",
        "medium",
        "last",
      ]);
      assertEquals(
        lines,
        ["slow", "quick", "medium", "last"].flatMap((name) => [`${name} begins`, `${name} ends`]),
      );
    });
  }

  it("runs as many at once as it is told, and prints at once what the first of them says", async () => {
    const lines: string[] = [];
    let running = 0;
    let most = 0;
    const task = (name: string) => async (print: Print) => {
      most = Math.max(most, ++running);
      print(name);
      if (name === "a") assertEquals(lines, ["a"]);
      await settled();
      running--;
    };
    await inOrder(["a", "b", "c", "d", "e"].map(task), 2, (line) => lines.push(line));
    assertEquals({ most, lines }, { most: 2, lines: ["a", "b", "c", "d", "e"] });
  });

  it("rejects with what a task throws", async () => {
    const failing = () => Promise.reject(new TypeError("broken"));
    await assertRejects(() => inOrder([failing, () => Promise.resolve()], 1, () => {}), TypeError, "broken");
  });
});
