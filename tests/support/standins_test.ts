import {
  assert,
  assertArrayIncludes,
  assertEquals,
  AssertionError,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import fc from "fast-check";

const calls: string[] = [];

describe("the stand-ins", () => {
  beforeAll(() => void calls.push("beforeAll"));
  beforeEach(() => void calls.push("beforeEach"));
  afterEach(() => void calls.push("afterEach"));
  afterAll(() => void calls.push("afterAll"));

  describe("with an inner suite", () => {
    beforeEach(() => void calls.push("inner beforeEach"));

    it("run hooks from the outside in", () => {
      assertEquals(calls, ["beforeAll", "beforeEach", "inner beforeEach"]);
    });
    it.skip("skip", () => {
      throw new Error("A skipped test ran");
    });
  });

  it("run what follows an inner suite", () => {
    assertEquals(calls.slice(-2), ["afterEach", "beforeEach"]);
  });

  for (
    const { name, a, b } of [
      { name: "bytes", a: Uint8Array.of(1, 2), b: Uint8Array.of(1, 2) },
      { name: "NaN", a: [NaN], b: [NaN] },
      {
        name: "Maps with keys that are objects",
        a: new Map([[{ a: 1 }, [2]]]),
        b: new Map([[{ a: 1 }, [2]]]),
      },
      { name: "Sets in another order", a: new Set([1, 2]), b: new Set([2, 1]) },
      { name: "dates", a: new Date(5), b: new Date(5) },
    ]
  ) {
    it(`find ${name} equal`, () => assertEquals<unknown>(a, b));
  }

  for (
    const { name, a, b } of [
      { name: "bytes", a: Uint8Array.of(1, 2), b: Uint8Array.of(1, 3) },
      { name: "arrays of bytes and of numbers", a: Uint8Array.of(1), b: [1] },
      { name: "objects with and without a key", a: { a: undefined }, b: {} },
      { name: "Maps", a: new Map([[1, 2]]), b: new Map([[1, 3]]) },
      { name: "errors of two classes", a: new TypeError("x"), b: new RangeError("x") },
    ]
  ) {
    it(`find different ${name} different`, () => assertNotEquals<unknown>(a, b));
  }

  it("find two cycles equal", () => {
    interface Node {
      next?: Node;
    }
    const a: Node = {};
    a.next = a;
    const b: Node = {};
    b.next = b;
    assertEquals(a, b);
  });

  it("match an object by what is expected of it", () => {
    assertObjectMatch({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: 1 }, d: [1] });
    assertThrows(() => assertObjectMatch({ a: 1 }, { a: 2 }), AssertionError);
  });

  it("find objects in an array", () => {
    assertArrayIncludes([{ a: 1 }, { a: 2 }], [{ a: 2 }]);
    assertThrows(() => assertArrayIncludes([1], [2]), AssertionError);
  });

  it("return the error that a function throws or rejects with", async () => {
    const reason = new RangeError("Cannot go on");
    const thrown: RangeError = assertThrows(
      () => {
        throw reason;
      },
      RangeError,
      "go on",
    );
    assert(thrown === reason);
    assert(await assertRejects(() => Promise.reject(reason), RangeError, "go on") === reason);
    assert(await assertRejects(() => Promise.reject(reason)) === reason);
  });

  it("do not take a throw for a rejection", async () => {
    const error = await assertRejects(
      () =>
        assertRejects(() => {
          throw new RangeError("too early");
        }, RangeError),
      AssertionError,
    );
    assert(error.message.includes("throws when expected to reject"), error.message);
  });

  it("run properties of fast-check", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => assertEquals(bytes.slice(), bytes)));
  });
});
