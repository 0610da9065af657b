import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { notes } from "../../src/core/notes.ts";

describe("notes()", () => {
  const KEYS: [name: string, make: () => object][] = [
    ["a plain object", () => ({})],
    ["an object without a prototype", () => Object.create(null)],
    ["a function", () => () => {}],
    ["a stream", () => new ReadableStream()],
    ["a Blob", () => new Blob()],
    ["a proxy", () => new Proxy({}, {})],
    ["a frozen object", () => Object.freeze({})],
    ["a frozen stream", () => Object.freeze(new WritableStream())],
  ];
  for (const [name, make] of KEYS) {
    it(`keeps what is noted of ${name}, and nobody sees it`, () => {
      const [one, other] = [notes<object, unknown>(), notes<object, unknown>()];
      const [key, stranger] = [make(), make()];
      const before = Reflect.ownKeys(key);
      assertEquals(one.get(key), undefined);
      one.set(key, "first");
      assertEquals(one.get(key), "first");
      one.set(key, null);
      other.set(key, 1);
      assertEquals([one.get(key), other.get(key), one.get(stranger)], [null, 1, undefined]);
      assertEquals(Reflect.ownKeys(key), before);
    });
  }

  it("tells an object from one that inherits of it", () => {
    const noted = notes<object, number>();
    const parent = {};
    noted.set(parent, 1);
    assertEquals(noted.get(Object.create(parent)), undefined);
  });
});
