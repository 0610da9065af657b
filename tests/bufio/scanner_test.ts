import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { NoProgressError, readAll, replayable, type Source, TokenTooLongError } from "../../mod.ts";
import {
  BufReader,
  scanBytes,
  scanLines,
  Scanner,
  type ScannerOptions,
  scanRunes,
  scanWords,
  type SplitFunction,
} from "../../src/bufio/mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { errReader, oneByteReader } from "../../src/iotest/mod.ts";
import { cutEvery } from "../support/bytes.ts";
import { readerOf } from "../support/steps.ts";
import { scripted, streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";

/** All tokens by the iterator, as text, and with what it ended if it failed. */
async function tokens(src: Source, options: ScannerOptions = {}): Promise<unknown[]> {
  const all: unknown[] = [];
  try {
    for await (const token of new Scanner(src, options)) all.push(decode(token));
  } catch (reason) {
    all.push(reason);
  }
  return all;
}

/** The same by scan() and text(). */
async function scanned(src: Source, options: ScannerOptions = {}): Promise<unknown[]> {
  const all: unknown[] = [];
  const scanner = new Scanner(src, options);
  try {
    while (await scanner.scan()) all.push(scanner.text());
  } catch (reason) {
    all.push(reason);
  }
  assertEquals(scanner.bytes().byteLength, 0, "a token is left at the end");
  return all;
}

const token = (...codes: number[]) => Uint8Array.from(codes);

describe("the split functions", () => {
  for (
    const { split, name, input, gives } of [
      { split: scanLines, name: "scanLines", input: "", gives: [] },
      { split: scanLines, name: "scanLines", input: "\n", gives: [""] },
      { split: scanLines, name: "scanLines", input: "a\nb", gives: ["a", "b"] },
      { split: scanLines, name: "scanLines", input: "a\r\n\r\nb\r", gives: ["a", "", "b"] },
      { split: scanLines, name: "scanLines", input: "a\r\rb\n", gives: ["a\r\rb"] },
      { split: scanLines, name: "scanLines", input: "a\n\n\n", gives: ["a", "", ""] },
      { split: scanWords, name: "scanWords", input: " \t\r\n", gives: [] },
      { split: scanWords, name: "scanWords", input: "a", gives: ["a"] },
      {
        split: scanWords,
        name: "scanWords",
        input: "  to be,\u00a0or\u2003not\u0085to\u3000be ",
        gives: ["to", "be,", "or", "not", "to", "be"],
      },
      { split: scanWords, name: "scanWords", input: "a\u200bb\ufeff", gives: ["a\u200bb\ufeff"] },
      { split: scanRunes, name: "scanRunes", input: "aü€😀\n", gives: ["a", "ü", "€", "😀", "\n"] },
      { split: scanBytes, name: "scanBytes", input: "ab\n", gives: ["a", "b", "\n"] },
    ]
  ) {
    it(`${name} splits ${JSON.stringify(input)} into ${JSON.stringify(gives)}`, async () => {
      const bytes = encode(input);
      const shown = gives.map((text) => text.replace(/^\ufeff/, ""));
      for (const step of [1, 2, 3, 100]) {
        for (const find of [tokens, scanned]) {
          const found = await find(streamOf(...cutEvery(bytes, step)), { split });
          assertEquals(found, find === tokens ? shown : gives, `by ${step}`);
        }
      }
      assertEquals(await tokens(oneByteReader(new BytesReader(bytes)), { split }), shown);
    });
  }

  it("scanRunes gives EF BF BD for each byte that is not valid", async () => {
    const bytes = token(0xff, 0x61, 0xc3, 0xe2, 0x82, 0xed, 0xa0, 0x80, 0xf0);
    const found: number[][] = [];
    for await (const rune of new Scanner(new Blob([bytes]), { split: scanRunes })) found.push([...rune]);
    const bad = [0xef, 0xbf, 0xbd];
    assertEquals(found, [bad, [0x61], bad, bad, bad, bad, bad, bad, bad]);
  });

  it("scanRunes keeps a U+FFFD that is really there", async () => {
    assertEquals(await tokens(new Blob(["\ufffd"]), { split: scanRunes }), ["\ufffd"]);
  });

  it("find the same in any text as String.split does", async () => {
    const texts = fc.array(fc.constantFrom("a", "bc", "\n", "\r\n", " ", "ü"), {
      maxLength: 200,
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 50 }), async (pieces, step) => {
        const text = pieces.join("");
        const stream = () => streamOf(...cutEvery(encode(text), step));
        const lines = text.split(/\r?\n/);
        if (lines.at(-1) === "") lines.pop();
        assertEquals(await tokens(stream()), lines);
        assertEquals(
          await tokens(stream(), { split: scanWords }),
          text.split(/\s+/).filter((word) => word !== ""),
        );
      }),
    );
  });
});

describe("Scanner", () => {
  it("refuses what is no source, no function and no size, at once", () => {
    // @ts-expect-error: that is what is tested
    assertThrows(() => new Scanner({}), TypeError);
    // @ts-expect-error: that is what is tested
    assertThrows(() => new Scanner(new Blob(), { split: "lines" }), TypeError, "it is no function");
    assertThrows(() => new Scanner(new Blob(), { maxTokenSize: -1 }), RangeError);
    assertThrows(() => new Scanner(new Blob(), { maxTokenSize: 1.5 }), RangeError);
  });

  it("has an empty token before the first scan and after the last, and stays at its end", async () => {
    const scanner = new Scanner(new Blob(["a\n"]));
    assertEquals(scanner.bytes(), token());
    assert(await scanner.scan());
    assertEquals(scanner.bytes(), token(0x61));
    for (let i = 0; i < 3; i++) assertEquals(await scanner.scan(), false);
    assertEquals(scanner.text(), "");
  });

  it("gives views by bytes() and copies by the iterator", async () => {
    const copies: Uint8Array[] = [];
    for await (const line of new Scanner(readerOf(encode("aa\nbb\n"), encode("cc\n")))) copies.push(line);
    assertEquals(copies.map((bytes) => decode(bytes)), ["aa", "bb", "cc"]);
    const chunk = encode("ab\n");
    const scanner = new Scanner(streamOf(chunk));
    await scanner.scan();
    assertStrictEquals(scanner.bytes().buffer, chunk.buffer);
  });

  it("keeps U+FEFF and replaces what is not UTF-8 in text()", async () => {
    assertEquals(await scanned(new Blob(["\ufeffa", token(0xff), "\n"])), ["\ufeffa\ufffd"]);
  });

  for (const maxTokenSize of [0, 1, 10, 100, 5000, undefined]) {
    const limit = maxTokenSize ?? 64 * 1024;
    it(`takes a line of ${limit} bytes, its end not counted, and none of one more`, async () => {
      const options = maxTokenSize === undefined ? {} : { maxTokenSize };
      const fits = "x".repeat(limit);
      for (const end of ["\n", "\r\n", ""]) {
        for (const find of [tokens, scanned]) {
          for (const wrap of [(text: string) => new Blob([text]), (text: string) => readerOf(encode(text))]) {
            if (fits + end !== "") assertEquals(await find(wrap(fits + end), options), [fits]);
            const [reason, ...others] = await find(wrap(fits + "x" + end), options);
            assert(reason instanceof TokenTooLongError);
            assertEquals(reason.limit, limit);
            assertEquals(others, []);
          }
        }
      }
    });
  }

  it("tells a line that is too long without waiting for its end", async () => {
    const { stream, push } = scripted();
    push("short\n" + "x".repeat(13));
    assertEquals((await tokens(stream, { maxTokenSize: 10 })).map(String), [
      "short",
      "TokenTooLongError: Cannot scan a token of more than 10 bytes",
    ]);
    assertEquals(stream.locked, false);
  });

  it("tells the same failure again and again", async () => {
    const scanner = new Scanner(new Blob(["xxxx\nb\n"]), { maxTokenSize: 3 });
    const first = await assertRejects(() => scanner.scan(), TokenTooLongError);
    assertStrictEquals(await scanner.scan().catch((reason) => reason), first);
    assertEquals(scanner.bytes().byteLength, 0);
  });

  it("delivers the unfinished token before the failure of its source", async () => {
    const boom = new Error("boom");
    for (const find of [tokens, scanned]) {
      assertEquals(await find(errReader(boom, encode("a\nb"))), ["a", "b", boom]);
      assertEquals(await find(errReader(boom, encode("a\n"))), ["a", boom]);
      assertEquals(await find(errReader(boom)), [boom]);
    }
  });

  it("gives up after 100 reads that gave nothing", async () => {
    const found = await tokens(readerOf(encode("a\nb"), ...Array<number>(100).fill(0), encode("c")));
    assertEquals(found.slice(0, -1), ["a", "b"]);
    assert(found.at(-1) instanceof NoProgressError);
  });

  for (const advance of [-1, 4, 0.5, NaN, Infinity, undefined]) {
    it(`rejects an advance of ${advance} in 3 bytes, where Go panics or fails`, async () => {
      const split = (() => ({ advance, token: token(1) })) as unknown as SplitFunction;
      const scanner = new Scanner(new Blob(["abc"]), { split });
      await assertRejects(() => scanner.scan(), RangeError, "Cannot advance by");
    });
  }

  for (const result of [null, undefined, 3]) {
    it(`rejects ${result} as the result of a split function`, async () => {
      const split = (() => result) as unknown as SplitFunction;
      await assertRejects(() => new Scanner(new Blob(["abc"]), { split }).scan(), TypeError);
    });
  }

  it("rejects a token that is no bytes", async () => {
    const split = (() => ({ advance: 1, token: "a" })) as unknown as SplitFunction;
    await assertRejects(
      () => new Scanner(new Blob(["abc"]), { split }).scan(),
      TypeError,
      "it is no Uint8Array",
    );
  });

  it("rejects with what the split function throws", async () => {
    const boom = new Error("boom");
    const split: SplitFunction = () => {
      throw boom;
    };
    assertEquals(await tokens(new Blob(["abc"]), { split }), [boom]);
  });

  it("never loops for ever over empty tokens: 100 in a row, then NoProgressError", async () => {
    for (const input of ["abc", ""]) {
      const split: SplitFunction = () => ({ advance: 0, token: token() });
      const found = await tokens(new Blob([input]), { split });
      assertEquals(found.length, 101);
      assert(found.at(-1) instanceof NoProgressError);
    }
  });

  it("takes empty tokens as long as it moves on", async () => {
    const split: SplitFunction = (data) =>
      data.byteLength > 0 ? { advance: 1, token: token() } : { advance: 0 };
    assertEquals((await tokens(new Blob(["x".repeat(500)]), { split })).length, 500);
  });

  it("ends after a final token, or at once without one", async () => {
    const until = (stop: string, keep: boolean): SplitFunction => (data, atEOF) => {
      const split = scanWords(data, atEOF);
      if (!split.token || decode(split.token) !== stop) return split;
      return keep ? { ...split, final: true } : { advance: split.advance, final: true };
    };
    assertEquals(await tokens(new Blob(["a b STOP c"]), { split: until("STOP", true) }), ["a", "b", "STOP"]);
    assertEquals(await tokens(new Blob(["a b STOP c"]), { split: until("STOP", false) }), ["a", "b"]);
    const empty: SplitFunction = () => ({ advance: 0, token: token(), final: true });
    assertEquals(await tokens(new Blob(["a"]), { split: empty }), [""]);
    assertEquals(await scanned(new Blob(["a"]), { split: empty }), [""]);
  });

  it("asks the split function once more at the end, with what is left, also if that is nothing", async () => {
    for (const input of ["a,b", "a,b,", ""]) {
      const calls: string[] = [];
      const split: SplitFunction = (data, atEOF) => {
        calls.push(decode(data) + (atEOF ? "$" : ""));
        const end = data.indexOf(0x2c);
        if (end >= 0) return { advance: end + 1, token: data.subarray(0, end) };
        return atEOF ? { advance: data.byteLength, token: data, final: true } : { advance: 0 };
      };
      const found = await tokens(new Blob([input]), { split });
      assertEquals(found, input.split(","));
      assertEquals(calls.at(-1), `${found.at(-1)}$`);
    }
  });

  it("splits again before it reads more when the split function moved on without a token", async () => {
    const { stream, push } = scripted();
    const split: SplitFunction = (data, atEOF) => {
      if (data[0] === 0x23) return { advance: data.indexOf(0x0a) + 1 }; // skips a comment
      return scanLines(data, atEOF);
    };
    push("# comment\nline\n");
    const scanner = new Scanner(stream, { split });
    assert(await scanner.scan());
    assertEquals(scanner.text(), "line");
  });

  it("gives the rest back to a stream when its loop is left early, and cancels nothing", async () => {
    const { stream, push, end, cancelled } = scripted();
    push("a\nb\nc");
    for await (const line of new Scanner(stream)) {
      assertEquals(decode(line), "a");
      break;
    }
    assertEquals(stream.locked, false);
    assertEquals(cancelled, []);
    push("d");
    end();
    assertEquals(decode(await readAll(stream)), "b\ncd");
  });

  it("gives the rest back to a BufReader after a final token", async () => {
    const reader = new BufReader(readerOf(encode("head.body")), 16);
    const split: SplitFunction = (data) => {
      const end = data.indexOf(0x2e);
      return end < 0 ? { advance: 0 } : { advance: end + 1, token: data.subarray(0, end), final: true };
    };
    assertEquals(await tokens(reader, { split }), ["head"]);
    assertEquals(await reader.readString(0), "body");
  });

  it("gives back what came in several chunks only to who can put it in front", async () => {
    const source = replayable(streamOf(encode("abc"), encode("defgh"), encode("ijk\nl")));
    const pass = source.reader();
    const [reason] = await tokens(pass, { maxTokenSize: 5 });
    assert(reason instanceof TokenTooLongError);
    assert("ijk\nl".endsWith(decode(await readAll(pass))), "the replay is still in order");
    const stream = streamOf(encode("abc"), encode("defgh"), encode("ijk\nl"));
    await tokens(stream, { maxTokenSize: 5 });
    assertEquals(decode(await readAll(stream)), "abcdefghijk\nl");
  });

  it("goes on after its loop was left early, whatever the source", async () => {
    for (const source of [new Blob(["a\nb\nc"]), readerOf(encode("a\nb\nc"))]) {
      const scanner = new Scanner(source);
      for await (const _ of scanner) break;
      assert(await scanner.scan());
      assertEquals(scanner.text(), "b");
      assert(await scanner.scan());
      assertEquals(scanner.text(), "c");
    }
  });
});
