import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { countTests } from "../../scripts/test/deno_report.ts";

describe("countTests()", () => {
  it("counts tests and not the suites around them", () => {
    const lines = `running 3 tests from ./a_test.ts
outer ...
  inner ...
    one ... ok (1ms)
    two ... ignored (0ms)
    bad ...
------- output -------
fake ... ok (1ms)
----- output end -----
    bad ... FAILED (2ms)
  inner ... FAILED (due to 1 failed step) (11ms)
  three ... ok (1ms)
outer ... FAILED (due to 1 failed step) (20ms)
top ... ok (483µs)`.split("\n");
    assertEquals(countTests(lines), { passed: 3, failed: 1, ignored: 1 });
  });

  it("counts a test that Deno called slow", () => {
    const lines = `suite ...
  hangs ...'suite' has been running for over (1m0s)
 FAILED (1m0s)
suite ... FAILED (due to 1 failed step) (1m0s)`.split("\n");
    assertEquals(countTests(lines), { passed: 0, failed: 1, ignored: 0 });
  });

  it("counts a suite that fails in a hook, tests that were cancelled and files that did not load", () => {
    const lines = `suite ...
  one ... ok (1ms)
suite ... FAILED (2ms)
next ... cancelled (0ms)
Uncaught error from ./b_test.ts FAILED`.split("\n");
    assertEquals(countTests(lines), { passed: 1, failed: 3, ignored: 0 });
  });
});
