import { readAll } from "../../../mod.ts";
import { chunkStream } from "../ends.ts";
import type { Contender, Contest } from "../measure.ts";
import { Receiver, Sender } from "../traffic.ts";

const CHUNK = 16 * 1024; // 16 KiB

/** A body of 64 MiB as one array. */
export function readAllCases(share: number): Contest[] {
  const bytes = 64 * 1024 * 1024 * share;
  const contender = (
    name: string,
    read: (stream: ReadableStream<Uint8Array>) => Promise<Uint8Array>,
  ): Contender => ({
    name,
    prepare(stride) {
      const stream = chunkStream(new Sender(bytes, CHUNK, stride));
      const receiver = new Receiver(stride);
      let all = new Uint8Array(0);
      return {
        async go() {
          all = await read(stream) as Uint8Array<ArrayBuffer>;
        },
        received() {
          receiver.accept(all);
          return receiver;
        },
      };
    },
  });
  // Node 20 has no bytes().
  const hasBytes = "bytes" in Response.prototype;
  return [{
    name: "readAll",
    chunk: CHUNK,
    bytes,
    ours: [contender("readAll", (stream) => readAll(stream))],
    peers: [
      contender("Response", async (stream) => {
        const response = new Response(stream as BodyInit);
        return hasBytes ? await response.bytes() : new Uint8Array(await response.arrayBuffer());
      }),
    ],
  }];
}
