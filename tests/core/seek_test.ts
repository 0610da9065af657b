import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SeekMode } from "../../mod.ts";
import { seekTo } from "../../src/core/seek.ts";

const { Start, Current, End } = SeekMode;
const MAX = Number.MAX_SAFE_INTEGER;

describe("a seek from position 4 of 10", () => {
  for (
    const { offset, whence, to } of [
      { offset: 0, whence: Start, to: 0 },
      { offset: 7, whence: Start, to: 7 },
      { offset: 99, whence: Start, to: 99 }, // past the end is allowed
      { offset: 0, whence: Current, to: 4 },
      { offset: -4, whence: Current, to: 0 },
      { offset: 3, whence: Current, to: 7 },
      { offset: 0, whence: End, to: 10 },
      { offset: -10, whence: End, to: 0 },
      { offset: 5, whence: End, to: 15 },
      { offset: MAX, whence: Start, to: MAX },
      { offset: MAX - 4, whence: Current, to: MAX },
    ]
  ) {
    it(`by ${offset} with whence ${whence} leads to ${to}`, () =>
      assertEquals(seekTo(offset, whence, 4, 10), to));
  }

  for (
    const { offset, whence, wrong } of [
      { offset: -1, whence: Start, wrong: RangeError },
      { offset: -5, whence: Current, wrong: RangeError },
      { offset: -11, whence: End, wrong: RangeError },
      { offset: MAX - 3, whence: Current, wrong: RangeError }, // beyond what can be counted
      { offset: MAX, whence: End, wrong: RangeError },
      { offset: -MAX - 1, whence: Current, wrong: RangeError },
      { offset: 0.5, whence: Start, wrong: RangeError },
      { offset: NaN, whence: Start, wrong: RangeError },
      { offset: "1", whence: Start, wrong: TypeError },
      { offset: 0, whence: 3, wrong: RangeError },
      { offset: 0, whence: -1, wrong: RangeError },
      { offset: 0, whence: undefined, wrong: RangeError },
      { offset: 0, whence: "0", wrong: RangeError },
    ]
  ) {
    it(`by ${typeof offset} ${offset} with whence ${JSON.stringify(whence)} is a ${wrong.name}`, () => {
      assertThrows(() => seekTo(offset as number, whence as SeekMode, 4, 10), wrong);
    });
  }

  it("from an end that is not known is a RangeError", () => {
    assertThrows(() => seekTo(0, End, 4), RangeError, "whence");
  });
});
