import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { onlyReader, type Source } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";

const MIB = 1024 * 1024;
const TOTAL = 64 * MIB;
const COMMA = 0x2c;
const LF = 0x0a;

/** Hands out the same block again and again, cut at sizes that never fit, up to `total` bytes. */
function endless(block: Uint8Array, total: number): ReadableStream<Uint8Array> {
  let at = 0;
  let turn = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const begin = at % block.byteLength;
      const size = Math.min(total - at, block.byteLength - begin, 60_000 + (turn++ * 7919) % 10_000);
      if (size === 0) return controller.close();
      controller.enqueue(block.slice(begin, begin + size));
      at += size;
    },
  }, { highWaterMark: 0 });
}

/** The same as a plain Reader. */
function endlessReader(block: Uint8Array, total: number) {
  let at = 0;
  const inner = new BytesReader(block);
  return onlyReader({
    async read(p) {
      if (at === total) return null;
      if (inner.length === 0) inner.reset(block);
      const n = inner.readSync(p.subarray(0, total - at)) ?? 0;
      at += n;
      return await n;
    },
  });
}

/** A block of whole records and what is in it; `TOTAL` is a whole number of blocks. */
interface Block {
  bytes: Uint8Array;
  records: number;
  sum: number;
}

/** Numbers in rows of three, as CSV. */
function csvBlock(): Block {
  const bytes = new Uint8Array(MIB);
  let at = 0;
  let records = 0;
  let sum = 0;
  const encoder = new TextEncoder();
  while (at < MIB) {
    const [a, b] = [records % 977, (records * 31) % 100_003];
    let row = `${a},field ${records},${b}\n`;
    if (MIB - at - row.length < 40) row = `${a},${"x".repeat(MIB - at - `${a},,${b}\n`.length)},${b}\n`;
    at += encoder.encodeInto(row, bytes.subarray(at)).written;
    records++;
    sum += a + b;
  }
  return { bytes, records, sum };
}

/** Frames of 0 to 2 KiB, each with its length in 4 bytes before it. */
function frameBlock(): Block {
  const bytes = new Uint8Array(MIB);
  const view = new DataView(bytes.buffer);
  let records = 0;
  let sum = 0;
  for (let at = 0; at < MIB;) {
    let size = (records * 7919) % 2048;
    if (MIB - at - 4 - size < 2100) size = MIB - at - 4;
    view.setUint32(at, size);
    bytes.fill(records, at + 4, at + 4 + size);
    sum += size + (size > 0 ? 2 * (records & 0xff) : 0);
    at += 4 + size;
    records++;
  }
  return { bytes, records, sum };
}

async function parseCsv(src: Source, size: number): Promise<{ records: number; sum: number }> {
  const reader = new BufReader(src, size);
  let records = 0;
  let sum = 0;
  for (let need = 1; await reader.fill(need) >= need;) {
    const { window } = reader;
    let done = 0;
    for (let end = window.indexOf(LF); end >= 0; end = window.indexOf(LF, done)) {
      let value = 0;
      let at = done;
      for (let byte = window[at]; byte !== COMMA && byte !== undefined; byte = window[++at]) {
        value = value * 10 + byte - 48;
      }
      sum += value;
      value = 0;
      for (at = window.lastIndexOf(COMMA, end) + 1; at < end; at++) {
        value = value * 10 + (window[at] ?? 0) - 48;
      }
      sum += value;
      records++;
      done = end + 1;
    }
    reader.consume(done);
    // The rest of a row, so that at least one byte more is wanted.
    need = reader.buffered + 1;
  }
  assertEquals(reader.buffered, 0, "the last row is cut off");
  return { records, sum };
}

async function parseFrames(src: Source, size: number): Promise<{ records: number; sum: number }> {
  const reader = new BufReader(src, size);
  let records = 0;
  let sum = 0;
  for (let need = 4; await reader.fill(need) >= need;) {
    const { window } = reader;
    const view = new DataView(window.buffer, window.byteOffset, window.byteLength);
    let at = 0;
    for (need = 4; window.byteLength - at >= need; need = 4) {
      need += view.getUint32(at);
      if (window.byteLength - at < need) break;
      if (need > 4) sum += (window[at + 4] ?? 0) + (window[at + need - 1] ?? 0);
      sum += need - 4;
      records++;
      at += need;
    }
    reader.consume(at);
  }
  assertEquals(reader.buffered, 0, "the last frame is cut off");
  return { records, sum };
}

describe("BufReader, 64 MiB parsed with fill, window and consume,", () => {
  const times = TOTAL / MIB;
  for (
    const { name, make, parse } of [
      { name: "CSV", make: csvBlock, parse: parseCsv },
      { name: "length-prefixed frames", make: frameBlock, parse: parseFrames },
    ]
  ) {
    const block = make();
    const expected = { records: block.records * times, sum: block.sum * times };
    for (const size of [4096, 64 * 1024]) {
      it(`finds every record of ${name} in a stream with a buffer of ${size}`, async () => {
        // A frame may be 4 KiB and more.
        assertEquals(await parse(endless(block.bytes, TOTAL), Math.max(size, 5000)), expected);
      });
    }
    it(`finds every record of ${name} in a plain Reader`, async () => {
      assertEquals(await parse(endlessReader(block.bytes, TOTAL), 64 * 1024), expected);
    });
  }
});
