import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  InvalidWriteError,
  ShortWriteError,
  type StringWriter,
  type Writer,
  writeString,
} from "../../mod.ts";
import { errWriter, shortWriter } from "../../src/iotest/mod.ts";
import { concat } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { decode, encode } from "../support/utf8.ts";
import { type RecordingWriter, recordingWriter } from "../support/writers.ts";

const wrong = (value: unknown) => value as never;

/** A Writer with a writeString, which notes what it is given and answers as it is told. */
function stringWriter(answer: (s: string) => number): RecordingWriter & StringWriter & { strings: string[] } {
  const strings: string[] = [];
  const writer = recordingWriter();
  return Object.assign(writer, {
    strings,
    writeString(s: string) {
      strings.push(s);
      return Promise.resolve(answer(s));
    },
  });
}

describe("writeString()", () => {
  for (
    const { name, text, bytes } of [
      { name: "ASCII", text: "hello", bytes: 5 },
      { name: "two-byte letters", text: "grüezi", bytes: 7 },
      { name: "three-byte signs", text: "5 €", bytes: 5 },
      { name: "four-byte signs", text: "a🙂b", bytes: 6 },
      { name: "a byte order mark", text: "\ufeffx", bytes: 4 },
      { name: "a lone high surrogate as U+FFFD", text: "a\ud800", bytes: 4 },
      { name: "a lone low surrogate as U+FFFD", text: "\udc00b", bytes: 4 },
      { name: "an empty string", text: "", bytes: 0 },
    ]
  ) {
    it(`writes ${name} and counts its bytes`, async () => {
      const writer = recordingWriter();
      assertEquals(await writeString(writer, text), bytes);
      assertEquals(writer.bytes(), encode(text));
      const own = stringWriter(() => bytes);
      assertEquals(await writeString(own, text), bytes, "by the writer's own writeString");
    });
  }

  it("gives a plain Writer the whole text in one write", async () => {
    const writer = recordingWriter();
    await writeString(writer, "x".repeat(100_000));
    assertEquals(writer.sizes, [100_000]);
  });

  it("uses the writer's own writeString and does not write besides", async () => {
    const writer = stringWriter((s) => s.length);
    assertEquals(await writeString(writer, "hello"), 5);
    assertEquals(writer.strings, ["hello"]);
    assertEquals(writer.sizes, []);
  });

  it("writes the rest again after a short write", async () => {
    const writer = recordingWriter();
    assertEquals(await writeString(shortWriter(writer, 2), "a€b"), 5);
    assertEquals(decode(writer.bytes()), "a€b");
    assertEquals(writer.sizes, [2, 2, 1]);
  });

  it("writes the rest after a short writeString, even from the middle of a letter", async () => {
    const writer = stringWriter(() => 2);
    assertEquals(await writeString(writer, "a€b"), 5);
    assertEquals(concat(writer.chunks), encode("a€b").subarray(2));
  });

  for (
    const { name, writer, actual } of [
      { name: "a writer that accepts nothing", writer: () => recordingWriter(() => 0), actual: 0 },
      { name: "a writeString that accepts nothing", writer: () => stringWriter(() => 0), actual: 0 },
      {
        name: "a writer that accepts 2 bytes and then nothing",
        writer: () => {
          let left = 2;
          return recordingWriter((p) => {
            const n = Math.min(left, p.byteLength);
            left -= n;
            return n;
          });
        },
        actual: 2,
      },
      {
        name: "a writeString that accepts 2 bytes before a write that accepts nothing",
        writer: (): Writer & StringWriter => ({
          write: () => Promise.resolve(0),
          writeString: () => Promise.resolve(2),
        }),
        actual: 2,
      },
    ]
  ) {
    it(`calls ${name} a ShortWriteError`, async () => {
      const error = await assertRejects(() => writeString(writer(), "hello"), ShortWriteError);
      assertEquals({ expected: error.expected, actual: error.actual }, { expected: 5, actual });
    });
  }

  for (const result of [-1, 8, 0.5, NaN, wrong(undefined)]) {
    it(`calls a writeString of ${result} of 7 bytes an InvalidWriteError`, async () => {
      const error = await assertRejects(
        () => writeString(stringWriter(() => result), "grüezi"),
        InvalidWriteError,
      );
      assertEquals(error.result, result);
    });
  }

  it("rejects with the reason of the writer", async () => {
    const reason = new Error("disk full");
    assert(await assertRejects(() => writeString(errWriter(reason, 2), "abc")) === reason);
  });

  it("writes into a raw web stream, and neither closes nor locks it", async () => {
    const { stream, events } = sink();
    assertEquals(await writeString(stream, "grüezi"), 7);
    assertUnlocked(stream);
    assertEquals(await writeString(stream, "!"), 1);
    assertEquals(events, ['"grüezi"', '"!"']);
  });

  it("unlocks a raw web stream that failed, and rejects with its reason", async () => {
    const reason = new Error("disk full");
    const { stream } = sink(() => Promise.reject(reason));
    assert(await assertRejects(() => writeString(stream, "abc")) === reason);
    assertUnlocked(stream);
  });

  for (
    const { name, dst, text } of [
      { name: "no destination", dst: undefined, text: "a" },
      { name: "a destination without write()", dst: {}, text: "a" },
      { name: "bytes for a text", dst: recordingWriter(), text: new Uint8Array(1) },
      { name: "no text", dst: recordingWriter(), text: undefined },
    ]
  ) {
    it(`rejects with a TypeError for ${name}`, async () => {
      const promise = writeString(wrong(dst), wrong(text));
      await assertRejects(() => promise, TypeError);
    });
  }

  it("writes any string as TextEncoder does, whatever is accepted at a time", async () => {
    await fc.assert(fc.asyncProperty(
      fc.string({ unit: "binary" }),
      fc.integer({ min: 1, max: 9 }),
      async (text, most) => {
        const writer = recordingWriter((p) => Math.min(most, p.byteLength));
        assertEquals(await writeString(writer, text), encode(text).byteLength);
        assertEquals(writer.bytes(), encode(text));
      },
    ));
  });
});
