import { describe, it } from "@std/testing/bdd";
import {
  blobReaderAt,
  countingReader,
  discard,
  limitReader,
  maxBytesReader,
  multiReader,
  nopCloser,
  onlyReader,
  pipe,
  type Reader,
  readerFrom,
  replayable,
  SectionReader,
  teeReader,
  toReadableStream,
  writeAll,
} from "../../mod.ts";
import { ByteBuffer, BytesReader, StringReader } from "../../src/bytes/mod.ts";
import { emptyReadsReader, halfReader, oneByteReader, testReader } from "../../src/iotest/mod.ts";
import { cutEvery, pattern } from "../support/bytes.ts";
import { STREAMS } from "../support/streams.ts";
import { encode } from "../support/utf8.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The reading end of a pipe that somebody writes to. */
function piped(bytes: Bytes): Reader {
  const { reader, writer } = pipe();
  writeAll(writer, bytes).then(() => writer.close(), () => {});
  return reader;
}

const READERS: { name: string; make: (bytes: Bytes) => Reader }[] = [
  { name: "BytesReader", make: (bytes) => new BytesReader(bytes) },
  { name: "ByteBuffer", make: (bytes) => new ByteBuffer(bytes.slice()) },
  { name: "limitReader()", make: (bytes) => limitReader(new Blob([bytes, "more"]), bytes.byteLength) },
  { name: "maxBytesReader()", make: (bytes) => maxBytesReader(new Blob([bytes]), bytes.byteLength) },
  {
    name: "multiReader()",
    make: (bytes) => multiReader(new BytesReader(bytes.subarray(0, 5)), new Blob([bytes.slice(5)])),
  },
  { name: "teeReader()", make: (bytes) => teeReader(new Blob([bytes]), discard) },
  { name: "countingReader()", make: (bytes) => countingReader(new BytesReader(bytes)) },
  { name: "nopCloser()", make: (bytes) => nopCloser(new BytesReader(bytes)) },
  { name: "onlyReader()", make: (bytes) => onlyReader(new BytesReader(bytes)) },
  {
    name: "SectionReader of bytes",
    make: (bytes) => new SectionReader(new BytesReader(bytes), 0, bytes.byteLength),
  },
  {
    name: "SectionReader of a Blob",
    make: (bytes) => new SectionReader(blobReaderAt(new Blob(["before", bytes])), 6, bytes.byteLength),
  },
  { name: "replayable()", make: (bytes) => replayable(new Blob([bytes])).reader() },
  { name: "pipe()", make: piped },
  {
    name: "toReadableStream() and back",
    make: (bytes) => readerFrom(toReadableStream(new BytesReader(bytes), { chunkSize: 7 })),
  },
  ...STREAMS.map(({ name, make }) => ({
    name: `StreamReader of ${name}`,
    make: (bytes: Bytes) => readerFrom(make(...cutEvery(bytes, 9))),
  })),
];

const WRAPS: { how: string; wrap: (reader: Reader) => Reader }[] = [
  { how: "plain", wrap: (reader) => reader },
  { how: "in a oneByteReader", wrap: oneByteReader },
  { how: "in a halfReader", wrap: halfReader },
  { how: "in an emptyReadsReader", wrap: emptyReadsReader },
];

describe("every reader of this package keeps the contract", () => {
  for (const { name, make } of READERS) {
    for (const { how, wrap } of WRAPS) {
      it(`${name}, ${how}`, async () => {
        for (const size of [0, 1, 2, 3, 4, 50, 3000]) {
          await testReader(wrap(make(pattern(size))), pattern(size));
        }
      });
    }
  }

  for (const { how, wrap } of WRAPS) {
    it(`StringReader, ${how}`, async () => {
      for (const s of ["", "a", "grüezi", "\ufeff𝄞 and \ud800 alone"]) {
        await testReader(wrap(new StringReader(s)), encode(s));
      }
    });
  }

  it("ByteBuffer, once filled in every way", async () => {
    const buffer = new ByteBuffer("gone");
    buffer.next(4);
    buffer.writeSync(pattern(700));
    await buffer.readFrom(new BytesReader(pattern(5000, 3)));
    const content = buffer.bytes().slice();
    await testReader(buffer, content);
  });
});
