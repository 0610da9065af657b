import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, discard, NoProgressError, readAll, type Reader } from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import {
  emptyReadsReader,
  errReader,
  halfReader,
  oneByteReader,
  testReader,
  timeoutReader,
} from "../../src/iotest/mod.ts";
import { pattern } from "../support/bytes.ts";
import { readerOf } from "../support/steps.ts";
import { encode } from "../support/utf8.ts";

/** What so many reads with a `p` of 5 resolve to, and what a TimeoutError becomes. */
async function results(reader: Reader, reads: number): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let i = 0; i < reads; i++) {
    all.push(await reader.read(new Uint8Array(5)).catch((reason) => reason.name));
  }
  return all;
}

describe("readers of iotest", () => {
  for (
    const { name, wrap, gives } of [
      { name: "oneByteReader", wrap: oneByteReader, gives: [1, 1, 1, 1, 1, 1, 1, null, null] },
      { name: "halfReader", wrap: halfReader, gives: [3, 3, 1, null, null] },
      { name: "emptyReadsReader", wrap: emptyReadsReader, gives: [5, 0, 2, 0, null, null, null] },
      { name: "timeoutReader", wrap: timeoutReader, gives: [5, "TimeoutError", 2, null, null] },
    ]
  ) {
    it(`${name}() gives ${JSON.stringify(gives)} of 7 bytes`, async () => {
      assertEquals(await results(wrap(new BytesReader(pattern(7))), gives.length), gives);
    });

    it(`${name}() has no method but read()`, () => {
      assertEquals(Object.keys(wrap(new BytesReader(pattern(7)))), ["read"]);
    });

    it(`${name}() refuses what is no Reader, at once`, () => {
      // @ts-expect-error: that is what is tested
      assertThrows(() => wrap({}), TypeError, "it has no read() method");
    });

    it(`${name}() passes a failure on as it is`, async () => {
      const reason = { any: "thing" };
      const failing = wrap(readerOf(() => {
        throw reason;
      }));
      assertStrictEquals(await failing.read(new Uint8Array(1)).catch((e: unknown) => e), reason);
    });
  }

  for (
    const { name, wrap } of [
      { name: "oneByteReader", wrap: oneByteReader },
      { name: "halfReader", wrap: halfReader },
      { name: "emptyReadsReader", wrap: emptyReadsReader },
    ]
  ) {
    it(`${name}() keeps the contract of Reader`, async () => {
      for (const size of [0, 1, 2, 3, 1000]) {
        await testReader(wrap(new BytesReader(pattern(size))), pattern(size));
      }
    });
  }
});

describe("emptyReadsReader()", () => {
  it("resolves to 0 at every third read if it is told so", async () => {
    assertEquals(await results(emptyReadsReader(oneByteReader(new BytesReader(pattern(4))), 3), 7), [
      ...[1, 1, 0, 1, 1, 0, null],
    ]);
  });

  it("never gets anywhere with 1", async () => {
    await assertRejects(
      () => copy(discard, emptyReadsReader(new BytesReader(pattern(4)), 1)),
      NoProgressError,
    );
  });

  it("does not count reads into an empty buffer", async () => {
    const reader = emptyReadsReader(new BytesReader(pattern(4)));
    assertEquals(await reader.read(new Uint8Array(0)), 0);
    assertEquals(await reader.read(new Uint8Array(1)), 1);
    assertEquals(await reader.read(new Uint8Array(1)), 0);
  });

  it("stays at its end once there", async () => {
    const reader = emptyReadsReader(new BytesReader(new Uint8Array(0)));
    assertEquals(await results(reader, 4), [null, null, null, null]);
  });

  it("refuses to be empty every 0 reads", () => {
    assertThrows(() => emptyReadsReader(new BytesReader(pattern(1)), 0), RangeError);
    assertThrows(() => emptyReadsReader(new BytesReader(pattern(1)), 1.5), RangeError);
  });
});

describe("timeoutReader()", () => {
  it("fails its second read whatever came first", async () => {
    for (const first of [5, 0, null]) {
      const reader = timeoutReader({ read: () => Promise.resolve(first) });
      assertEquals(await results(reader, 3), [first, "TimeoutError", first]);
    }
  });

  it("fails with a DOMException and loses nothing", async () => {
    const reader = timeoutReader(oneByteReader(new BytesReader(encode("ab"))));
    const p = new Uint8Array(1);
    await reader.read(p);
    const reason = await reader.read(p).catch((e: unknown) => e);
    assert(reason instanceof DOMException);
    assertEquals(await readAll(reader), encode("b"));
  });
});

describe("errReader()", () => {
  it("fails at once, and again and again", async () => {
    const reason = new Error("on purpose");
    const reader = errReader(reason);
    for (const size of [1, 0, 1]) {
      assertStrictEquals(await reader.read(new Uint8Array(size)).catch((e: unknown) => e), reason);
    }
  });

  it("gives the bytes that come before, in pieces", async () => {
    const reader = errReader(undefined, encode("abc"));
    const p = new Uint8Array(2);
    assertEquals(await reader.read(new Uint8Array(0)), 0);
    assertEquals(await reader.read(p), 2);
    assertEquals(p, encode("ab"));
    assertEquals(await reader.read(p), 1);
    assertEquals(p, encode("cb"));
    assertStrictEquals(await reader.read(p).catch((e: unknown) => e), undefined);
  });
});
