import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, type CopyPath, copySettled, type Reader, type Writer } from "../../mod.ts";
import { BufReader, BufReadWriter, BufWriter } from "../../src/bufio/mod.ts";
import { decode, encode } from "../support/utf8.ts";

/** A source from elsewhere: `read` gives two bytes, `writeTo` the rest. */
function source(rest: string) {
  const calls: string[] = [];
  return {
    calls,
    read(p: Uint8Array): Promise<number> {
      calls.push("read");
      p.set(encode("ab"));
      return Promise.resolve(2);
    },
    writeTo(dst: Writer): Promise<number> {
      calls.push("writeTo");
      return dst.write(encode(rest));
    },
  };
}

/** A Reader of the parts given, one for every read. */
function readerOf(...parts: string[]): Reader {
  const left = parts.map(encode);
  return {
    read(p: Uint8Array): Promise<number | null> {
      const part = left.shift();
      if (part === undefined) return Promise.resolve(null);
      p.set(part);
      return Promise.resolve(part.byteLength);
    },
  };
}

/** A plain Writer that keeps what it is given. */
function writer() {
  const chunks: Uint8Array[] = [];
  return {
    write(p: Uint8Array): Promise<number> {
      chunks.push(new Uint8Array(p));
      return Promise.resolve(p.byteLength);
    },
    get text(): string {
      return decode(...chunks);
    },
  };
}

describe("copy() after sniffing a source from elsewhere that writes itself", () => {
  for (
    const [name, sniffed] of [
      ["the BufReader", (r: BufReader) => r],
      ["its rest()", (r: BufReader) => r.rest()],
      ["a BufReadWriter of it", (r: BufReader) => new BufReadWriter(r, new BufWriter(writer()))],
    ] as const
  ) {
    it(`writes what was looked at and leaves the rest to the source, from ${name}`, async () => {
      const src = source("cdef");
      const reader = new BufReader(src);
      await reader.peek(1);
      const dst = writer();
      assertEquals(await copySettled(dst, sniffed(reader)), { ok: true, written: 6, path: "writeTo" });
      assertEquals(dst.text, "abcdef");
      assertEquals(src.calls, ["read", "writeTo"]);
    });
  }

  it("reads and writes itself where a length is promised or a path demanded", async () => {
    for (const options of [{ length: 5 }, { via: "buffer" }] as const) {
      const src = { ...readerOf("ab", "cde"), writeTo: () => Promise.reject(new Error("not asked")) };
      const reader = new BufReader(src);
      await reader.peek(1);
      const dst = writer();
      assertEquals(await copy(dst, reader, options), 5);
      assertEquals(dst.text, "abcde");
    }
  });
});

describe("BufReader.writeTo()", () => {
  it("writes the buffer and has a source from elsewhere write the rest", async () => {
    const src = source("cdef");
    const reader = new BufReader(src);
    await reader.peek(1);
    const dst = writer();
    const paths: CopyPath[] = [];
    const totals: number[] = [];
    const written = await reader.writeTo(dst, {
      onPath: (path) => paths.push(path),
      onProgress: (total) => totals.push(total),
    });
    assertEquals(written, 6);
    assertEquals(dst.text, "abcdef");
    assertEquals(src.calls, ["read", "writeTo"]);
    assertEquals(paths, ["writeTo"]);
    assertEquals(totals, [2, 6]);
  });

  it("writes nothing before the source does when the buffer is empty", async () => {
    const src = source("cdef");
    const dst = writer();
    assertEquals(await new BufReader(src).writeTo(dst), 4);
    assertEquals(src.calls, ["writeTo"]);
    assertEquals(dst.text, "cdef");
  });

  it("keeps the buffer and asks no source when it was aborted before", async () => {
    const src = source("cdef");
    const reader = new BufReader(src);
    await reader.peek(1);
    const signal = AbortSignal.abort("stop");
    const paths: CopyPath[] = [];
    const onPath = (path: CopyPath) => paths.push(path);
    const reason = await reader.writeTo(writer(), { signal, onPath }).catch((reason) => reason);
    assertEquals([reason, paths, src.calls, reader.buffered], ["stop", [], ["read"], 2]);
  });

  it("keeps what was not written when the destination fails", async () => {
    const src = source("cdef");
    const reader = new BufReader(src);
    await reader.peek(1);
    const dst = { write: () => Promise.reject(new Error("full")) };
    await assertRejects(() => reader.writeTo(dst), Error, "full");
    assertEquals(decode(reader.window), "ab");
    assertEquals(src.calls, ["read"]);
  });

  it("has a destination from elsewhere read everything, the buffer first", async () => {
    const reader = new BufReader(new Blob(["abcdef"]), 16);
    await reader.peek(1);
    let text = "";
    const dst = {
      write: () => Promise.reject(new Error("not asked")),
      async readFrom(src: Reader): Promise<number> {
        const p = new Uint8Array(4);
        for (let n = await src.read(p); n !== null; n = await src.read(p)) text += decode(p.subarray(0, n));
        return text.length;
      },
    };
    assertEquals(await reader.writeTo(dst), 6);
    assertEquals(text, "abcdef");
  });
});
