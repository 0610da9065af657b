import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { BufReader, lines, Scanner } from "../../../src/bufio/mod.ts";
import type { Contender, Contest } from "../measure.ts";
import type { Received } from "../traffic.ts";

const KIB = 1024;
const MIB = KIB * KIB;

/** The sizes of the chunks that the streams make. */
const CHUNKS = [4 * KIB, 64 * KIB];

const LF = 0x0a;

/** A block of whole records that a stream repeats, and what has to be found in it. */
interface Block {
  bytes: Uint8Array<ArrayBuffer>;
  /** Records, and a sum over something of each. */
  found: Received;
}

/** Counts records, and sums up something of each, so that none can be passed over. */
class Tally implements Received {
  count = 0;
  hash = 0;

  add(value: number): void {
    this.count++;
    this.hash += value;
  }
}

/**
 * Lines and length-prefixed frames out of web streams, as parsers of protocols take them: what `bufio` gives against what
 * people write instead.
 *
 * @param share How much of the usual bytes a run moves
 */
export function parsingCases(share: number): Contest[] {
  const times = Math.max(1, 8 * share);
  return CHUNKS.flatMap((chunk) => [linesContest(chunk, times), framesContest(chunk, times)]);
}

type Parse = (stream: ReadableStream<Uint8Array>, tally: Tally) => Promise<void>;

function contestOf(
  name: string,
  block: Block,
  chunk: number,
  times: number,
  ours: Record<string, Parse>,
  peers: Record<string, Parse>,
): Contest {
  const contender = ([name, parse]: [string, Parse]): Contender => ({
    name,
    prepare() {
      const tally = new Tally();
      const stream = repeat(block.bytes, chunk, times);
      return { go: () => parse(stream, tally), received: () => tally };
    },
  });
  return {
    name,
    chunk,
    bytes: block.bytes.byteLength * times,
    wanted: { count: block.found.count * times, hash: block.found.hash * times },
    ours: Object.entries(ours).map(contender),
    peers: Object.entries(peers).map(contender),
  };
}

/** A stream of the same block again and again. Its chunks are views: they cost nothing to anybody. */
function repeat(block: Uint8Array<ArrayBuffer>, chunk: number, times: number): ReadableStream<Uint8Array> {
  let at = 0;
  let left = times;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) return controller.close();
      controller.enqueue(block.subarray(at, at + chunk));
      at += chunk;
      if (at < block.byteLength) return;
      at = 0;
      left--;
    },
  }, { highWaterMark: 0 });
}

/** Lines like those of a log, 30 to 110 characters long. */
function linesBlock(): Block {
  const bytes = new Uint8Array(MIB);
  const found = new Tally();
  for (let at = 0; at < MIB;) {
    const size = Math.min(MIB - at - 1, 30 + (found.count * 37) % 80);
    bytes.fill(0x61 + found.count % 26, at, at + size);
    bytes[at + size] = LF;
    found.add(size);
    at += size + 1;
  }
  return { bytes, found };
}

/** Frames of 16 to 1,039 bytes, each with its length in 4 bytes before it. */
function framesBlock(): Block {
  const bytes = new Uint8Array(MIB);
  const view = new DataView(bytes.buffer);
  const found = new Tally();
  for (let at = 0; at < MIB;) {
    const left = MIB - at - 4;
    const wanted = 16 + (found.count * 37) % 1024;
    const size = left - wanted < 64 ? left : wanted;
    view.setUint32(at, size);
    bytes[at + 4] = bytes[at + 3 + size] = found.count & 0xff;
    found.add(size + 2 * (found.count & 0xff));
    at += 4 + size;
  }
  return { bytes, found };
}

/** Takes lines as views, the way `fill`, `window` and `consume` are meant: no promise and no copy for one of them. */
async function linesByWindow(stream: ReadableStream<Uint8Array>, tally: Tally): Promise<void> {
  const reader = new BufReader(stream, 64 * KIB);
  for (let held = 0; await reader.fill(held + 1) > held; held = reader.buffered) {
    const { window } = reader;
    let at = 0;
    for (let stop = window.indexOf(LF); stop >= 0; stop = window.indexOf(LF, at)) {
      tally.add(stop - at);
      at = stop + 1;
    }
    reader.consume(at);
  }
}

function linesContest(chunk: number, times: number): Contest {
  return contestOf("lines of a stream", linesBlock(), chunk, times, {
    "window": linesByWindow,
    "lines().batches()": async (stream, tally) => {
      for await (const batch of lines(stream).batches()) for (const line of batch) tally.add(line.length);
    },
    "lines()": async (stream, tally) => {
      for await (const line of lines(stream)) tally.add(line.length);
    },
    "Scanner": async (stream, tally) => {
      const scanner = new Scanner(stream);
      while (await scanner.scan()) tally.add(scanner.bytes().byteLength);
    },
    "readString": async (stream, tally) => {
      const reader = new BufReader(stream);
      for (let line = await reader.readString(LF); line !== null; line = await reader.readString(LF)) {
        tally.add(line.length - 1);
      }
    },
  }, {
    "TransformStream": async (stream, tally) => {
      const text = stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>);
      const reader = text.pipeThrough(lineStream()).getReader();
      for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
        tally.add(value?.length ?? 0);
      }
    },
    "generator": async (stream, tally) => {
      for await (const line of splitByHand(stream)) tally.add(line.length);
    },
    "node:readline": async (stream, tally) => {
      const input = Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
      for await (const line of createInterface({ input, crlfDelay: Infinity })) tally.add(line.length);
    },
  });
}

/** A splitter in the manner of `TextLineStream` of `@std/streams`. */
function lineStream(): TransformStream<string, string> {
  let left = "";
  return new TransformStream({
    transform(chars, controller) {
      chars = left + chars;
      for (let end = chars.indexOf("\n"); end >= 0; end = chars.indexOf("\n")) {
        controller.enqueue(chars.slice(0, chars[end - 1] === "\r" ? end - 1 : end));
        chars = chars.slice(end + 1);
      }
      left = chars;
    },
    flush(controller) {
      if (left !== "") controller.enqueue(left);
    },
  });
}

async function* splitByHand(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let left = "";
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    const parts = (left + decoder.decode(value, { stream: true })).split("\n");
    left = parts.pop() ?? "";
    for (const part of parts) yield part.endsWith("\r") ? part.slice(0, -1) : part;
  }
  if (left !== "") yield left;
}

function framesContest(chunk: number, times: number): Contest {
  return contestOf("frames of a stream", framesBlock(), chunk, times, {
    "window of 4 KiB": (stream, tally) => framesByWindow(new BufReader(stream, 4 * KIB), tally),
    "window of 64 KiB": (stream, tally) => framesByWindow(new BufReader(stream, 64 * KIB), tally),
    "fill for each": (stream, tally) => framesByFill(new BufReader(stream, 64 * KIB), tally),
  }, {
    "loop": framesByHand,
    "readByte": (stream, tally) => framesByByte(new BufReader(stream, 64 * KIB), tally),
  });
}

/** What a parser does with a frame. */
function take(frame: Uint8Array, tally: Tally): void {
  const size = frame.byteLength;
  tally.add(size + (frame[0] ?? 0) + (frame[size - 1] ?? 0));
}

function sizeAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return (a << 24 | b << 16 | c << 8 | d) >>> 0;
}

/** Takes as many frames off each window as it holds. */
async function framesByWindow(reader: BufReader, tally: Tally): Promise<void> {
  for (let need = 4; await reader.fill(need) >= need;) {
    const { window } = reader;
    let at = 0;
    for (need = 4; window.byteLength - at >= need; need = 4) {
      need += sizeAt(window, at);
      if (window.byteLength - at < need) break;
      take(window.subarray(at + 4, at + need), tally);
      at += need;
    }
    reader.consume(at);
  }
}

/** Waits for each frame. */
async function framesByFill(reader: BufReader, tally: Tally): Promise<void> {
  while (await reader.fill(4) >= 4) {
    const need = 4 + sizeAt(reader.window, 0);
    await reader.fill(need);
    take(reader.window.subarray(4, need), tally);
    reader.consume(need);
  }
}

/** The loop that people write: what is left of a chunk is put before the next. */
async function framesByHand(stream: ReadableStream<Uint8Array>, tally: Tally): Promise<void> {
  const reader = stream.getReader();
  let left = new Uint8Array(0);
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    let bytes = value ?? new Uint8Array(0);
    if (left.byteLength > 0) {
      const both = new Uint8Array(left.byteLength + bytes.byteLength);
      both.set(left);
      both.set(bytes, left.byteLength);
      bytes = both;
    }
    let at = 0;
    for (let need = 4; bytes.byteLength - at >= need; need = 4) {
      need += sizeAt(bytes, at);
      if (bytes.byteLength - at < need) break;
      take(bytes.subarray(at + 4, at + need), tally);
      at += need;
    }
    left = bytes.slice(at);
  }
}

/** A promise for each byte of a length. */
async function framesByByte(reader: BufReader, tally: Tally): Promise<void> {
  for (let byte = await reader.readByte(); byte !== null; byte = await reader.readByte()) {
    let size = byte;
    for (let i = 0; i < 3; i++) size = size * 256 + (await reader.readByte() ?? 0);
    const frame = new Uint8Array(size);
    for (let i = 0; i < size; i++) frame[i] = await reader.readByte() ?? 0;
    take(frame, tally);
  }
}
