import { checkDestination, checkSource, isReadableStream, isReader, isWriter } from "../core/checks.ts";
import type { Destination, Reader, Source, Writer } from "../core/types.ts";
import { openDoor } from "../transfer/outlet.ts";
import { lentReader, lentWriter } from "./lent.ts";
import { markBulky } from "./stream_intake.ts";
import { readerFrom } from "./stream_reader.ts";

/** The Reader that a source is, or one over it. Throws a TypeError for what is no source. */
export function asReader(src: Source): Reader {
  checkSource(src);
  if (isReader(src)) return src;
  return readerFrom(isReadableStream(src) ? src : markBulky(src.stream()));
}

/** As {@linkcode asReader}, for the time of a copy: nobody but the engine sees what it returns. */
export function asLentReader(src: Source): Reader {
  checkSource(src);
  if (isReader(src)) return src;
  return lentReader(isReadableStream(src) ? src : markBulky(src.stream()));
}

/** The Writer that a destination is, or one over it. Throws a TypeError for what is no destination. */
export function asWriter(dst: Destination): Writer {
  checkDestination(dst);
  return isWriter(dst) ? openDoor(dst) : lentWriter(dst);
}
