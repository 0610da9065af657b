import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, copySettled, ShortWriteError, writeAll } from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { errWriter, shortWriter, truncateWriter } from "../../src/iotest/mod.ts";
import { decode, encode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";

describe("truncateWriter()", () => {
  for (
    const { n, keeps } of [
      { n: 0, keeps: "" },
      { n: 2, keeps: "ab" },
      { n: 3, keeps: "abc" },
      { n: 4, keeps: "abcd" },
      { n: 99, keeps: "abcdef" },
      { n: -1, keeps: "" },
    ]
  ) {
    it(`keeps ${JSON.stringify(keeps)} of "abc" and "def" with ${n}, and says that it wrote all`, async () => {
      const below = recordingWriter();
      const writer = truncateWriter(below, n);
      assertEquals(await writer.write(encode("abc")), 3);
      assertEquals(await writer.write(encode("def")), 3);
      assertEquals(decode(below.bytes()), keeps);
    });
  }

  it("passes on that little was accepted of its part", async () => {
    const below = recordingWriter(() => 1);
    assertEquals(await writeAll(truncateWriter(below, 3), encode("abcdef")), 6);
    assertEquals(decode(below.bytes()), "abc");
  });

  it("passes a failure on as it is", async () => {
    const reason = new Error("on purpose");
    const writer = truncateWriter(errWriter(reason), 3);
    assertStrictEquals(await writer.write(encode("abc")).catch((e: unknown) => e), reason);
  });
});

describe("shortWriter()", () => {
  it("accepts at most n bytes a call", async () => {
    const below = recordingWriter();
    const writer = shortWriter(below, 2);
    assertEquals(await writer.write(encode("abc")), 2);
    assertEquals(await writer.write(encode("c")), 1);
    assertEquals(await copy(writer, new BytesReader(encode("defgh"))), 5);
    assertEquals(below.chunks.map((chunk) => decode(chunk)), ["ab", "c", "de", "fg", "h"]);
  });

  it("accepts nothing with 0, which a copy reports", async () => {
    const below = recordingWriter();
    await assertRejects(() => copy(shortWriter(below, 0), new BytesReader(encode("abc"))), ShortWriteError);
    assertEquals(below.sizes, []);
  });

  it("refuses a negative size", () => {
    assertThrows(() => shortWriter(recordingWriter(), -1), RangeError);
  });
});

describe("errWriter()", () => {
  it("fails at once, and again and again", async () => {
    const reason = new Error("on purpose");
    const writer = errWriter(reason);
    for (const p of ["abc", "a", ""]) {
      assertStrictEquals(await writer.write(encode(p)).catch((e: unknown) => e), reason);
    }
  });

  for (const after of [1, 2, 3, 5]) {
    it(`accepts ${after} bytes first, however they are cut`, async () => {
      for (const size of [1, 2, 100]) {
        const writer = shortWriter(errWriter("full", after), size);
        const outcome = await copySettled(writer, new BytesReader(encode("abcdef")));
        assertEquals(outcome, { ok: false, written: after, path: "chunks", side: "dst", reason: "full" });
      }
    });
  }
});

describe("the writers of iotest", () => {
  for (
    const { name, wrap } of [
      { name: "truncateWriter", wrap: truncateWriter },
      { name: "shortWriter", wrap: shortWriter },
    ]
  ) {
    it(`${name}() refuses what is no Writer, and no number`, () => {
      // @ts-expect-error: that is what is tested
      assertThrows(() => wrap({}, 1), TypeError, "it has no write() method");
      assertThrows(() => wrap(recordingWriter(), NaN), RangeError);
    });
  }

  it("errWriter() refuses what is no number", () => {
    assertThrows(() => errWriter("reason", 0.5), RangeError);
  });
});
