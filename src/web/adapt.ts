import { checkDestination, checkSource, isReadableStream, isReader, isWriter } from "../core/checks.ts";
import type { Destination, Reader, Source, Writer } from "../core/types.ts";
import { readerFrom } from "./stream_reader.ts";
import { writerFrom } from "./stream_writer.ts";

/** The Reader that a source is, or one over it. Throws a TypeError for what is no source. */
export function asReader(src: Source): Reader {
  checkSource(src);
  if (isReader(src)) return src;
  return readerFrom(isReadableStream(src) ? src : src.stream());
}

/** The Writer that a destination is, or one over it. Throws a TypeError for what is no destination. */
export function asWriter(dst: Destination): Writer {
  checkDestination(dst);
  return isWriter(dst) ? dst : writerFrom(dst);
}
