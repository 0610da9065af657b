import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  formatClock,
  formatExactSize,
  formatRate,
  formatSeconds,
  formatSize,
  parseSize,
} from "../../../scripts/copy/sizes.ts";

describe("parseSize()", () => {
  for (
    const [text, bytes] of [
      ["0", 0],
      ["4096", 4096],
      ["7B", 7],
      ["64KiB", 65536],
      ["10MiB", 10485760],
      ["2GiB", 2147483648],
      ["3KB", 3000],
      ["10MB", 10000000],
      ["1GB", 1000000000],
      ["1.5 KiB", 1536],
      ["10mib", 10485760],
    ] as const
  ) {
    it(`reads ${text} as ${bytes}`, () => assertEquals(parseSize(text), bytes));
  }

  for (
    const text of [
      "",
      "x",
      "-1",
      "+1",
      "1K",
      "1M",
      "1XiB",
      "1e3",
      "0x10",
      "1.",
      ".5",
      "1.5",
      "1.1KiB",
      "1 MiB 2",
    ]
      .concat(["NaN", "Infinity", "9007199254740992", "9000000000GiB", "1,000", " 1", "1\n"])
  ) {
    it(`refuses ${JSON.stringify(text)}`, () => assertEquals(parseSize(text), null));
  }
});

describe("formatSize()", () => {
  for (
    const [bytes, text] of [
      [0, "0 B"],
      [1023, "1023 B"],
      [1024, "1 KiB"],
      [1536, "1.5 KiB"],
      [10 * 1024, "10 KiB"],
      [1024 * 1024 - 1, "1 MiB"],
      [999 * 1024, "999 KiB"],
      [67108864, "64 MiB"],
      [2 ** 53, "8 PiB"],
    ] as const
  ) {
    it(`writes ${bytes} as ${text}`, () => assertEquals(formatSize(bytes), text));
  }
});

describe("formatExactSize()", () => {
  it("adds the bytes where the short form is not exact", () => {
    assertEquals(formatExactSize(1000), "1000 B");
    assertEquals(formatExactSize(67108864), "64 MiB");
    assertEquals(formatExactSize(67108865), "64 MiB (67,108,865 bytes)");
  });
});

describe("formatRate() and the times", () => {
  it("write rates, also where no time has passed", () => {
    assertEquals(formatRate(1024 * 1024, 0.5), "2 MiB/s");
    assertEquals(formatRate(0, 0), "0 B/s");
  });

  it("write times as short as is clear", () => {
    assertEquals([0.0042, 0.03, 9.994, 12.34, 59.96, 125].map(formatSeconds), [
      "4.2 ms",
      "0.03 s",
      "9.99 s",
      "12.3 s",
      "1 min 0 s",
      "2 min 5 s",
    ]);
    assertEquals([0, 6.1, 60, 3599.5, 3661].map(formatClock), ["0:00", "0:07", "1:00", "1:00:00", "1:01:01"]);
  });
});
