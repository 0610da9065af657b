import { copy, type CopyPath, type Destination, type Source } from "../../../mod.ts";
import { chunkStream, enqueueingStream, fillingStream, plainReader, plainWriter, webSink } from "../ends.ts";
import type { Contender, Contest } from "../measure.ts";
import { type Load, type Over, over } from "../over.ts";
import { freshLoop, obviousLoop, obviousReader, obviousWriter, readerLoop, streamLoop } from "../peers.ts";
import type { Sender } from "../traffic.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** The sizes of the chunks, and how many bytes of each make a run of some tens of milliseconds. */
const LOADS: Load[] = [
  { chunk: KIB, bytes: 8 * MIB },
  { chunk: 16 * KIB, bytes: 32 * MIB },
  { chunk: 64 * KIB, bytes: 64 * MIB },
  { chunk: MIB, bytes: 128 * MIB },
];

/** Every kind of source into every kind of sink, in memory. */
export function streamCases(share: number): Contest[] {
  return LOADS.flatMap(({ chunk, bytes }) => contestsOf({ chunk, bytes: bytes * share }));
}

/** A stream of the platform in memory. */
type MakeStream = (sender: Sender, chunk: number) => ReadableStream<Uint8Array>;

function contestsOf(load: Load): Contest[] {
  const contest = (name: string, ours: Contender[], peers: Contender[]): Contest => {
    return { name, ...load, ours, peers };
  };
  const intoStream = (name: string, source: MakeStream): Contest => {
    const by = over(load, source, webSink);
    return contest(`${name} to web stream`, [byDefault(by), via(by, "chunks"), via(by, "pipeTo")], [
      by("pipeTo", (dst, src) => src.pipeTo(dst)),
      by("loop", streamLoop),
      by("32 KiB loop", (dst, src) => obviousLoop(obviousWriter(dst), obviousReader(src))),
    ]);
  };
  const intoWriter = (name: string, source: MakeStream, paths: CopyPath[]): Contest => {
    const by = over(load, source, plainWriter);
    return contest(`${name} to Writer`, [byDefault(by), ...paths.map((path) => via(by, path))], [
      over(load, source, webSink)("pipeTo", (dst, src) => src.pipeTo(dst)),
      by("loop", readerLoop),
      by("32 KiB loop", (dst, src) => obviousLoop(dst, obviousReader(src))),
    ]);
  };
  const readerToWriter = over(load, plainReader, plainWriter);
  const readerToStream = over(load, plainReader, webSink);

  const chunked = [
    { ...intoStream("default stream", chunkStream), alone: true },
    intoStream("filling byte stream", fillingStream),
    intoWriter("default stream", chunkStream, ["chunks", "buffer"]),
    intoWriter("enqueueing byte stream", enqueueingStream, ["byob", "chunks", "buffer"]),
  ];
  return [
    // Nobody makes chunks of 1 MiB; there the memory is all that is measured.
    ...load.chunk < MIB ? chunked : [],
    intoWriter("filling byte stream", fillingStream, ["byob", "chunks", "buffer"]),
    contest("Reader to Writer", [byDefault(readerToWriter)], [readerToWriter("32 KiB loop", obviousLoop)]),
    contest("Reader to web stream", [byDefault(readerToStream)], [
      readerToStream("loop", freshLoop),
      readerToStream("32 KiB loop", (dst, src) => obviousLoop(obviousWriter(dst), src)),
    ]),
  ];
}

function byDefault<S extends Source, D extends Destination>(by: Over<S, D>): Contender {
  return by("copy", (dst, src) => copy(dst, src));
}

function via<S extends Source, D extends Destination>(by: Over<S, D>, path: CopyPath): Contender {
  return by(`via ${path}`, (dst, src) => copy(dst, src, { via: path }));
}
