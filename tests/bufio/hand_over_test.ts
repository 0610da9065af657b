import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  type CopyPath,
  copySettled,
  limitReader,
  multiReader,
  readAll,
  type Reader,
  readerFrom,
} from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { ByteBuffer, BytesReader } from "../../src/bytes/mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { readerOf } from "../support/steps.ts";
import { scripted, streamOf, STREAMS } from "../support/streams.ts";
import { encode } from "../support/utf8.ts";

const DATA = pattern(5000);

describe("BufReader.release()", () => {
  for (const { name, make } of STREAMS) {
    it(`gives ${name} back itself when nothing was read, and it is fit as a body`, async () => {
      const stream = make(...cutEvery(DATA, 1000));
      const reader = new BufReader(stream);
      assertEquals(reader.buffered, 0);
      assertStrictEquals(reader.release(), stream);
      assertBytes(new Uint8Array(await new Response(stream).arrayBuffer()), DATA);
    });

    it(`gives all of ${name} after a look at 16 bytes, fit as a body`, async () => {
      const reader = new BufReader(make(...cutEvery(DATA, 1000)));
      assertBytes(await reader.peek(16), DATA.subarray(0, 16));
      assertBytes(new Uint8Array(await new Response(reader.release()).arrayBuffer()), DATA);
    });

    it(`gives what was not read of ${name}, in the middle of a chunk`, async () => {
      const reader = new BufReader(make(...cutEvery(DATA, 1000)), 64);
      await reader.discard(990);
      await reader.fill(64);
      reader.consume(3);
      assertBytes(new Uint8Array(await new Response(reader.release()).arrayBuffer()), DATA.subarray(993));
    });

    it(`cancels ${name} when its stream is cancelled`, async () => {
      const stream = make(...cutEvery(DATA, 1000));
      const reader = new BufReader(stream);
      await reader.peek(1);
      await reader.release().cancel(new Error("enough"));
      assertUnlocked(stream);
      assertEquals((await readAll(stream)).byteLength, 0);
    });
  }

  it("hands the reason of a cancellation to the source", async () => {
    const { stream, cancelled, push } = scripted();
    const reader = new BufReader(stream);
    push("abc");
    await reader.peek(1);
    const reason = new Error("enough");
    await reader.release().cancel(reason);
    assertEquals(cancelled, [reason]);
  });

  it("closes a source that can only be closed when its stream is cancelled", async () => {
    let closed = 0;
    const source = { ...readerOf(encode("abc")), close: () => void closed++ };
    const reader = new BufReader(source);
    await reader.peek(1);
    await reader.release().cancel();
    assertEquals(closed, 1);
  });

  it("fails like the source, after the bytes before", async () => {
    const boom = new Error("boom");
    const reader = new BufReader(readerOf(encode("abc"), () => {
      throw boom;
    }));
    await reader.peek(1);
    const stream = reader.release().getReader();
    assertEquals((await stream.read()).value, encode("abc"));
    assertStrictEquals(await stream.read().catch((reason) => reason), boom);
  });

  it("works when a look was given up that still waits", async () => {
    const { stream, push, end } = scripted();
    const reader = new BufReader(stream);
    const waiting = reader.peek(16);
    const text = new Response(reader.release()).text();
    push("abc");
    push("def");
    end();
    assertEquals(await text, "abcdef");
    await waiting.catch(() => {});
  });

  it("leaves a reader that refuses to read, until it is reset", async () => {
    const reader = new BufReader(new Blob(["abc"]));
    reader.release();
    await assertRejects(() => reader.read(new Uint8Array(1)), TypeError, "was released");
    await assertRejects(() => reader.fill(), TypeError);
    await assertRejects(() => reader.readString(0), TypeError);
    await assertRejects(() => copy(new ByteBuffer(), reader), TypeError);
    assertThrows(() => reader.release(), TypeError);
    assertThrows(() => reader.rest(), TypeError);
    reader.reset(new Blob(["def"]));
    assertEquals(await reader.readString(0), "def");
  });

  it("is a TypeError when somebody else has locked the stream", () => {
    const stream = streamOf(encode("abc"));
    const reader = new BufReader(stream);
    const lock = stream.getReader();
    assertThrows(() => reader.release(), TypeError, "locked by somebody else");
    lock.releaseLock();
    assertStrictEquals(reader.release(), stream);
  });
});

describe("BufReader.rest()", () => {
  it("is the source itself when nothing was read", () => {
    const source = readerOf(encode("abc"));
    assertStrictEquals(new BufReader(source).rest(), source);
  });

  it("gives the buffer first, then the source", async () => {
    const reader = new BufReader(readerOf(encode("abc"), encode("def")));
    await reader.readByte();
    const rest = reader.rest();
    assertEquals(reader.buffered, 0);
    assertEquals(await readAll(rest), encode("bcdef"));
  });

  it("keeps the source's own chunks, and the path of a copy", async () => {
    const chunks = cutEvery(DATA, 1000);
    const reader = new BufReader(streamOf(...chunks));
    await reader.peek(16);
    const { stream, chunks: got } = sink();
    await copy(stream, reader.rest(), { onPath: (path) => assertEquals(path, "chunks") });
    for (const [i, chunk] of got.entries()) if (i > 0) assertStrictEquals(chunk, chunks[i]);
    assertBytes(concat(got), DATA);
  });

  it("can be used in a multiReader, a limit and another BufReader", async () => {
    const reader = new BufReader(new Blob(["abcdef"]));
    await reader.readByte();
    const all = multiReader(new BytesReader(encode("<")), limitReader(new BufReader(reader.rest()), 4));
    assertEquals(await readAll(all), encode("<bcde"));
  });
});

describe("copy() from a BufReader", () => {
  for (const { name, make } of STREAMS) {
    it(`goes on by the path of ${name} after a look, with the leftover first`, async () => {
      const expected: CopyPath = givesByob(make(encode("x"))) ? "byob" : "chunks";
      const stream = make(...cutEvery(DATA, 1000));
      const reader = new BufReader(stream);
      await reader.peek(16);
      await reader.discard(7);
      const target = new ByteBuffer();
      const paths: CopyPath[] = [];
      assertEquals(await copy(target, reader, { onPath: (path) => paths.push(path) }), DATA.byteLength - 7);
      assertEquals(paths, [expected]);
      assertBytes(target.bytes(), DATA.subarray(7));
      assertUnlocked(stream);
    });

    it(`can be made by pipeTo after a look at ${name}`, async () => {
      const stream = make(...cutEvery(DATA, 1000));
      const reader = new BufReader(stream);
      await reader.peek(16);
      await reader.discard(7);
      const { stream: dst, chunks } = sink();
      assertEquals(await copy(dst, reader, { via: "pipeTo" }), DATA.byteLength - 7);
      assertBytes(concat(chunks), DATA.subarray(7));
      assertUnlocked(stream, dst);
    });
  }

  for (const via of ["chunks", "buffer"] as const) {
    it(`via ${via} loses nothing when the destination fails, and the reader goes on`, async () => {
      let left = 3;
      const taken = new ByteBuffer();
      const picky = {
        async write(p: Uint8Array): Promise<number> {
          if (left-- === 0) throw new Error("full");
          return await taken.write(p.subarray(0, 500));
        },
      };
      const reader = new BufReader(streamOf(...cutEvery(DATA, 1000)), 64);
      await reader.peek(10);
      const outcome = await copySettled(picky, reader, { via });
      assert(!outcome.ok);
      assertEquals(outcome.written, taken.length);
      assertBytes(concat([taken.bytes(), await readAll(reader)]), DATA);
    });
  }

  it("gives back what was not written when it is aborted", async () => {
    const controller = new AbortController();
    const taken = new ByteBuffer();
    const reader = new BufReader(streamOf(...cutEvery(DATA, 1000)));
    await reader.peek(16);
    const outcome = await copySettled(taken, reader, {
      signal: controller.signal,
      onProgress: (n) => n >= 2000 && controller.abort(),
    });
    assert(!outcome.ok);
    assertBytes(concat([taken.bytes(), await readAll(reader)]), DATA);
  });

  it("writes nothing for an empty buffer", async () => {
    const sizes: number[] = [];
    const writer = { write: (p: Uint8Array) => Promise.resolve(sizes.push(p.byteLength) && p.byteLength) };
    await copy(writer, new BufReader(new Blob([DATA.slice(0, 10)])));
    assertEquals(sizes.includes(0), false);
  });
});

describe("BufReader when a protocol switches in the middle of a segment", () => {
  it("has the surplus of a proxy's answer (row 32)", async () => {
    const wire = encode("HTTP/1.1 200 OK\r\n\r\nHELLO");
    for (const source of [streamOf(wire), readerOf(wire)]) {
      const reader = new BufReader(source);
      while ((await reader.readString(0x0a)) !== "\r\n");
      assertEquals(await readAll(reader.rest()), encode("HELLO"));
    }
  });

  it("looks at the first byte of a ClientHello, in one segment or byte by byte (row 23)", async () => {
    const hello = concat([Uint8Array.of(22, 3, 1, 0, 200), pattern(200)]);
    for (const step of [hello.byteLength, 1]) {
      const reader = new BufReader(streamOf(...cutEvery(hello, step)));
      assertEquals((await reader.peek(1))[0], 22);
      assertEquals(reader.buffered, step === 1 ? 1 : hello.byteLength);
      assertEquals(await reader.read(new Uint8Array(0)), 0);
      const rest: Reader = reader.rest();
      assertBytes(await readAll(rest), hello);
    }
  });

  it("splits two pipelined requests at the exact byte (rows 21 and 43)", async () => {
    const body = ["first body", "second"];
    const wire = encode(
      body.map((text) => `POST / HTTP/1.1\r\nContent-Length: ${text.length}\r\n\r\n${text}`).join(""),
    );
    for (const step of [1, 7, 50, 1000]) {
      const reader = new BufReader(streamOf(...cutEvery(wire, step)), 32);
      for (const text of body) {
        let length = 0;
        for (
          let line = await reader.readString(0x0a);
          line !== "\r\n";
          line = await reader.readString(0x0a)
        ) {
          if (line === null) throw new Error("The head is cut off");
          const [name, value] = line.split(": ");
          if (name === "Content-Length") length = Number(value);
        }
        assertEquals(await readAll(limitReader(reader, length)), encode(text));
      }
      assertEquals(await reader.readByte(), null);
    }
  });

  it("a StreamReader that was read before goes on where it stands", async () => {
    const below = readerFrom(streamOf(encode("abcdef")));
    const p = new Uint8Array(2);
    await below.read(p);
    const reader = new BufReader(below);
    assertEquals(await reader.readByte(), 0x63);
    assertEquals(await new Response(reader.release()).text(), "def");
  });
});
