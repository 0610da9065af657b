import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { IOError, NoProgressError, ShortWriteError } from "../../mod.ts";
import {
  asBytes,
  checkChunkResult,
  checkReadResult,
  checkSize,
  checkWriteResult,
  countEmptyRead,
  describe as nameOf,
  isBlob,
  isReadableStream,
  isReader,
  isWritableStream,
  isWriter,
} from "../../src/core/checks.ts";

class Thing {}

describe("the message of a TypeError", () => {
  for (
    const [value, name] of [
      [undefined, "undefined"],
      [null, "null"],
      ["text", "a string"],
      [5, "a number"],
      [5n, "a bigint"],
      [true, "a boolean"],
      [Symbol("s"), "a symbol"],
      [() => {}, "a function"],
      [Thing, "a function"],
      [{}, "a plain object"],
      [Object.create(null), "a plain object"],
      [{ constructor: "odd" }, "a plain object"],
      [new (class {})(), "a plain object"],
      [new Thing(), "a Thing"],
      [[1], "a Array"],
      [new Uint16Array(1), "a Uint16Array"],
    ] as const
  ) {
    it(`calls it ${name}: ${String(Object.prototype.toString.call(value))}`, () =>
      assertEquals(nameOf(value), name));
  }
});

describe("what counts as an end", () => {
  it("is told by its methods, whatever made it: those of another realm and of a polyfill count too", () => {
    const method = () => {};
    const kinds = { isReader, isWriter, isReadableStream, isWritableStream, isBlob };
    for (
      const { value, is } of [
        { value: { read: method }, is: ["isReader"] },
        { value: Object.create({ read: method }), is: ["isReader"] },
        { value: Object.assign(() => {}, { read: method, write: method }), is: ["isReader", "isWriter"] },
        { value: { getReader: method }, is: ["isReadableStream"] },
        { value: { getWriter: method }, is: ["isWritableStream"] },
        { value: { stream: method, slice: method }, is: ["isBlob"] },
        { value: { stream: method, slice: method, write: method }, is: ["isBlob"] }, // Bun.file()
        { value: { read: 1, write: {}, getReader: null, getWriter: true }, is: [] },
        { value: "read", is: [] },
        { value: null, is: [] },
        { value: undefined, is: [] },
      ]
    ) {
      const found = Object.entries(kinds).filter(([, test]) => test(value)).map(([name]) => name);
      assertEquals(found, is);
    }
  });
});

describe("what ends answer", () => {
  for (
    const { name, check, kind } of [
      {
        name: "one byte more than there is room",
        check: () => checkReadResult(5, 4),
        kind: "InvalidReadError",
      },
      { name: "-1 bytes read", check: () => checkReadResult(-1, 4), kind: "InvalidReadError" },
      { name: "half a byte read", check: () => checkReadResult(0.5, 4), kind: "InvalidReadError" },
      {
        name: "more than is left of a chunk",
        check: () => checkWriteResult(3, 4, 2),
        kind: "InvalidWriteError",
      },
      { name: "nothing of what is left", check: () => checkWriteResult(0, 4, 2), kind: "ShortWriteError" },
      {
        name: "a chunk above max",
        check: () => checkChunkResult(new Uint8Array(3), 2),
        kind: "InvalidReadError",
      },
    ]
  ) it(`is refused as ${kind}: ${name}`, () => assertEquals(assertThrows(check, IOError).name, kind));

  it("is passed on when it can be", () => {
    const chunk = new Uint8Array(2);
    assertStrictEquals(checkChunkResult(chunk, 2), chunk);
    assertEquals([checkChunkResult(null, 2), checkReadResult(null, 0)], [null, null]);
    assertEquals([checkReadResult(0, 4), checkReadResult(4, 4)], [0, 4]);
    assertEquals([checkWriteResult(2, 4, 2), checkWriteResult(1, 4)], [2, 1]);
  });

  it("and a short write tells the chunk and how much of it was accepted", () => {
    const { message, expected, actual } = assertThrows(() => checkWriteResult(0, 9, 7), ShortWriteError);
    assertEquals([message, expected, actual], ["Cannot write 9 bytes: only 7 were accepted", 9, 7]);
  });

  it("99 empty reads are borne, the 100th is one too many", () => {
    let reads = 0;
    while (reads < 99) reads = countEmptyRead(reads);
    assertThrows(() => countEmptyRead(reads), NoProgressError, "100 reads in a row");
  });
});

describe("sizes", () => {
  for (
    const { value, least, wrong, message } of [
      { value: -1, least: 0, wrong: RangeError, message: "Cannot use -1 as size: it is below 0" },
      { value: 0, least: 1, wrong: RangeError, message: "Cannot use 0 as size: it is below 1" },
      { value: 1.5, least: 0, wrong: RangeError, message: "Cannot use 1.5 as size: it is no safe integer" },
      { value: NaN, least: 0, wrong: RangeError, message: "Cannot use NaN as size: it is no safe integer" },
      { value: 2 ** 53, least: 0, wrong: RangeError, message: "Cannot use 9007199254740992 as size" },
      { value: "5", least: 0, wrong: TypeError, message: "Cannot use a string as size: it is no number" },
      { value: 5n, least: 0, wrong: TypeError, message: "Cannot use a bigint as size: it is no number" },
    ]
  ) {
    it(`of ${typeof value} ${value} are refused, and the message says why`, () => {
      assertThrows(() => checkSize("size", value as number, least), wrong, message);
    });
  }

  it("from the least to the last safe integer are fine", () => {
    for (const value of [1, 2, Number.MAX_SAFE_INTEGER]) checkSize("size", value, 1);
  });
});

describe("bytes in a chunk of a web stream", () => {
  const memory = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);
  for (
    const { name, chunk, bytes } of [
      { name: "a buffer", chunk: memory.buffer, bytes: [0, 1, 2, 3, 4, 5, 6, 7] },
      { name: "a DataView", chunk: new DataView(memory.buffer, 3, 2), bytes: [3, 4] },
      { name: "a wider view", chunk: new Uint16Array(memory.buffer, 2, 2), bytes: [2, 3, 4, 5] },
      { name: "no bytes", chunk: new ArrayBuffer(0), bytes: [] },
    ]
  ) {
    it(`are those of ${name}, uncopied`, () => {
      const found = asBytes(chunk);
      assertEquals([...found], bytes);
      assertEquals(found.buffer, "buffer" in chunk ? chunk.buffer : chunk);
    });
  }

  it("stay the very array if they are one", () => assertStrictEquals(asBytes(memory), memory));

  for (const chunk of ["text", 5, null, undefined, {}, [1, 2]]) {
    it(`are not ${JSON.stringify(chunk)}`, () =>
      void assertThrows(() => asBytes(chunk), TypeError, "it is not bytes"));
  }
});
