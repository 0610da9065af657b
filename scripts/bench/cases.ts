import { copy, type CopyPath, type Destination, type Source } from "../../mod.ts";
import { chunkStream, enqueueingStream, fillingStream, plainReader, plainWriter, webSink } from "./ends.ts";
import type { Contender, Contest } from "./measure.ts";
import { freshLoop, obviousLoop, obviousReader, obviousWriter, readerLoop, streamLoop } from "./peers.ts";
import { Receiver, Sender } from "./traffic.ts";

const KIB = 1024;

/** The sizes of the chunks, and how many bytes of each make a run of some tens of milliseconds. */
const SIZES = [
  { chunk: KIB, bytes: 8 * KIB * KIB },
  { chunk: 16 * KIB, bytes: 64 * KIB * KIB },
  { chunk: 64 * KIB, bytes: 128 * KIB * KIB },
  { chunk: 1024 * KIB, bytes: 256 * KIB * KIB },
];

/**
 * Every kind of source into every kind of sink, in memory.
 *
 * @param share How much of the usual bytes a run moves
 */
export function memoryContests(share: number): Contest[] {
  return SIZES.flatMap(({ chunk, bytes }) => contestsOf(chunk, bytes * share));
}

function contestsOf(chunk: number, bytes: number): Contest[] {
  const contest = (name: string, ours: Contender[], peers: Contender[]): Contest => {
    return { name, chunk, bytes, ours, peers };
  };

  /** A contender over one kind of source and one kind of sink. */
  const over = <S, D>(make: (sender: Sender) => S, sink: (receiver: Receiver) => D) => {
    return (name: string, move: (dst: D, src: S) => Promise<unknown>): Contender => ({
      name,
      prepare() {
        const receiver = new Receiver();
        const src = make(new Sender(bytes, chunk));
        const dst = sink(receiver);
        return { go: () => move(dst, src), received: () => receiver };
      },
    });
  };
  const filling = (sender: Sender) => fillingStream(sender, chunk);

  const intoStream = (name: string, source: (sender: Sender) => ReadableStream<Uint8Array>): Contest => {
    const by = over(source, webSink);
    return contest(`${name} to web stream`, [byDefault(by), via(by, "chunks"), via(by, "pipeTo")], [
      by("pipeTo", (dst, src) => src.pipeTo(dst)),
      by("loop", streamLoop),
      by("32 KiB loop", (dst, src) => obviousLoop(obviousWriter(dst), obviousReader(src))),
    ]);
  };
  const intoWriter = (
    name: string,
    source: (sender: Sender) => ReadableStream<Uint8Array>,
    paths: CopyPath[],
  ): Contest => {
    const by = over(source, plainWriter);
    return contest(`${name} to Writer`, [byDefault(by), ...paths.map((path) => via(by, path))], [
      over(source, webSink)("pipeTo", (dst, src) => src.pipeTo(dst)),
      by("loop", readerLoop),
      by("32 KiB loop", (dst, src) => obviousLoop(dst, obviousReader(src))),
    ]);
  };
  const readerToWriter = over(plainReader, plainWriter);
  const readerToStream = over(plainReader, webSink);

  return [
    intoStream("default stream", chunkStream),
    intoStream("filling byte stream", filling),
    intoWriter("default stream", chunkStream, ["chunks", "buffer"]),
    intoWriter("filling byte stream", filling, ["byob", "chunks", "buffer"]),
    intoWriter("enqueueing byte stream", enqueueingStream, ["byob", "chunks", "buffer"]),
    contest("Reader to Writer", [byDefault(readerToWriter)], [readerToWriter("32 KiB loop", obviousLoop)]),
    contest("Reader to web stream", [byDefault(readerToStream)], [
      readerToStream("loop", freshLoop),
      readerToStream("32 KiB loop", (dst, src) => obviousLoop(obviousWriter(dst), src)),
    ]),
  ];
}

type Over<S, D> = (name: string, move: (dst: D, src: S) => Promise<unknown>) => Contender;

function byDefault<S extends Source, D extends Destination>(by: Over<S, D>): Contender {
  return by("copy", (dst, src) => copy(dst, src));
}

function via<S extends Source, D extends Destination>(by: Over<S, D>, path: CopyPath): Contender {
  return by(`via ${path}`, (dst, src) => copy(dst, src, { via: path }));
}
