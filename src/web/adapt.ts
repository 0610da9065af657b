import {
  checkBytes,
  checkDestination,
  checkSource,
  isReadableStream,
  isReader,
  isWriter,
} from "../core/checks.ts";
import type { Destination, Reader, Source, Writer } from "../core/types.ts";
import { openDoor, registerWriter } from "../transfer/outlet.ts";
import { markBulky } from "./stream_intake.ts";
import { StreamOutlet } from "./stream_outlet.ts";
import { readerFrom } from "./stream_reader.ts";

/** The Reader that a source is, or one over it. Throws a TypeError for what is no source. */
export function asReader(src: Source): Reader {
  checkSource(src);
  if (isReader(src)) return src;
  return readerFrom(isReadableStream(src) ? src : markBulky(src.stream()));
}

/** The Writer that a destination is, or one over it. Throws a TypeError for what is no destination. */
export function asWriter(dst: Destination): Writer {
  checkDestination(dst);
  return isWriter(dst) ? openDoor(dst) : new LentStream(dst);
}

/** A web stream as a Writer for those who never see it: it is locked during a write or a copy only. */
class LentStream implements Writer {
  readonly #outlet: StreamOutlet;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#outlet = new StreamOutlet(stream);
    registerWriter(this, this.#outlet);
  }

  async write(p: Uint8Array): Promise<number> {
    checkBytes(p);
    const size = p.byteLength;
    const held = this.#outlet.locked;
    try {
      if (size > 0) await this.#outlet.put(new Uint8Array(p));
    } finally {
      if (!held) this.#outlet.letGo();
    }
    return size;
  }
}
