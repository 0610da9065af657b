import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Destination, limitReader, type Reader, toReadableStream, writeAll } from "../../mod.ts";
import { BufReader, BufReadWriter, BufWriter, lines, Scanner } from "../../src/bufio/mod.ts";
import { ByteBuffer } from "../../src/bytes/mod.ts";
import { shortWriter, testReader, timeoutReader } from "../../src/iotest/mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { sink } from "../support/sinks.ts";
import { decode, encode } from "../support/utf8.ts";
import { READERS, SIZES, SOURCES } from "./sources.ts";

const CONTENT = pattern(1500);

describe("bufio by the conformance grader", () => {
  for (const { name, make } of SOURCES) {
    it(`BufReader is a Reader over ${name}, whatever its size`, async () => {
      for (const size of SIZES) await testReader(new BufReader(make(CONTENT, 100), size), CONTENT);
    });

    it(`so is what rest() gives of it after a look at ${name}`, async () => {
      for (const size of SIZES) {
        const reader = new BufReader(make(CONTENT, 100), size);
        await reader.peek(5);
        await testReader(reader.rest(), CONTENT);
      }
    });

    it(`a limit over it and it over a limit are Readers over ${name}`, async () => {
      const part = CONTENT.subarray(0, 700);
      for (const size of SIZES) {
        await testReader(limitReader(new BufReader(make(CONTENT, 100), size), 700), part);
        await testReader(new BufReader(limitReader(make(CONTENT, 100), 700), size), part);
      }
    });
  }

  it("a BufReader over a BufReader that is smaller is a Reader", async () => {
    for (const size of SIZES) {
      await testReader(new BufReader(new BufReader(new Blob([CONTENT]), 16), size), CONTENT);
    }
  });

  it("a BufReadWriter is a Reader", async () => {
    const writer = new BufWriter(new ByteBuffer());
    await testReader(new BufReadWriter(new BufReader(new Blob([CONTENT])), writer), CONTENT);
  });
});

describe("bufio through readers that misbehave", () => {
  const TEXT = encode("first\r\nzweite Zeile, ü und €\n\n" + "x".repeat(300) + "\nlast");
  const LINES = decode(TEXT).replaceAll("\r", "").split("\n");

  /** Every misbehaving reader around every other. */
  const nested: { name: string; wrap: (bytes: Uint8Array) => Reader }[] = READERS.flatMap((inner) =>
    SIZES.map((size) => ({
      name: `BufReader of ${size} over ${inner.name}`,
      wrap: (bytes: Uint8Array) => new BufReader(inner.make(bytes), size),
    }))
  );

  it("Scanner finds the same lines", async () => {
    for (const { wrap } of nested) {
      const found: string[] = [];
      for await (const line of new Scanner(wrap(TEXT))) found.push(decode(line));
      assertEquals(found, LINES);
    }
  });

  it("lines() finds the same lines", async () => {
    for (const { name, wrap } of nested) {
      const found: string[] = [];
      for await (const line of lines(wrap(TEXT))) found.push(line);
      assertEquals(found, LINES, name);
    }
  });

  it("a timeout is told once, and nothing is lost", async () => {
    for (const size of SIZES) {
      const reader = new BufReader(timeoutReader(new BufReader(new Blob([CONTENT]), 16)), size);
      const parts: Uint8Array[] = [];
      const told: string[] = [];
      for (let over = false; !over;) {
        const p = new Uint8Array(10);
        const n = await reader.read(p).catch((reason) => void told.push(reason.name));
        if (n === null) over = true;
        else if (n !== undefined) parts.push(p.subarray(0, n));
      }
      assertEquals(told, ["TimeoutError"]);
      assertBytes(concat(parts), CONTENT);
    }
  });
});

describe("BufWriter through writers that misbehave", () => {
  interface End {
    name: string;
    make(): { dst: Destination; received(): Uint8Array };
  }
  const plain = (wrap: (dst: ByteBuffer) => Destination) => () => {
    const dst = new ByteBuffer();
    return { dst: wrap(dst), received: () => dst.bytes() };
  };
  const ENDS: End[] = [
    { name: "a plain Writer", make: plain((dst) => ({ write: (p) => dst.write(p) })) },
    { name: "a writer that takes 1 byte", make: plain((dst) => shortWriter(dst, 1)) },
    { name: "a writer that takes 7 bytes", make: plain((dst) => shortWriter(dst, 7)) },
    { name: "a ByteBuffer", make: plain((dst) => dst) },
    { name: "a BufWriter's own kind", make: plain((dst) => ({ write: (p) => dst.write(p) })) },
    {
      name: "a web stream",
      make() {
        const { stream, chunks } = sink();
        return { dst: stream, received: () => concat(chunks) };
      },
    },
  ];
  for (const { name, make } of ENDS) {
    it(`delivers everything in order to ${name}, whatever its size`, async () => {
      for (const size of [1, 2, 3, 5, ...SIZES]) {
        const { dst, received } = make();
        const writer = new BufWriter(dst, size);
        const wanted: Uint8Array[] = [];
        for (const [i, part] of cutEvery(CONTENT, 97).entries()) {
          switch (i % 4) {
            case 0:
              assertEquals(await writer.write(part), part.byteLength);
              break;
            case 1:
              for (const byte of part) await writer.writeByte(byte);
              break;
            case 2:
              assertEquals(await writer.readFrom(toReader(part)), part.byteLength);
              break;
            case 3:
              assertEquals(await writeAll(writer, part), part.byteLength);
          }
          wanted.push(part);
          const text = "ü€😀\ud800x".repeat(i);
          assertEquals(await writer.writeString(text), encode(text).byteLength);
          wanted.push(encode(text));
          assertEquals(await writer.writeRune(0x1f600), 4);
          wanted.push(encode("😀"));
        }
        await writer.flush();
        assertEquals(writer.buffered, 0);
        assertBytes(received(), concat(wanted), `what ${name} got of a buffer of ${size}`);
      }
    });
  }

  /** A source of every kind in turn. */
  let turn = 0;
  function toReader(part: Uint8Array): Reader {
    const kind = READERS[turn++ % READERS.length];
    if (kind === undefined || turn % 3 === 0) {
      return new BufReader(toReadableStream(new BufReader(new Blob([part.slice()]))));
    }
    return kind.make(part);
  }
});
