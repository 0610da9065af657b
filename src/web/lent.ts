import { checkBytes } from "../core/checks.ts";
import { FreshMemory, GrowingMemory } from "../core/memory.ts";
import type { ChunkReader, Reader, Writer, WriterTo } from "../core/types.ts";
import { registerIntake, taking } from "../transfer/intake.ts";
import { registerWriter } from "../transfer/outlet.ts";
import { runOrThrow } from "../transfer/run.ts";
import { readInto, streamIntake } from "./stream_intake.ts";
import { streamOutlet } from "./stream_outlet.ts";

/** A web stream as a Reader for those who never see it: for the time of a copy it has what the engine and others ask for. */
export function lentReader(stream: ReadableStream<Uint8Array>): Reader {
  const intake = streamIntake(stream);
  let scratch: GrowingMemory | undefined;
  const reader: Reader & ChunkReader & WriterTo = {
    read: (p) => readInto(p, intake, scratch ??= new GrowingMemory()),
    readChunk: (max = Infinity) => taking(intake, max, new FreshMemory({ owned: false })),
    writeTo: (dst, options) => runOrThrow(dst, reader, options),
  };
  registerIntake(reader, intake);
  return reader;
}

/** A web stream as a Writer for those who never see it: it is locked during a write or a copy only. */
export function lentWriter(stream: WritableStream<Uint8Array>): Writer {
  const outlet = streamOutlet(stream);
  return registerWriter({
    async write(p) {
      checkBytes(p);
      const size = p.byteLength;
      const held = outlet.holds();
      try {
        if (size > 0) await outlet.put(new Uint8Array(p));
      } finally {
        if (!held) outlet.letGo();
      }
      return size;
    },
  }, outlet);
}
