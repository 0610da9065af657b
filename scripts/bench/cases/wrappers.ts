import {
  copy,
  type Destination,
  discard,
  limitReader,
  multiReader,
  type Reader,
  teeReader,
} from "../../../mod.ts";
import { chunkStream, fillingStream, plainWriter, webSink } from "../ends.ts";
import type { Contest } from "../measure.ts";
import { type Over, over } from "../over.ts";

const CHUNK = 64 * 1024; // 64 KiB

/** What five wrappers around a stream cost: a limit of a multi of a tee of a limit of the reader of the stream. */
export function wrapperCases(share: number): Contest[] {
  const load = { bytes: 64 * 1024 * 1024 * share, chunk: CHUNK };
  const deep = (src: ReadableStream<Uint8Array>): Reader =>
    limitReader(multiReader(teeReader(limitReader(src, load.bytes), discard)), load.bytes);

  const contest = <D extends Destination>(
    name: string,
    by: Over<ReadableStream<Uint8Array>, D>,
  ): Contest => ({
    name: `${name}, five wrappers deep`,
    ...load,
    ours: [by("copy", (dst, src) => copy(dst, deep(src)))],
    peers: [by("bare", (dst, src) => copy(dst, src))],
  });
  return [
    contest("default stream to web stream", over(load, chunkStream, webSink)),
    contest("default stream to Writer", over(load, chunkStream, plainWriter)),
    contest("filling byte stream to Writer", over(load, fillingStream, plainWriter)),
  ];
}
