import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copyBuffer,
  copyN,
  type CopyOptions,
  copySettled,
  type Destination,
  type Source,
} from "../../mod.ts";
import { assertUnlocked } from "../support/locks.ts";
import { readerOf, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";
import { pattern } from "../support/bytes.ts";

type Wrong = TypeErrorConstructor | RangeErrorConstructor;

const OPTIONS: readonly { options: Record<string, unknown>; wrong: Wrong }[] = [
  { options: { via: "fast" }, wrong: TypeError },
  { options: { via: 1 }, wrong: TypeError },
  { options: { via: null }, wrong: TypeError },
  { options: { via: "toString" }, wrong: TypeError },
  { options: { signal: {} }, wrong: TypeError },
  { options: { signal: new AbortController() }, wrong: TypeError },
  { options: { onProgress: 5 }, wrong: TypeError },
  { options: { onPath: {} }, wrong: TypeError },
  { options: { length: -1 }, wrong: RangeError },
  { options: { length: NaN }, wrong: RangeError },
  { options: { length: 1.5 }, wrong: RangeError },
  { options: { length: Infinity }, wrong: RangeError },
  { options: { length: 2 ** 53 }, wrong: RangeError },
  { options: { length: "5" }, wrong: TypeError },
  { options: { bufferSize: 0 }, wrong: RangeError },
  { options: { bufferSize: -1 }, wrong: RangeError },
  { options: { bufferSize: NaN }, wrong: RangeError },
  { options: { bufferSize: 0.5 }, wrong: RangeError },
  { options: { bufferSize: 2 ** 53 }, wrong: RangeError },
  { options: { bufferSize: "5" }, wrong: TypeError },
];

function show(options: Record<string, unknown>): string {
  return Object.entries(options).map(([name, value]) => `${name} ${typeof value} ${String(value)}`).join();
}

const CALLS: readonly {
  name: string;
  call: (dst: Destination, src: Source, options?: CopyOptions) => Promise<unknown>;
}[] = [
  { name: "copy()", call: copy },
  { name: "copySettled()", call: copySettled },
  { name: "copyBuffer()", call: (dst, src, options) => copyBuffer(dst, src, new Uint8Array(8), options) },
  { name: "copyN()", call: (dst, src, options) => copyN(dst, src, 3, options) },
];

for (const { name, call } of CALLS) {
  describe(`${name} and wrong arguments`, () => {
    for (const { options, wrong } of OPTIONS) {
      it(`rejects ${show(options)} with a ${wrong.name} before a byte moves`, async () => {
        const writer = recordingWriter();
        for (const src of [readerOf(pattern(5)), streamBySteps("default", pattern(5))]) {
          await assertRejects(() => call(writer, src, options as CopyOptions), wrong);
          if ("sizes" in src) assertEquals(src.sizes, []);
          assertUnlocked(src);
        }
        assertEquals(writer.sizes, []);
      });
    }

    for (const options of [null, 5, "text"]) {
      it(`rejects ${options} as options`, async () => {
        const src = readerOf(pattern(5));
        await assertRejects(() => call(recordingWriter(), src, options as unknown as CopyOptions), TypeError);
        assertEquals(src.sizes, []);
      });
    }

    for (const src of [undefined, null, 5, "text", {}, new Uint8Array(3), new ArrayBuffer(3), () => {}]) {
      it(`rejects ${Object.prototype.toString.call(src)} as a source, and says what is missing`, async () => {
        const writer = recordingWriter();
        await assertRejects(() => call(writer, src as unknown as Source), TypeError, "read");
        assertEquals(writer.sizes, []);
      });
    }

    for (const dst of [undefined, null, 5, "text", {}, new Uint8Array(3), new Blob([]), () => {}]) {
      it(`rejects ${Object.prototype.toString.call(dst)} as a destination, and says what is missing`, async () => {
        const src = readerOf(pattern(5));
        await assertRejects(() => call(dst as unknown as Destination, src), TypeError, "write");
        assertEquals(src.sizes, []);
      });
    }

    it("takes options that are undefined for none", async () => {
      const none = {
        signal: undefined,
        onProgress: undefined,
        onPath: undefined,
        via: undefined,
        length: undefined,
        bufferSize: undefined,
      } as unknown as CopyOptions;
      await call(recordingWriter(), readerOf(pattern(5)), none);
      await call(recordingWriter(), readerOf(pattern(5)), undefined);
    });

    it("takes a function with the methods for a Reader and a Writer", async () => {
      const writer = recordingWriter();
      await call(Object.assign(() => {}, writer), Object.assign(() => {}, readerOf(pattern(3))));
      assertEquals(writer.bytes().byteLength, 3);
    });
  });
}

describe("copyN() and wrong counts", () => {
  for (
    const { n, wrong } of [
      { n: NaN, wrong: RangeError },
      { n: 1.5, wrong: RangeError },
      { n: Infinity, wrong: RangeError },
      { n: -Infinity, wrong: RangeError },
      { n: 2 ** 53, wrong: RangeError },
      { n: -(2 ** 53), wrong: RangeError },
      { n: "3", wrong: TypeError },
      { n: 3n, wrong: TypeError },
      { n: undefined, wrong: TypeError },
      { n: null, wrong: TypeError },
    ]
  ) {
    it(`rejects ${typeof n} ${String(n)} with a ${wrong.name}`, async () => {
      const src = readerOf(pattern(5));
      await assertRejects(() => copyN(recordingWriter(), src, n as number), wrong);
      assertEquals(src.sizes, []);
    });
  }
});
