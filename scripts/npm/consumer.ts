/**
 * What somebody who has installed the package might write. `check_types.ts` compiles it for every place, so it
 * names only what all of them have.
 *
 * @module
 */
import {
  copy,
  type CopyOptions,
  type CopyOutcome,
  copySettled,
  type Destination,
  limitReader,
  readAll,
  type Reader,
  readerFrom,
  replayable,
  type Source,
  type StreamReader,
  teeReader,
  toReadableStream,
  toWritableStream,
  type Writer,
} from "@sluice/io";
import { BufReader, lines, Scanner, scanWords } from "@sluice/io/bufio";
import { ByteBuffer, BytesReader } from "@sluice/io/bytes";
import { testReader } from "@sluice/io/iotest";

class Zeros implements Reader {
  read(p: Uint8Array): Promise<number | null> {
    p.fill(0);
    return Promise.resolve(p.byteLength);
  }
}

/** A platform's own streams go in as they are, and what comes out are streams of the platform. */
export async function forward(url: string, destination: WritableStream<Uint8Array>): Promise<number> {
  const { body } = await fetch(url);
  if (body === null) return 0;
  const source: StreamReader = readerFrom(body);
  const kept = new ByteBuffer();
  const options: CopyOptions = {
    signal: new AbortController().signal,
    onProgress: (written: number) => console.log(written),
  };
  return await copy(destination, teeReader(limitReader(source, 1024), kept), options);
}

/** Streams of a transform are a source and a destination. */
export async function transform(source: Source, destination: Destination): Promise<CopyOutcome> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const [, outcome] = await Promise.all([copy(writable, source), copySettled(destination, readable)]);
  if (!outcome.ok) console.log(outcome.side, outcome.reason);
  return outcome;
}

/** Objects of the package and of its users become streams. */
export async function respond(writer: Writer): Promise<Response> {
  const sink: WritableStream<Uint8Array> = toWritableStream(writer, { close: true });
  await copy(sink, new Blob(["a Blob"]));
  const body: ReadableStream<Uint8Array> = toReadableStream(limitReader(new Zeros(), 10));
  const twice = replayable(body, { limit: 1024 });
  await readAll(twice.reader());
  return new Response(twice.stream());
}

/** Readers of lines and words are async iterables. */
export async function parse(bytes: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines(new BytesReader(bytes))) found.push(line);
  for await (const word of new Scanner(new BytesReader(bytes), { split: scanWords })) {
    found.push(new TextDecoder().decode(word));
  }
  const reader = new BufReader(new BytesReader(bytes));
  await reader.peek(1);
  await testReader(reader, bytes);
  return found;
}
