/**
 * The sources that buffered readers are tested with: all kinds, all misbehaving in their own way.
 *
 * @module
 */
import type { Reader, Source } from "../../mod.ts";
import { onlyReader } from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { emptyReadsReader, halfReader, oneByteReader } from "../../src/iotest/mod.ts";
import { cutEvery } from "../support/bytes.ts";
import { chunkReaderOf, readerOf, STREAM_KINDS, streamBySteps } from "../support/steps.ts";

/** The sizes that tests of buffers use: those of Go's own tests, and the default. */
export const SIZES = [16, 23, 32, 46, 64, 93, 128, 1024, 4096];

/** Makes a source of bytes; `chunk` is how many come at once, where that is up to the source. */
export interface SourceKind {
  name: string;
  make(bytes: Uint8Array, chunk: number): Source;
}

/** Readers that give little, nothing now and then, or as much as they are asked for. */
export const READERS: readonly { name: string; make(bytes: Uint8Array): Reader }[] = [
  { name: "a reader that fills", make: (bytes) => onlyReader(new BytesReader(bytes)) },
  { name: "oneByteReader", make: (bytes) => oneByteReader(new BytesReader(bytes)) },
  { name: "halfReader", make: (bytes) => halfReader(new BytesReader(bytes)) },
  { name: "emptyReadsReader", make: (bytes) => emptyReadsReader(new BytesReader(bytes)) },
  {
    name: "emptyReadsReader over oneByteReader",
    make: (bytes) => emptyReadsReader(oneByteReader(new BytesReader(bytes)), 3),
  },
];

/** Every kind of source there is. */
export const SOURCES: readonly SourceKind[] = [
  ...READERS,
  { name: "a reader by steps", make: (bytes, chunk) => readerOf(...cutEvery(bytes, chunk)) },
  { name: "a BytesReader", make: (bytes) => new BytesReader(bytes) },
  { name: "a ChunkReader", make: (bytes, chunk) => chunkReaderOf(...cutEvery(bytes, chunk)) },
  ...STREAM_KINDS.map(({ kind, name }) => ({
    name,
    make: (bytes: Uint8Array, chunk: number) => streamBySteps(kind, ...cutEvery(bytes, chunk)),
  })),
  { name: "a Blob", make: (bytes) => new Blob([bytes.slice()]) },
];
