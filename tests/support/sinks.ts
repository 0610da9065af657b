import { decode } from "./utf8.ts";

/** A writable stream that keeps what it is given, and what it was told besides. */
export interface Sink {
  stream: WritableStream<Uint8Array>;
  /** The chunks, by identity. */
  readonly chunks: readonly Uint8Array[];
  /** What happened, in order: `"abc"` for a chunk, then `close`, or `abort` with its reason. */
  readonly events: readonly string[];
  /** With what the stream was aborted, if it was. */
  readonly aborted: readonly unknown[];
}

/**
 * Makes a sink.
 *
 * @param onWrite What the sink waits for, or fails with, at each chunk
 */
export function sink(onWrite: (chunk: Uint8Array) => unknown = () => {}): Sink {
  const chunks: Uint8Array[] = [];
  const events: string[] = [];
  const aborted: unknown[] = [];
  const stream = new WritableStream<Uint8Array>({
    async write(chunk) {
      await onWrite(chunk);
      chunks.push(chunk);
      events.push(JSON.stringify(decode(chunk)));
    },
    close: () => void events.push("close"),
    abort(reason) {
      aborted.push(reason);
      events.push(`abort: ${reason instanceof Error ? reason.message : reason}`);
    },
  });
  return { stream, chunks, events, aborted };
}
