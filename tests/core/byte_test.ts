import { assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { checkByte } from "../../src/core/byte.ts";

describe("a byte", () => {
  for (const value of [0, 1, 127, 128, 255]) it(`can be ${value}`, () => checkByte("b", value));

  for (
    const { value, wrong } of [
      { value: 256, wrong: RangeError },
      { value: -1, wrong: RangeError },
      { value: 1.5, wrong: RangeError },
      { value: NaN, wrong: RangeError },
      { value: "7", wrong: TypeError },
      { value: undefined, wrong: TypeError },
    ]
  ) {
    it(`cannot be ${typeof value} ${value}`, () => {
      assertThrows(() => checkByte("the delimiter", value as number), wrong, "as the delimiter");
    });
  }
});
