import type { CopyOptions, CopyPath, Destination, Source } from "../../mod.ts";
import { has } from "./features.ts";
import { givesByob } from "./locks.ts";
import { chunkReaderOf, readerOf, type Step, streamBySteps } from "./steps.ts";

/** One way of a copy: two ends by script, and the path between them. */
export interface Route {
  /** What a user would call it. */
  name: string;
  path: CopyPath;
  /** What has to be asked for so that this path is taken. */
  options: Pick<CopyOptions, "via">;
  /** Whether the source takes back what was read of it and not written. */
  takesBack: boolean;
  source(...steps: Step[]): Source;
  /** The destination, and what it does with a chunk: the chunk is accepted once that resolves. */
  destination(take: (chunk: Uint8Array) => unknown): Destination;
}

function writer(take: (chunk: Uint8Array) => unknown): Destination {
  return {
    async write(p) {
      const size = p.byteLength;
      await take(p);
      return size;
    },
  };
}

function webSink(take: (chunk: Uint8Array) => unknown): Destination {
  return new WritableStream<Uint8Array>({ write: async (chunk) => void await take(chunk) });
}

const ordinary = (...steps: Step[]) => streamBySteps("default", ...steps);
const filling = (...steps: Step[]) => streamBySteps("filling", ...steps);

const pipesTakeBack = has("pipes that leave what comes after their end");

/** Every path there is, between the ends that it serves on this platform. */
export const ROUTES: readonly Route[] = [
  route("a Reader to a Writer", "buffer", false, readerOf, writer),
  route("a Reader to a WritableStream", "chunks", false, readerOf, webSink),
  route("a ChunkReader to a Writer", "chunks", false, chunkReaderOf, writer),
  route("a stream to a Writer", "chunks", true, ordinary, writer),
  ...(givesByob(filling()) ? [route("a byte stream to a Writer", "byob", true, filling, writer)] : []),
  route("a stream to a WritableStream", "chunks", true, ordinary, webSink, "chunks"),
  route("a byte stream to a WritableStream", "chunks", true, filling, webSink, "chunks"),
  route("a stream to a WritableStream", "pipeTo", pipesTakeBack, ordinary, webSink, "pipeTo"),
  route("a byte stream to a WritableStream", "pipeTo", pipesTakeBack, filling, webSink, "pipeTo"),
  route("a stream to a Writer", "buffer", true, ordinary, writer, "buffer"),
  route("a stream to a WritableStream", "buffer", true, filling, webSink, "buffer"),
];

function route(
  ends: string,
  path: CopyPath,
  takesBack: boolean,
  source: Route["source"],
  destination: Route["destination"],
  via?: CopyPath,
): Route {
  const options = via === undefined ? {} : { via };
  return { name: `${ends} by ${path}`, path, options, takesBack, source, destination };
}
