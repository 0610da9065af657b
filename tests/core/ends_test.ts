import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { abortEnd, cancelEnd, closeEnd } from "../../src/core/ends.ts";

/** An object with these methods, which note how they are called. */
function endWith(...methods: string[]): { end: object; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const end: Record<string, unknown> = {};
  for (const method of methods) {
    end[method] = function (this: unknown, ...args: unknown[]) {
      assertEquals(this, end);
      calls.push([method, ...args]);
    };
  }
  return { end, calls };
}

const WAYS = ["abort", "cancel", "closeWithError", "close"];

for (
  const { what, act, rows } of [
    {
      what: "cancelEnd()",
      act: cancelEnd,
      rows: [
        { methods: WAYS, calls: [["cancel", "why"]] },
        { methods: ["abort", "closeWithError", "close"], calls: [["closeWithError", "why"]] },
        { methods: ["abort", "close"], calls: [["close"]] },
        { methods: ["abort"], calls: [] },
      ],
    },
    {
      what: "abortEnd()",
      act: abortEnd,
      rows: [
        { methods: WAYS, calls: [["abort", "why"]] },
        { methods: ["cancel", "closeWithError", "close"], calls: [["closeWithError", "why"]] },
        { methods: ["cancel", "close"], calls: [["close"]] },
        { methods: ["cancel"], calls: [] },
      ],
    },
    {
      what: "closeEnd()",
      act: (end: object) => closeEnd(end),
      rows: [
        { methods: WAYS, calls: [["close"]] },
        { methods: ["abort", "cancel", "closeWithError"], calls: [] },
      ],
    },
  ]
) {
  describe(what, () => {
    for (const { methods, calls } of rows) {
      it(`calls ${calls[0]?.[0] ?? "nothing"} of ${methods}`, async () => {
        const target = endWith(...methods);
        await act(target.end, "why");
        assertEquals(target.calls, calls);
      });
    }

    it("waits for the end, and rejects with its reason", async () => {
      const close = () => Promise.reject(new Error("cannot end"));
      await assertRejects(() => act({ close }, "why"), Error, "cannot end");
    });
  });
}
