import { copy } from "../../../mod.ts";
import type { Contender, Contest } from "../measure.ts";
import { readerLoop, streamLoop } from "../peers.ts";
import { Receiver, Sender } from "../traffic.ts";

const SIZE = 1024; // 1 KiB

/** How long it takes from the call to the first byte out, for one small body after another. */
export function firstByteCases(share: number): Contest[] {
  const bodies = 1024 * Math.max(share, 1 / 2);
  return [
    contestOf("first byte of a body to Writer", bodies, "loop", copy, readerLoop, (arrived) => ({
      write(p: Uint8Array) {
        arrived(p);
        return Promise.resolve(p.byteLength);
      },
    })),
    contestOf("first byte of a body to web stream", bodies, "loop", copy, streamLoop, (arrived) => {
      return new WritableStream<Uint8Array>({ write: arrived });
    }),
  ];
}

type Move<D> = (dst: D, src: ReadableStream<Uint8Array>) => Promise<unknown>;

function contestOf<D>(
  name: string,
  bodies: number,
  peer: string,
  ours: Move<D>,
  loop: Move<D>,
  sink: (arrived: (chunk: Uint8Array) => void) => D,
): Contest {
  const contender = (name: string, move: Move<D>): Contender => ({
    name,
    prepare(stride) {
      const sender = new Sender(bodies * SIZE, SIZE, stride);
      const receiver = new Receiver(stride);
      let took = 0;
      return {
        async go() {
          for (let chunk = sender.next(); chunk !== null; chunk = sender.next()) {
            const body = new Response(chunk).body as ReadableStream<Uint8Array>;
            let first = 0;
            const dst = sink((bytes) => {
              first ||= performance.now();
              receiver.accept(bytes);
            });
            const start = performance.now();
            await move(dst, body);
            took += first - start;
          }
        },
        received: () => receiver,
        took: () => took,
      };
    },
  });
  return {
    name,
    chunk: SIZE,
    bytes: bodies * SIZE,
    ours: [contender("copy", (dst, src) => ours(dst, src))],
    peers: [contender(peer, loop)],
  };
}
