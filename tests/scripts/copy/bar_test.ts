import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { drawBar } from "../../../scripts/copy/bar.ts";

const MiB = 1024 * 1024;
const half = { written: 32 * MiB, total: 64 * MiB, rate: 16 * MiB, elapsed: 2 };

describe("drawBar()", () => {
  it("shows part, bytes, rate and time left", () => {
    assertEquals(
      drawBar(half, 80),
      " 50%  [#############--------------]    32 MiB of 64 MiB    16 MiB/s   0:02 left",
    );
  });

  it("shows bytes, rate and time so far where nobody knows the end", () => {
    assertEquals(drawBar({ ...half, total: null }, 80), "  32 MiB    16 MiB/s  0:02");
  });

  it("never fills a line, however narrow the terminal", () => {
    for (let columns = 0; columns <= 200; columns++) {
      for (const total of [64 * MiB, null, 1, 2 ** 53 - 1]) {
        const line = drawBar({ ...half, total }, columns);
        assert(line.length <= Math.max(0, columns - 1), `${line.length} of ${columns} columns`);
        if (columns >= 20) assertStringIncludes(line, "32 MiB");
      }
    }
  });

  it("says 100% only when everything is there, and no more than that", () => {
    assertStringIncludes(drawBar({ ...half, written: 64 * MiB - 1 }, 80), " 99%");
    assertStringIncludes(drawBar({ ...half, written: 64 * MiB }, 80), "100%");
    assertStringIncludes(drawBar({ ...half, written: 65 * MiB }, 80), "100%");
  });

  it("does not guess the time left while nothing moves", () => {
    assertStringIncludes(drawBar({ ...half, rate: 0 }, 80), "-:-- left");
  });
});
