import type { Contender } from "./measure.ts";
import { Receiver, Sender } from "./traffic.ts";

/** How many bytes a run moves, in chunks of which size. */
export interface Load {
  bytes: number;
  chunk: number;
}

/** Makes a contender out of a name and a way to move the bytes. */
export type Over<S, D> = (name: string, move: (dst: D, src: S) => Promise<unknown>) => Contender;

/**
 * Contenders between one kind of source and one kind of sink.
 *
 * @param load What flows
 * @param make Makes the source
 * @param sink Makes the sink
 */
export function over<S, D>(
  { bytes, chunk }: Load,
  make: (sender: Sender, chunk: number) => S,
  sink: (receiver: Receiver) => D,
): Over<S, D> {
  return (name, move) => ({
    name,
    prepare(stride) {
      const receiver = new Receiver(stride);
      const src = make(new Sender(bytes, chunk, stride), chunk);
      const dst = sink(receiver);
      return { go: () => move(dst, src), received: () => receiver };
    },
  });
}
