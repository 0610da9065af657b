import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type BidirectionalOptions, copyBidirectional, copyBidirectionalSettled } from "../../src/net/mod.ts";
import { methods, streams } from "./wires.ts";

/** What somebody without types may pass. */
function untyped<T>(value: unknown): T {
  return value as T;
}

const { near } = methods();

describe("copyBidirectional() refuses before a byte moves, and closes nothing", () => {
  for (
    const [what, duplex, says] of [
      ["nothing", undefined, "undefined"],
      ["null", null, "null"],
      ["a number", 7, "a number"],
      ["a plain object", {}, "a plain object"],
      ["what can only be read", { read: near }, "neither read() and write()"],
      ["half a pair", { readable: new Blob([]).stream() }, "neither read() and write()"],
      ["a pair of other things", { readable: {}, writable: {} }, "neither read() and write()"],
    ] as const
  ) {
    for (const copy of [copyBidirectional, copyBidirectionalSettled]) {
      it(`${what} for a connection, on either side (${copy.name})`, async () => {
        const other = methods();
        const one = await assertRejects(() => copy(untyped(duplex), other.near), TypeError);
        const two = await assertRejects(() => copy(other.near, untyped(duplex)), TypeError);
        assertStringIncludes(one.message, says);
        assertEquals(two.message, one.message);
        assertEquals(other.events, []);
      });
    }
  }

  it("a connection with itself", async () => {
    for (const wire of [methods(), streams()]) {
      await assertRejects(() => copyBidirectional(wire.near, wire.near), TypeError, "itself");
      assertEquals(wire.events, []);
    }
  });

  it("a stream that is locked", async () => {
    for (const half of ["readable", "writable"] as const) {
      const [a, b] = [streams(), methods()];
      if (!("readable" in a.near)) throw new TypeError("Not a pair");
      if (half === "readable") a.near.readable.getReader();
      else a.near.writable.getWriter();
      await assertRejects(() => copyBidirectional(a.near, b.near), TypeError, "locked");
      await assertRejects(() => copyBidirectional(b.near, a.near), TypeError, "locked");
      assertEquals([...a.events, ...b.events], []);
    }
  });

  for (
    const [options, error, says] of [
      [null, TypeError, "null as options"],
      [{ signal: {} }, TypeError, "as a signal"],
      [{ onProgress: 1 }, TypeError, "as onProgress"],
      [{ idleTimeout: "1s" }, TypeError, "as idleTimeout"],
      [{ idleTimeout: NaN }, RangeError, "NaN as idleTimeout"],
      [{ idleTimeout: 0 }, RangeError, "0 as idleTimeout"],
      [{ idleTimeout: -1 }, RangeError, "-1 as idleTimeout"],
      [{ halfCloseTimeout: NaN }, RangeError, "NaN as halfCloseTimeout"],
      [{ halfCloseTimeout: -Infinity }, RangeError, "-Infinity as halfCloseTimeout"],
      [{ halfCloseTimeout: null }, TypeError, "null as halfCloseTimeout"],
      [{ clock: {} }, TypeError, "as a clock"],
      [{ clock: null }, TypeError, "as a clock"],
      [{ aToB: {} }, TypeError, "as aToB"],
      [{ bToA: [{}] }, TypeError, "as bToA"],
      [{ bToA: [null] }, TypeError, "as bToA"],
    ] as const
  ) {
    it(`options that say ${says}`, async () => {
      const [a, b] = [methods(), streams()];
      const given = untyped<BidirectionalOptions>(options);
      await assertRejects(() => copyBidirectional(a.near, b.near, given), error, says);
      await assertRejects(() => copyBidirectionalSettled(a.near, b.near, given), error, says);
      assertEquals([...a.events, ...b.events], []);
    });
  }
});
