import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Counts, run } from "../../scripts/offline/run.ts";
import * as bdd from "../../scripts/offline/bdd.ts";
import { needs } from "../support/features.ts";

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/** Runs one made-up test file. */
async function runFile(load: () => void, filter = ""): Promise<Counts & { report: string }> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const counts = await run([["made_up_test.ts", () => Promise.resolve(load())]], { filter, print });
  return { ...counts, report: lines.join("\n") };
}

describe("the runner of the bundle", () => {
  for (
    const { name, options = {}, load, expected, says } of [
      {
        name: "a test that fails",
        load: () => void bdd.it("breaks", () => Promise.reject(new Error("broken"))),
        expected: { passed: 0, failed: 1 },
        says: "made_up_test.ts > breaks",
      },
      {
        name: "a file that throws while it loads",
        load: () => {
          throw new Error("broken");
        },
        expected: { passed: 0, failed: 1 },
        says: "made_up_test.ts (while loading)",
      },
      {
        name: "a rejection that nobody handles",
        load: () =>
          void bdd.it("leaks", async () => {
            Promise.reject(new Error("broken"));
            await turn();
          }),
        expected: { passed: 0, failed: 1 },
        says: "Unhandled rejection: Error: broken",
      },
      {
        name: "an error thrown by a timer",
        options: needs("word of what timers throw"),
        load: () =>
          void bdd.it("leaks", async () => {
            setTimeout(() => {
              throw new Error("broken");
            }, 0);
            await turn();
            await turn();
          }),
        expected: { passed: 0, failed: 1 },
        says: "Uncaught error: Error: broken",
      },
      {
        name: "a hook that fails, once for its suite",
        load: () =>
          void bdd.describe("suite", () => {
            bdd.beforeAll(() => Promise.reject(new Error("broken")));
            bdd.it("one", () => {});
            bdd.it("two", () => {});
          }),
        expected: { passed: 0, failed: 1 },
        says: "made_up_test.ts > suite",
      },
      {
        name: "a run in which a test is marked only",
        load: () => {
          bdd.it.only("one", () => {});
          bdd.it("two", () => {});
        },
        expected: { passed: 1, failed: 1 },
        says: 'marked "only"',
      },
    ]
  ) {
    it(`reports ${name}`, options, async () => {
      const { passed, failed, report } = await runFile(load);
      assertEquals({ passed, failed }, expected);
      assertStringIncludes(report, says);
    });
  }

  it("filters by the name of the outermost suite", async () => {
    const load = () => {
      bdd.describe("copy()", () => bdd.it("works", () => {}));
      bdd.describe("readAll()", () => bdd.it("fails", () => Promise.reject(new Error("broken"))));
    };
    assertEquals(await runFile(load, "copy"), { passed: 1, failed: 0, ignored: 0, report: "" });
  });
});
