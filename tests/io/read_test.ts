import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  InvalidReadError,
  IOError,
  NoProgressError,
  readAtLeast,
  type Reader,
  readerFrom,
  readFull,
  ShortBufferError,
  UnexpectedEOFError,
} from "../../mod.ts";
import { errReader, halfReader, oneByteReader, timeoutReader } from "../../src/iotest/mod.ts";
import { assertBytes, cut, pattern } from "../support/bytes.ts";
import { failing, readerOf, STREAM_KINDS, streamBySteps } from "../support/steps.ts";
import { encode } from "../support/utf8.ts";

const data = pattern(10);
/** A wrong argument, as plain JavaScript may pass it. */
const wrong = (value: unknown) => value as never;

describe("readAtLeast()", () => {
  for (
    const { name, steps, size, min, reads, result } of [
      { name: "stops as soon as it has enough", steps: [3, 3, 4], size: 8, min: 4, reads: [8, 5], result: 6 },
      {
        name: "takes more than enough if it comes at once",
        steps: [10],
        size: 8,
        min: 4,
        reads: [8],
        result: 8,
      },
      {
        name: "reads on over short reads",
        steps: [1, 1, 1, 1],
        size: 4,
        min: 4,
        reads: [4, 3, 2, 1],
        result: 4,
      },
      { name: "reads nothing at all for 0 bytes", steps: [10], size: 8, min: 0, reads: [], result: 0 },
      { name: "reads nothing for 0 bytes into no room", steps: [10], size: 0, min: 0, reads: [], result: 0 },
      {
        name: "resolves to null if there is nothing at all",
        steps: [],
        size: 8,
        min: 4,
        reads: [8],
        result: null,
      },
    ]
  ) {
    it(name, async () => {
      const source = readerOf(...cut(data.subarray(0, steps.reduce((a, b) => a + b, 0)), ...steps));
      const p = new Uint8Array(size);
      assertEquals(await readAtLeast(source, p, min), result);
      assertEquals(source.sizes, reads);
      assertBytes(p.subarray(0, result ?? 0), data.subarray(0, result ?? 0));
    });
  }

  it("says how much was asked for and how much came when the input ends in the middle", async () => {
    const p = new Uint8Array(8);
    const error = await assertRejects(
      () => readAtLeast(readerOf(...cut(data.subarray(0, 3), 2)), p, 4),
      UnexpectedEOFError,
      "4",
    );
    assertEquals({ expected: error.expected, actual: error.actual, code: error.code }, {
      expected: 4,
      actual: 3,
      code: "UNEXPECTED_EOF",
    });
    assertBytes(p.subarray(0, 3), data.subarray(0, 3), "what came before the end");
  });

  it("refuses a buffer that is too short without reading", async () => {
    const source = readerOf(data);
    const error = await assertRejects(() => readAtLeast(source, new Uint8Array(3), 4), ShortBufferError);
    assert(error instanceof IOError);
    assertEquals({ needed: error.needed, size: error.size, code: error.code }, {
      needed: 4,
      size: 3,
      code: "SHORT_BUFFER",
    });
    assertEquals(source.sizes, []);
  });

  it("rejects with the reason of the source, and what came before is in the buffer", async () => {
    const reason = new Error("cable cut");
    const p = new Uint8Array(8);
    const thrown = await assertRejects(() => readAtLeast(errReader(reason, data.subarray(0, 3)), p, 4));
    assert(thrown === reason);
    assertBytes(p.subarray(0, 3), data.subarray(0, 3));
  });

  it("does not ask again, and so does not hear of a failure, once it has enough", async () => {
    const source = readerOf(data.subarray(0, 4), failing(new Error("cable cut")));
    assertEquals(await readAtLeast(source, new Uint8Array(8), 4), 4);
    assertEquals(source.sizes, [8]);
  });

  it("goes on after 99 empty reads and gives up at 100", async () => {
    const patient = readerOf(
      ...Array<number>(99).fill(0),
      data.subarray(0, 1),
      ...Array<number>(99).fill(0),
      data,
    );
    assertEquals(await readAtLeast(patient, new Uint8Array(2), 2), 2);
    const source = readerOf(...Array<number>(100).fill(0), data);
    await assertRejects(() => readAtLeast(source, new Uint8Array(2), 2), NoProgressError);
  });

  for (const result of [-1, 9, 1.5, NaN, wrong("2"), wrong(undefined)]) {
    it(`calls a read of ${result} bytes into 8 an InvalidReadError`, async () => {
      const error = await assertRejects(
        () => readAtLeast({ read: () => Promise.resolve(result) }, new Uint8Array(8), 4),
        InvalidReadError,
      );
      assertEquals(error.result, result);
    });
  }

  for (
    const { name, args, kind } of [
      { name: "a reader without read()", args: [{}, new Uint8Array(1), 1], kind: TypeError },
      { name: "no reader", args: [undefined, new Uint8Array(1), 1], kind: TypeError },
      { name: "an array as the buffer", args: [readerOf(), [1, 2], 1], kind: TypeError },
      { name: "no min", args: [readerOf(), new Uint8Array(1), undefined], kind: TypeError },
      { name: "a negative min", args: [readerOf(), new Uint8Array(1), -1], kind: RangeError },
      { name: "half a byte as min", args: [readerOf(), new Uint8Array(1), 0.5], kind: RangeError },
      { name: "NaN as min", args: [readerOf(), new Uint8Array(1), NaN], kind: RangeError },
      { name: "an unsafe integer as min", args: [readerOf(), new Uint8Array(1), 2 ** 53], kind: RangeError },
    ]
  ) {
    it(`rejects with a ${kind.name} for ${name}`, async () => {
      const [r, p, min] = args;
      const promise = readAtLeast(wrong(r), wrong(p), wrong(min));
      await assertRejects(() => promise, kind);
    });
  }
});

describe("readFull()", () => {
  for (
    const { name, wrap } of [
      { name: "at once", wrap: (r: Reader) => r },
      { name: "byte by byte", wrap: oneByteReader },
      { name: "in halves", wrap: halfReader },
    ]
  ) {
    it(`fills a buffer from a source that comes ${name}, and leaves the rest`, async () => {
      const source = wrap(readerOf(data));
      const p = new Uint8Array(7);
      assertEquals(await readFull(source, p), 7);
      assertBytes(p, data.subarray(0, 7));
      assertEquals(await readFull(source, p.subarray(0, 3)), 3);
      assertBytes(p.subarray(0, 3), data.subarray(7));
      assertEquals(await readFull(source, p), null);
    });
  }

  for (const { kind, name } of STREAM_KINDS) {
    it(`fills a buffer over the chunks of ${name}`, async () => {
      const reader = readerFrom(streamBySteps(kind, ...cut(data, 2, 1, 5)));
      const p = new Uint8Array(9);
      assertEquals(await readFull(reader, p), 9);
      assertBytes(p, data.subarray(0, 9));
      await assertRejects(() => readFull(reader, p), UnexpectedEOFError);
    });
  }

  it("reads nothing into no room, even at the end", async () => {
    const source = readerOf();
    assertEquals(await readFull(source, new Uint8Array(0)), 0);
    assertEquals(source.sizes, []);
  });

  it("says how large the buffer was and how much came when the input ends in the middle", async () => {
    const error = await assertRejects(
      () => readFull(readerOf(encode("abc")), new Uint8Array(5)),
      UnexpectedEOFError,
    );
    assertEquals([error.expected, error.actual], [5, 3]);
  });

  it("passes on the timeout of a source, and goes on after it", async () => {
    const source = timeoutReader(readerOf(...cut(data, 4)));
    const p = new Uint8Array(6);
    const error = await assertRejects(() => readFull(source, p), DOMException);
    assertEquals(error.name, "TimeoutError");
    assertBytes(p.subarray(0, 4), data.subarray(0, 4));
    assertEquals(await readFull(source, p), 6);
    assertBytes(p, data.subarray(4));
  });

  it("rejects with a TypeError for what is no buffer or no reader", async () => {
    const promises = [readFull(wrong({}), new Uint8Array(1)), readFull(readerOf(), wrong("abc"))];
    for (const promise of promises) await assertRejects(() => promise, TypeError);
  });
});
