import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { readAll, type Source, TokenTooLongError } from "../../mod.ts";
import { BufReader, lines, type LinesOptions } from "../../src/bufio/mod.ts";
import { errReader } from "../../src/iotest/mod.ts";
import { cutEvery } from "../support/bytes.ts";
import { readerOf } from "../support/steps.ts";
import { scripted, streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { SOURCES } from "./sources.ts";

async function all(src: Source, options?: LinesOptions): Promise<unknown[]> {
  const found: unknown[] = [];
  try {
    for await (const line of lines(src, options)) found.push(line);
  } catch (reason) {
    found.push(reason);
  }
  return found;
}

async function allByBatches(src: Source, options?: LinesOptions): Promise<unknown[]> {
  const found: unknown[] = [];
  try {
    for await (const batch of lines(src, options).batches()) {
      assert(batch.length > 0);
      found.push(...batch);
    }
  } catch (reason) {
    found.push(reason);
  }
  return found;
}

const WAYS = [{ name: "lines()", find: all }, { name: "lines().batches()", find: allByBatches }];

for (const { name, find } of WAYS) {
  describe(name, () => {
    for (
      const { input, gives } of [
        { input: "", gives: [] },
        { input: "\n", gives: [""] },
        { input: "a\nb", gives: ["a", "b"] },
        { input: "a\r\nb\r\n", gives: ["a", "b"] },
        { input: "a\rb\r\r\nc\r", gives: ["a\rb\r", "c"] },
        { input: "\n\n\r\n", gives: ["", "", ""] },
        { input: "\ufeffü\n\ufeff€\n😀", gives: ["\ufeffü", "\ufeff€", "😀"] },
      ]
    ) {
      it(`splits ${JSON.stringify(input)} into ${JSON.stringify(gives)}`, async () => {
        for (const step of [1, 2, 3, 100]) {
          assertEquals(await find(streamOf(...cutEvery(encode(input), step))), gives);
          assertEquals(await find(readerOf(...cutEvery(encode(input), step))), gives);
        }
      });
    }

    it("replaces what is not UTF-8, line by line", async () => {
      const bytes = Uint8Array.of(0xff, 0x0a, 0xe2, 0x82, 0x0a, 0x61, 0xf0);
      assertEquals(await find(new Blob([bytes])), ["\ufffd", "\ufffd", "a\ufffd"]);
    });

    for (const { name, make } of SOURCES) {
      it(`finds the lines of any text in ${name}`, async () => {
        const texts = fc.array(fc.constantFrom("a", "some words", "\n", "\n", "\r\n", "\r", "€"), {
          maxLength: 300,
          size: "max",
        });
        await fc.assert(
          fc.asyncProperty(texts, fc.integer({ min: 1, max: 700 }), async (pieces, chunk) => {
            const text = pieces.join("");
            const expected = text.split("\n");
            if (expected.at(-1) === "") expected.pop();
            const wanted = expected.map((line) => line.replace(/\r$/, ""));
            const maxLength = Math.max(0, ...wanted.map((line) => encode(line).byteLength));
            assertEquals(await find(make(encode(text), chunk)), wanted);
            assertEquals(await find(make(encode(text), chunk), { maxLength }), wanted);
            if (maxLength === 0) return;
            const tooShort = await find(make(encode(text), chunk), { maxLength: maxLength - 1 });
            const first = wanted.findIndex((line) => encode(line).byteLength === maxLength);
            assertEquals(tooShort.slice(0, -1), wanted.slice(0, first));
            assert(tooShort.at(-1) instanceof TokenTooLongError);
          }),
          { numRuns: 40 },
        );
      });
    }

    it("delivers the unfinished line before the failure of the source", async () => {
      const boom = new Error("boom");
      assertEquals(await find(errReader(boom, encode("a\nb"))), ["a", "b", boom]);
      assertEquals(await find(errReader(boom, encode("a\n"))), ["a", boom]);
    });

    it("takes lines of up to 64 KiB by default", async () => {
      const line = "x".repeat(64 * 1024);
      assertEquals(await find(new Blob([line, "\r\n", line, "\n", line])), [line, line, line]);
      const [reason] = await find(new Blob([line, "x"]));
      assert(reason instanceof TokenTooLongError);
      assertEquals(reason.limit, 64 * 1024);
    });

    it("unlocks its stream at the end and at a failure", async () => {
      for (const text of ["a\nb", "a\n" + "x".repeat(100)]) {
        const stream = streamOf(encode(text));
        await find(stream, { maxLength: 50 });
        assertEquals(stream.locked, false);
      }
    });
  });
}

describe("lines()", () => {
  it("refuses a wrong source and a wrong maxLength, at once", () => {
    // @ts-expect-error: that is what is tested
    assertThrows(() => lines("text"), TypeError);
    assertThrows(() => lines(new Blob(), { maxLength: -1 }), RangeError);
    assertThrows(() => lines(new Blob(), { maxLength: NaN }), RangeError);
  });

  it("neither reads nor locks before the first line is asked for", () => {
    const { stream } = scripted();
    lines(stream);
    assertEquals(stream.locked, false);
  });

  for (const leftAfter of [1, 2, 3]) {
    it(`left after ${leftAfter} lines it unlocks the stream, cancels nothing and gives the rest back`, async () => {
      const { stream, push, end, cancelled } = scripted();
      const input = "\ufeffü\r\n\n€\nrest\nof it";
      push(input);
      let count = 0;
      for await (const _ of lines(stream)) if (++count === leftAfter) break;
      assertEquals(stream.locked, false);
      assertEquals(cancelled, []);
      push("!");
      end();
      const rest = input.split("\n").slice(leftAfter).join("\n") + "!";
      assertEquals(decode(await readAll(stream)), rest);
    });
  }

  it("gives the rest back also when it was left in the last, unfinished line or before the first", async () => {
    const unread = streamOf(encode("a\nb"));
    await lines(unread).return?.();
    assertEquals(decode(await readAll(unread)), "a\nb");
    const ended = streamOf(encode("a\nb"));
    for await (const line of lines(ended)) if (line === "b") break;
    assertEquals((await readAll(ended)).byteLength, 0);
    assertEquals(ended.locked, false);
  });

  it("leaves a BufReader at the byte after the line, so that a head can be read by it", async () => {
    for (const step of [1, 5, 100]) {
      const reader = new BufReader(readerOf(...cutEvery(encode("a: 1\r\nb: 2\r\n\r\nbody\n\n"), step)), 16);
      const head: string[] = [];
      for await (const line of lines(reader)) {
        if (line === "") break;
        head.push(line);
      }
      assertEquals(head, ["a: 1", "b: 2"]);
      assertEquals(decode(await readAll(reader)), "body\n\n");
    }
  });

  it("ends a next() that waits when it is returned", async () => {
    const { stream, push, end } = scripted();
    const iterator = lines(stream);
    push("begun");
    const waiting = iterator.next();
    assertEquals((await iterator.return?.())?.done, true);
    assertEquals((await waiting).done, true);
    assertEquals((await iterator.next()).done, true);
    assertEquals(stream.locked, false);
    push(", ended");
    end();
    assertEquals(decode(await readAll(stream)), "begun, ended");
  });

  it("answers calls of next() in order when they are not awaited", async () => {
    const { stream, push, end } = scripted();
    const iterator = lines(stream);
    const results = Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    push("a\n");
    push("b\nc\n");
    end();
    assertEquals((await results).map(({ value }) => value), ["a", "b", "c", undefined]);
  });

  it("fails once, then is over", async () => {
    const boom = new Error("boom");
    const iterator = lines(errReader(boom));
    assertStrictEquals(await iterator.next().catch((reason) => reason), boom);
    assertEquals((await iterator.next()).done, true);
  });

  it("gives batches from where its lines were left", async () => {
    const iterator = lines(new Blob(["a\nb\nc\nd"]));
    assertEquals((await iterator.next()).value, "a");
    const found: string[] = [];
    for await (const batch of iterator.batches()) found.push(...batch);
    assertEquals(found, ["b", "c", "d"]);
    assertEquals((await iterator.next()).done, true);
  });

  it("left in the middle of its batches it gives back what came after them", async () => {
    const { stream, push, end } = scripted();
    push("a\nb\nunfinished");
    for await (const batch of lines(stream).batches()) {
      assertEquals(batch, ["a", "b"]);
      break;
    }
    assertEquals(stream.locked, false);
    end();
    assertEquals(decode(await readAll(stream)), "unfinished");
  });

  it("is a TypeError on a stream that somebody else holds", async () => {
    const stream = streamOf(encode("a"));
    stream.getReader();
    await assertRejects(() => lines(stream).next(), TypeError, "locked by somebody else");
  });
});
