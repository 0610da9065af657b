import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  blobReaderAt,
  countingReader,
  limitReader,
  maxBytesReader,
  multiReader,
  nopCloser,
  onlyReader,
  pipe,
  readAll,
  type Reader,
  readerFrom,
  replayable,
  SectionReader,
  type Source,
  teeReader,
} from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import {
  emptyReadsReader,
  errReader,
  halfReader,
  oneByteReader,
  testReader,
  timeoutReader,
} from "../../src/iotest/mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { readerAtOf } from "../support/random_access.ts";
import { chunkReaderOf, readerOf, STREAM_KINDS, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const SIZE = 700;
const data = pattern(SIZE);
const chunks = () => cutEvery(data, 90);

/** Everything a wrapper is put around. */
const SOURCES: readonly { name: string; open: () => Source }[] = [
  { name: "a Reader", open: () => readerOf(...chunks()) },
  { name: "a ChunkReader", open: () => chunkReaderOf(...chunks()) },
  { name: "a BytesReader", open: () => new BytesReader(data) },
  { name: "a Blob", open: () => new Blob([data]) },
  ...STREAM_KINDS.map(({ kind, name }) => ({ name, open: () => streamBySteps(kind, ...chunks()) })),
];

/** Every reader of this package that stands before another source. */
const WRAPPERS: readonly { name: string; wrap: (src: Source) => Reader }[] = [
  { name: "limitReader() at the end", wrap: (src) => limitReader(src, SIZE) },
  { name: "limitReader() beyond the end", wrap: (src) => limitReader(src, SIZE + 1) },
  { name: "maxBytesReader()", wrap: (src) => maxBytesReader(src, SIZE) },
  { name: "multiReader() of one", wrap: (src) => multiReader(src) },
  {
    name: "multiReader() among empty ones",
    wrap: (src) => multiReader(readerOf(), new Blob([]), src, multiReader()),
  },
  { name: "teeReader()", wrap: (src) => teeReader(src, recordingWriter((p) => Math.min(50, p.byteLength))) },
  { name: "countingReader()", wrap: (src) => countingReader(src) },
  { name: "replayable()", wrap: (src) => replayable(src, { limit: SIZE }).reader() },
  {
    name: "the second reader of replayable()",
    wrap(src) {
      const body = replayable(src);
      const first = body.reader();
      const second = body.reader();
      let begun = false;
      return {
        async read(p) {
          if (!begun) await first.read(new Uint8Array(300));
          begun = true;
          return await second.read(p);
        },
      };
    },
  },
  { name: "the stream of replayable()", wrap: (src) => readerFrom(replayable(src).stream()) },
  { name: "nopCloser()", wrap: (src) => nopCloser(multiReader(src)) },
  { name: "onlyReader()", wrap: (src) => onlyReader(multiReader(src)) },
  {
    name: "five wrappers",
    wrap: (src) =>
      limitReader(countingReader(teeReader(multiReader(maxBytesReader(src, SIZE)), recordingWriter())), SIZE),
  },
];

/** Readers that have no source to be put around. */
const READERS: readonly { name: string; open: () => Reader }[] = [
  {
    name: "SectionReader of a Blob",
    open: () => new SectionReader(blobReaderAt(new Blob(["ab", data, "cd"])), 2, SIZE),
  },
  { name: "SectionReader of any ReaderAt", open: () => new SectionReader(readerAtOf(data), 0, SIZE) },
  {
    name: "SectionReader of a SectionReader",
    open: () =>
      new SectionReader(new SectionReader(blobReaderAt(new Blob(["abc", data])), 1, SIZE + 2), 2, SIZE),
  },
  {
    name: "SectionReader of a BytesReader",
    open: () => new SectionReader(new BytesReader(data), 0, SIZE),
  },
  {
    name: "pipe()",
    open() {
      const { reader, writer } = pipe();
      void (async () => {
        for (const chunk of chunks()) await writer.write(chunk);
        writer.close();
      })();
      return reader;
    },
  },
  {
    name: "multiReader() of many",
    open: () =>
      multiReader(...chunks().map((chunk, i) => (SOURCES_OF[i % SOURCES_OF.length] ?? readerOf)(chunk))),
  },
];

const SOURCES_OF: readonly ((bytes: Uint8Array<ArrayBuffer>) => Source)[] = [
  (bytes) => readerOf(bytes),
  (bytes) => new Blob([bytes]),
  (bytes) => streamBySteps("default", bytes),
  (bytes) => streamBySteps("filling", bytes),
  (bytes) => multiReader(chunkReaderOf(bytes)),
];

const MISBEHAVING: readonly { name: string; wrap: (r: Reader) => Reader }[] = [
  { name: "as it is", wrap: (r) => r },
  { name: "through oneByteReader()", wrap: oneByteReader },
  { name: "through halfReader()", wrap: halfReader },
  { name: "through emptyReadsReader()", wrap: (r) => emptyReadsReader(r, 3) },
];

describe("Every reader passes testReader()", () => {
  for (const { name, wrap } of WRAPPERS) {
    for (const misbehaving of MISBEHAVING) {
      it(`${name}, ${misbehaving.name}, over every kind of source`, async () => {
        for (const source of SOURCES) {
          const opened = source.open();
          await testReader(misbehaving.wrap(wrap(opened)), data).catch((cause) => {
            throw new Error(`over ${source.name}: ${cause.message}`, { cause });
          });
          assertUnlocked(opened);
        }
      });

      it(`${name} over every kind of source ${misbehaving.name}`, async () => {
        for (const source of SOURCES) {
          await testReader(wrap(misbehaving.wrap(multiReader(source.open()))), data).catch((cause) => {
            throw new Error(`over ${source.name}: ${cause.message}`, { cause });
          });
        }
      });
    }

    it(`${name}, also with nothing to read`, async () => {
      for (const source of [readerOf(), new Blob([]), streamBySteps("default"), streamBySteps("filling")]) {
        await testReader(wrap(source), new Uint8Array(0));
      }
    });
  }

  for (const { name, open } of READERS) {
    for (const misbehaving of MISBEHAVING) {
      it(`${name}, ${misbehaving.name}`, () => testReader(misbehaving.wrap(open()), data));
    }
  }
});

describe("Every reader asked for nothing", () => {
  const nothing = new Uint8Array(0);
  const wrappers: readonly { name: string; wrap: (r: Reader) => Reader }[] = [
    ...WRAPPERS.filter(({ name }) => !name.startsWith("the second")),
    { name: "oneByteReader()", wrap: oneByteReader },
    { name: "halfReader()", wrap: halfReader },
  ];

  for (const { name, wrap } of wrappers) {
    it(`leaves its source alone until the end, which it tells again: ${name}`, async () => {
      for (const source of [readerOf(...chunks()), chunkReaderOf(...chunks())]) {
        const reader = wrap(source);
        assertEquals(await reader.read(nothing), 0);
        assertEquals(source.sizes, []);
        assertEquals(await reader.read(new Uint8Array(1)), 1);
        const before = source.sizes.length;
        assertEquals(await reader.read(nothing), 0);
        assertEquals(source.sizes.length, before);
        await readAll(reader);
        assertEquals(await reader.read(nothing), null);
      }
    });
  }
});

describe("Every reader over a source that fails", () => {
  const reason = new Error("cable cut");

  for (const { name, wrap } of WRAPPERS) {
    it(`passes on all bytes before, and then the reason itself: ${name}`, async () => {
      for (
        const source of [
          errReader(reason, data.subarray(0, 500)),
          multiReader(new Blob([data.subarray(0, 500)]), errReader(reason)),
          streamBySteps("default", data.slice(0, 500), () => Promise.reject(reason)),
          streamBySteps("filling", data.slice(0, 500), () => Promise.reject(reason)),
        ]
      ) {
        const reader = wrap(source);
        const p = new Uint8Array(SIZE);
        let total = 0;
        const thrown = await assertRejects(async () => {
          for (;;) total += await reader.read(p.subarray(total, total + 60)) ?? 0;
        });
        assert(thrown === reason, `rejected with ${thrown}`);
        assertBytes(p.subarray(0, total), data.subarray(0, 500));
      }
    });

    it(`passes on a timeout: ${name}`, async () => {
      const error = await assertRejects(() => readAll(wrap(timeoutReader(readerOf(...chunks())))));
      assert(error instanceof DOMException);
      assertEquals(error.name, "TimeoutError");
    });
  }
});
