import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  blobReaderAt,
  type ChunkReader,
  type Closer,
  type CloseWriter,
  copy,
  copyBuffer,
  copyN,
  copySettled,
  countingReader,
  countingWriter,
  type Destination,
  discard,
  limitReader,
  maxBytesReader,
  multiReader,
  multiWriter,
  nopCloser,
  OffsetWriter,
  onlyReader,
  onlyWriter,
  pipe,
  readAll,
  type Reader,
  type ReaderAt,
  type ReaderFrom,
  readerFrom,
  readFull,
  SectionReader,
  type Seeker,
  SeekMode,
  type Source,
  StreamReader,
  StreamWriter,
  type StringWriter,
  teeReader,
  toReadableStream,
  toWritableStream,
  writeAll,
  type Writer,
  type WriterAt,
  writerFrom,
  type WriterTo,
  writeString,
} from "../../mod.ts";
import { sink } from "../support/sinks.ts";
import {
  StdBuffer,
  type StdCloser,
  stdCopy,
  StdLimitedReader,
  type StdReader,
  type StdSeeker,
  StdSeekMode,
  type StdWriter,
} from "../support/std_io.ts";
import { bodyOf, streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";

/** Says that the types are the same, both ways. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** What is checked of types is checked when this file is compiled; nothing of it runs. */
function typesOnly(..._facts: true[]): void {}

/** Objects that know of nothing but one method, made in every way that people make objects. */
const READERS: { name: string; make: (text: string) => { read(p: Uint8Array): Promise<number | null> } }[] = [
  {
    name: "an object literal",
    make(text) {
      let left = encode(text);
      return {
        read(p) {
          if (left.byteLength === 0) return Promise.resolve(null);
          const n = Math.min(p.byteLength, left.byteLength);
          p.set(left.subarray(0, n));
          left = left.subarray(n);
          return Promise.resolve(n);
        },
      };
    },
  },
  { name: "an instance with private state", make: (text) => new StdBuffer(encode(text)) },
  {
    name: "an object without a prototype",
    make(text) {
      const buffer = new StdBuffer(encode(text));
      return Object.assign(Object.create(null), { read: (p: Uint8Array) => buffer.read(p) });
    },
  },
  {
    name: "a frozen object",
    make(text) {
      const buffer = new StdBuffer(encode(text));
      return Object.freeze({ read: (p: Uint8Array) => buffer.read(p) });
    },
  },
  {
    name: "a function with a method",
    make(text) {
      const buffer = new StdBuffer(encode(text));
      return Object.assign(() => {}, { read: (p: Uint8Array) => buffer.read(p) });
    },
  },
  {
    name: "an instance whose method is inherited",
    make: (text) => new (class extends StdBuffer {})(encode(text)),
  },
  {
    name: "a method of an async function",
    make(text) {
      const buffer = new StdBuffer(encode(text));
      return { read: async (p: Uint8Array) => await buffer.read(p) };
    },
  },
];

const WRITERS: {
  name: string;
  make: (written: Uint8Array[]) => { write(p: Uint8Array): Promise<number> };
}[] = [
  {
    name: "an object literal",
    make: (written) => ({
      write(p) {
        written.push(p.slice());
        return Promise.resolve(p.byteLength);
      },
    }),
  },
  {
    name: "an instance with private state",
    make: (written) =>
      new (class {
        #count = 0;
        async write(p: Uint8Array): Promise<number> {
          this.#count += p.byteLength;
          await null;
          written.push(p.slice());
          return p.byteLength;
        }
      })(),
  },
  {
    name: "an object without a prototype that takes little at a time",
    make: (written) =>
      Object.assign(Object.create(null), {
        write(p: Uint8Array) {
          written.push(p.slice(0, 2));
          return Promise.resolve(Math.min(2, p.byteLength));
        },
      }),
  },
  {
    name: "a frozen function with a method",
    make: (written) =>
      Object.freeze(Object.assign(() => {}, {
        write(p: Uint8Array) {
          written.push(p.slice());
          return Promise.resolve(p.byteLength);
        },
      })),
  },
];

describe("whatever has a read() is a Reader", () => {
  for (const { name, make } of READERS) {
    it(`${name} is accepted wherever a source or a Reader is`, async () => {
      const text = "hello, sluice";
      assertEquals(decode(await readAll(make(text))), text);
      assertEquals(decode(await readAll(limitReader(make(text), 5))), "hello");
      assertEquals(decode(await readAll(multiReader(make(text), make("!")))), `${text}!`);
      assertEquals(await new Response(toReadableStream(make(text))).text(), text);
      const p = new Uint8Array(5);
      assertEquals(await readFull(make(text), p), 5);
      for (const move of [copy, (dst: Destination, src: Source) => copyN(dst, src, text.length)]) {
        const { stream, chunks } = sink();
        const buffer = new StdBuffer();
        assertEquals([await move(stream, make(text)), await move(buffer, make(text))], [13, 13]);
        assertEquals([decode(...chunks), decode(buffer.bytes())], [text, text]);
      }
      const { stream, chunks } = sink();
      assertEquals(await writerFrom(stream).readFrom(make(text)), 13);
      assertEquals(decode(...chunks), text);
    });
  }
});

describe("whatever has a write() is a Writer", () => {
  for (const { name, make } of WRITERS) {
    it(`${name} is accepted wherever a destination or a Writer is`, async () => {
      const text = "hello, sluice";
      for (
        const use of [
          (dst: Writer) => copy(dst, new Blob([text])),
          (dst: Writer) => copy(dst, streamOf(encode(text))),
          (dst: Writer) => copy(dst, new StdBuffer(encode(text))),
          (dst: Writer) => copyBuffer(dst, streamOf(encode(text)), new Uint8Array(4)),
          (dst: Writer) => readerFrom(bodyOf(text)).writeTo(dst),
          (dst: Writer) => writeAll(dst, encode(text)),
          (dst: Writer) => writeString(dst, text),
          (dst: Writer) => copy(multiWriter(dst, discard), new Blob([text])),
          (dst: Writer) => readAll(teeReader(new Blob([text]), dst)).then(({ byteLength }) => byteLength),
          (dst: Writer) => new Blob([text]).stream().pipeTo(toWritableStream(dst)).then(() => 13),
        ]
      ) {
        const written: Uint8Array[] = [];
        assertEquals(await use(make(written)), 13);
        assertEquals(decode(...written), text);
      }
    });
  }
});

describe("what is neither is refused before the first byte moves, and the message says what is missing", () => {
  for (const wrong of [null, undefined, 7, "text", Symbol("s"), {}, [], { read: true, write: 1 }, () => {}]) {
    const name = typeof wrong === "object" && wrong !== null ? JSON.stringify(wrong) : String(wrong);

    it(`${name} as a source`, async () => {
      const src = wrong as unknown as Reader;
      const { stream, events } = sink();
      for (const move of [copy, copySettled, (d: Destination, s: Source) => copyN(d, s, 1)]) {
        await assertRejects(() => move(stream, src), TypeError, "read()");
      }
      await assertRejects(() => readAll(src), TypeError, "read()");
      assertThrows(() => limitReader(src, 1), TypeError, "read()");
      assertThrows(() => toReadableStream(src), TypeError, "read()");
      assertEquals([events.length, stream.locked], [0, false]);
    });

    it(`${name} as a destination`, async () => {
      const dst = wrong as unknown as Writer;
      const stream = streamOf(encode("abc"));
      for (const move of [copy, copySettled, (d: Destination, s: Source) => copyN(d, s, 1)]) {
        await assertRejects(() => move(dst, stream), TypeError, "write()");
      }
      await assertRejects(() => writeAll(dst, encode("abc")), TypeError, "write()");
      assertThrows(() => toWritableStream(dst), TypeError, "write()");
      assertEquals(decode(await readAll(stream)), "abc");
    });
  }
});

describe("a Reader or Writer of this package works where those of @std/io are expected", () => {
  for (
    const { name, make } of [
      { name: "readerFrom()", make: () => readerFrom(bodyOf("abc")) },
      { name: "limitReader()", make: () => limitReader(new Blob(["abcdef"]), 3) },
      { name: "maxBytesReader()", make: () => maxBytesReader(new Blob(["abc"]), 3) },
      { name: "multiReader()", make: () => multiReader(new Blob(["ab"]), new Blob(["c"])) },
      { name: "teeReader()", make: () => teeReader(new Blob(["abc"]), discard) },
      { name: "countingReader()", make: () => countingReader(new Blob(["abc"])) },
      { name: "onlyReader()", make: () => onlyReader(readerFrom(bodyOf("abc"))) },
      { name: "nopCloser()", make: () => nopCloser(readerFrom(bodyOf("abc"))) },
      { name: "a SectionReader", make: () => new SectionReader(blobReaderAt(new Blob(["-abc-"])), 1, 3) },
    ] satisfies { name: string; make: () => StdReader }[]
  ) {
    it(`${name} is read by programs written against @std/io`, async () => {
      const buffer = new StdBuffer();
      const reader: StdReader = make();
      assertEquals(await stdCopy(new StdLimitedReader(reader, 2), buffer), 2);
      assertEquals(await stdCopy(reader, buffer), 1);
      assertEquals(decode(buffer.bytes()), "abc");
    });
  }

  it("the reading end of pipe() is read by them, while they write the other", async () => {
    const { reader, writer } = pipe();
    const buffer = new StdBuffer();
    const copying = stdCopy(reader, buffer);
    await stdCopy(new StdBuffer(encode("abc")), writer);
    writer.close();
    assertEquals(await copying, 3);
    assertEquals(decode(buffer.bytes()), "abc");
  });

  it("writers of every kind are written by them", async () => {
    const { stream, chunks } = sink();
    const buffer = new StdBuffer();
    const positions: [number, string][] = [];
    const at = {
      writeAt(p: Uint8Array, offset: number) {
        positions.push([offset, decode(p)]);
        return Promise.resolve(p.byteLength);
      },
    };
    const writers: StdWriter[] = [
      writerFrom(stream),
      multiWriter(buffer, discard),
      countingWriter(buffer),
      onlyWriter(buffer),
      new OffsetWriter(at, 10),
      discard,
    ];
    for (const writer of writers) assertEquals(await stdCopy(new StdBuffer(encode("abc")), writer), 3);
    assertEquals([decode(...chunks), decode(buffer.bytes())], ["abc", "abcabcabc"]);
    assertEquals(positions, [[10, "abc"]]);
  });

  it("a SectionReader is moved by their seek modes, and by ours", async () => {
    const section = new SectionReader(blobReaderAt(new Blob(["0123456789"])), 2, 6);
    const seeker: StdSeeker = section;
    assertEquals(await seeker.seek(-2, StdSeekMode.End), 4);
    assertEquals(decode(await readAll(section)), "67");
    assertEquals(await section.seek(1, SeekMode.Start), 1);
    assertEquals(await section.seek(1, SeekMode.Current), 2);
    assertEquals(decode(await readAll(section)), "4567");
  });

  it("theirs are sources and destinations here", async () => {
    const source: StdReader = new StdLimitedReader(new StdBuffer(encode("abcdef")), 3);
    const destination = new StdBuffer();
    assertEquals(await copy(destination, source), 3);
    assertEquals(decode(await readAll(destination)), "abc");
  });
});

describe("SeekMode", () => {
  it("has the three values of Go, of POSIX and of Deno, and cannot be changed by a type-checked program", () => {
    assertEquals<unknown>(SeekMode, { Start: 0, Current: 1, End: 2 });
    typesOnly(true satisfies Same<SeekMode, (typeof SeekMode)[keyof typeof SeekMode]>);
    // @ts-expect-error: read-only
    const change = () => SeekMode.Start = 1;
    assert(change instanceof Function);
  });
});

/** What must compile and what must not. Never called. */
export function compiles(
  reader: Reader,
  writer: Writer,
  closer: Closer,
  seeker: Seeker,
  stdReader: StdReader,
  stdWriter: StdWriter,
  stdCloser: StdCloser,
  stdSeeker: StdSeeker,
  bytes: Uint8Array,
): unknown[] {
  typesOnly(
    true satisfies Same<Reader, StdReader>,
    true satisfies Same<Writer, StdWriter>,
    true satisfies Same<SeekMode, 0 | 1 | 2>,
    true satisfies Same<Source, Reader | ReadableStream<Uint8Array> | Blob>,
    true satisfies Same<Destination, Writer | WritableStream<Uint8Array>>,
  );

  // Theirs where ours are expected, and ours where theirs are.
  const ours: [Reader, Writer, Closer, Seeker] = [stdReader, stdWriter, stdCloser, stdSeeker];
  const theirs: [StdReader, StdWriter, StdCloser, StdSeeker] = [reader, writer, closer, seeker];

  // Classes of this package where the contracts are expected.
  const streamReader: Reader & ChunkReader & WriterTo & Closer & AsyncDisposable = new StreamReader(
    streamOf(),
  );
  const streamWriter: Writer & ReaderFrom & Closer & AsyncDisposable = new StreamWriter(sink().stream);
  const section: Reader & ReaderAt & Seeker = new SectionReader(blobReaderAt(new Blob([])), 0, 0);
  const everything: Writer & ReaderFrom & StringWriter = discard;
  const ends: [Reader & Closer & StdCloser, Writer & Closer & StdCloser] = [pipe().reader, pipe().writer];

  // Streams of any chunk memory, and what the platform hands out.
  const sources: Source[] = [
    new Blob([]),
    new File([], "name"),
    streamOf(),
    new ReadableStream<Uint8Array<ArrayBuffer>>(),
    new CompressionStream("gzip").readable,
    new TransformStream<Uint8Array, Uint8Array>().readable,
    toReadableStream(reader),
    { read: () => Promise.resolve(null) },
    { read: (p: Uint8Array) => Promise.resolve(p.byteLength) },
  ];
  const destinations: Destination[] = [
    new WritableStream<Uint8Array>(),
    new TransformStream<Uint8Array, Uint8Array>().writable,
    toWritableStream(writer),
    { write: (p: Uint8Array) => Promise.resolve(p.byteLength) },
  ];
  const positions: [WriterAt, Partial<CloseWriter>] = [
    { writeAt: (p: Uint8Array, _offset: number) => Promise.resolve(p.byteLength) },
    { closeWrite() {} },
  ];

  // @ts-expect-error: no read()
  copy(writer, {});
  // @ts-expect-error: no write()
  copy({}, reader);
  // @ts-expect-error: the sides are swapped
  copy(reader, writer);
  // @ts-expect-error: a stream of text
  copy(writer, new ReadableStream<string>());
  // @ts-expect-error: a sink for text
  copy(new WritableStream<string>(), reader);
  // @ts-expect-error: the end is null, not undefined
  copy(writer, { read: () => Promise.resolve(undefined) });
  // @ts-expect-error: bytes are no source
  copy(writer, bytes);
  // @ts-expect-error: no such path
  copy(writer, reader, { via: "magic" });
  // @ts-expect-error: no such whence
  seeker.seek(0, 3);
  // @ts-expect-error: a Reader is no stream
  readerFrom(reader);
  // @ts-expect-error: a stream is no Reader
  toReadableStream(streamOf());
  return [
    ours,
    theirs,
    streamReader,
    streamWriter,
    section,
    everything,
    ends,
    sources,
    destinations,
    positions,
  ];
}
