import {
  copy,
  type CopyPath,
  type Destination,
  type Reader,
  type Source,
  toReadableStream,
  toWritableStream,
  type Writer,
} from "../../mod.ts";
import { chunkStream, enqueueingStream, fillingStream } from "../bench/ends.ts";
import type { Receiver, Sender } from "../bench/traffic.ts";

/** The size of the source's chunks: 64 KiB. */
export const CHUNK = 64 * 1024;

/** How the bytes of a soak travel: resolves to how many arrived, by the word of who moved them. */
export type Route = (ends: Ends) => Promise<number>;

/** Both ends of a route: what makes the bytes, also as a Reader, and where they arrive, as a Writer and as a stream. */
export interface Ends {
  sender: Sender;
  reader: Reader;
  receiver: Receiver;
  writer: Writer;
  sink: WritableStream<Uint8Array>;
}

/** Every path of `copy`, by the kinds of its ends, both adapters, and for comparison the platform's own pipe. */
export const ROUTES: Record<string, Route> = {
  "stream to stream, pipeTo": ({ sender, sink }) => move(sink, chunkStream(sender), "pipeTo"),
  "stream to stream, chunks": ({ sender, sink }) => move(sink, chunkStream(sender), "chunks"),
  "stream to Writer, chunks": ({ sender, writer }) => move(writer, chunkStream(sender), "chunks"),
  "byte stream to Writer, byob": ({ sender, writer }) => move(writer, fillingStream(sender, CHUNK), "byob"),
  "enqueueing byte stream to Writer": ({ sender, writer }) => move(writer, enqueueingStream(sender)),
  "byte stream to Writer, buffer": ({ sender, writer }) =>
    move(writer, fillingStream(sender, CHUNK), "buffer"),
  "Reader to Writer, buffer": ({ reader, writer }) => move(writer, reader, "buffer"),
  "Reader to stream, chunks": ({ reader, sink }) => move(sink, reader, "chunks"),
  "toReadableStream to Writer": ({ reader, writer }) => move(writer, toReadableStream(reader)),
  "stream to toWritableStream": ({ sender, writer }) => move(toWritableStream(writer), chunkStream(sender)),
  "native pipeTo": async ({ sender, receiver, sink }) => {
    await chunkStream(sender).pipeTo(sink);
    return receiver.count;
  },
};

/** The routes that need no more than one buffer, whatever the chunks. */
export const ONE_BUFFER: readonly string[] = [
  "byte stream to Writer, byob",
  "byte stream to Writer, buffer",
  "Reader to Writer, buffer",
  "toReadableStream to Writer",
];

function move(dst: Destination, src: Source, via?: CopyPath): Promise<number> {
  return copy(dst, src, via === undefined ? {} : { via });
}
