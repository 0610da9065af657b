import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { decodeRune, isFullRune, textOf, textOfRune, utf8Length } from "../../src/core/utf8.ts";
import { concat } from "../support/bytes.ts";
import { encode } from "../support/utf8.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** What the platform makes of the start of bytes: the shortest part that is one valid rune. */
function byPlatform(bytes: Uint8Array): { rune: number; size: number } {
  for (let size = 1; size <= Math.min(4, bytes.byteLength); size++) {
    try {
      return { rune: strict.decode(bytes.subarray(0, size)).codePointAt(0) ?? NaN, size };
    } catch {
      // Not yet, or never.
    }
  }
  return { rune: 0xfffd, size: 1 };
}

/** Bytes at the edges of what UTF-8 allows in each place. */
const EDGES = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec]
  .concat([0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff]);

const nearlyText = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 6 }),
  fc.array(fc.constantFrom(...EDGES), { minLength: 1, maxLength: 6 }).map((bytes) => Uint8Array.from(bytes)),
  fc.tuple(fc.string({ unit: "binary", minLength: 1 }), fc.uint8Array({ maxLength: 3 }))
    .map(([text, rest]) => concat([encode(text), rest])),
);
/** Strings with lone surrogates. */
const units = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 })),
  { maxLength: 20 },
).map((codes) => String.fromCharCode(...codes));

describe("decodeRune()", () => {
  it("says of every pair of first bytes what the platform says", () => {
    for (let first = 0; first < 256; first++) {
      for (const second of EDGES) {
        const bytes = Uint8Array.of(first, second, 0x80, 0xbf);
        assertEquals(decodeRune(bytes), byPlatform(bytes), String(bytes));
      }
    }
  });

  it("says of any bytes what the platform says", () => {
    fc.assert(fc.property(nearlyText, (bytes) => assertEquals(decodeRune(bytes), byPlatform(bytes))));
  });

  for (
    const [first, last] of [[0, 0x7f], [0x80, 0x7ff], [0x800, 0xd7ff], [0xe000, 0xffff], [0x10000, 0x10ffff]]
      .map(([first = 0, last = 0]) => [first, last] as const)
  ) {
    it(`reads U+${first.toString(16)} and U+${last.toString(16)} as they are written`, () => {
      for (const rune of [first, last]) {
        const bytes = encode(String.fromCodePoint(rune));
        assertEquals(decodeRune(bytes), { rune, size: bytes.byteLength });
      }
    });
  }
});

describe("isFullRune()", () => {
  const tails = [0x80, 0x90, 0xa0].flatMap((byte) => [[byte], [byte, 0x80], [byte, 0x80, 0x80]]);

  it("is false for no bytes", () => assertEquals(isFullRune(new Uint8Array(0)), false));

  it("is false just where more bytes could make a rune of all of it", () => {
    fc.assert(fc.property(nearlyText, (bytes) => {
      const longer = tails.map((tail) => decodeRune(concat([bytes, Uint8Array.from(tail)])));
      const canGrow = longer.some(({ size }) => size > bytes.byteLength);
      assertEquals(isFullRune(bytes), !canGrow);
      if (isFullRune(bytes)) { for (const found of longer) assertEquals(found, decodeRune(bytes)); }
    }));
  });
});

describe("utf8Length()", () => {
  it("counts what TextEncoder writes, lone surrogates included", () => {
    fc.assert(fc.property(fc.oneof(units, fc.string({ unit: "binary" })), (text) => {
      assertEquals(utf8Length(text), encode(text).byteLength);
    }));
  });

  for (
    const text of [
      "",
      "a",
      "é",
      "€",
      "𝄞",
      "\ud800",
      "\udc00",
      "\udc00\ud800",
      "\ud800\ud800\udc00",
      "a\ud800",
    ]
  ) {
    it(`of ${JSON.stringify(text)}`, () => assertEquals(utf8Length(text), encode(text).byteLength));
  }
});

describe("textOfRune()", () => {
  for (const rune of [0, 0x41, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x10ffff]) {
    it(`is the character U+${rune.toString(16)}`, () => assertEquals(textOfRune(rune).codePointAt(0), rune));
  }

  for (const rune of [-1, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0x110000, Infinity, NaN]) {
    it(`is U+FFFD for ${rune}, which is no character`, () => assertEquals(textOfRune(rune), "\ufffd"));
  }
});

describe("textOf()", () => {
  it("keeps U+FEFF, and replaces what is not UTF-8", () => {
    assertEquals(textOf(encode("\ufeffa\ufeff")), "\ufeffa\ufeff");
    assertEquals(textOf(Uint8Array.of(0x61, 0xff, 0xe2, 0x82)), "a\ufffd\ufffd");
  });

  it("is what the platform makes of any bytes, call after call", () => {
    fc.assert(fc.property(nearlyText, (bytes) => assertEquals(textOf(bytes), lenient.decode(bytes))));
  });

  it("reads shared memory, where there is any", () => {
    if (typeof SharedArrayBuffer === "undefined") return;
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set(encode("€"));
    assert(textOf(shared) === "€");
  });
});
