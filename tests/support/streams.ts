import { STREAM_KINDS, streamBySteps } from "./steps.ts";
import { encode } from "./utf8.ts";

/** An ordinary web stream of the very objects given, bytes or not; none leaves its source before it is asked for. */
export function streamOf(...chunks: unknown[]): ReadableStream<Uint8Array> {
  const left = chunks.map((chunk) => chunk as Uint8Array);
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
}

/** The kinds of streams that a program meets, each over the same chunks. What they deliver may be cut otherwise. */
export const STREAMS: readonly {
  name: string;
  make: (...chunks: Uint8Array<ArrayBuffer>[]) => ReadableStream<Uint8Array>;
}[] = [
  ...STREAM_KINDS.map(({ kind, name }) => ({
    name,
    make: (...chunks: Uint8Array[]) => streamBySteps(kind, ...chunks),
  })),
  { name: "a Blob", make: (...chunks) => new Blob(chunks).stream() },
  { name: "the body of a Response", make: (...chunks) => bodyOf(new Blob(chunks)) },
  {
    name: "the readable side of a TransformStream",
    make: (...chunks) => streamOf(...chunks).pipeThrough(new TransformStream<Uint8Array, Uint8Array>()),
  },
];

/** The body of a Response over what a body can be made of. */
export function bodyOf(init: Blob | string): ReadableStream<Uint8Array> {
  const { body } = new Response(init);
  if (body === null) throw new Error("The Response has no body");
  return body;
}

/** A stream that does nothing until it is told, and notes what happens to it. */
export interface Scripted {
  stream: ReadableStream<Uint8Array>;
  /** Puts a chunk into the stream. */
  push(chunk: Uint8Array | string): void;
  /** Ends the stream. */
  end(): void;
  /** Fails the stream. */
  fail(reason: unknown): void;
  /** With what the stream was cancelled, if it was. */
  readonly cancelled: readonly unknown[];
}

/** Makes a stream by script; a byte stream if `type` says so. */
export function scripted(type?: "bytes"): Scripted {
  const cancelled: unknown[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController;
  const start = (given: typeof controller) => void (controller = given);
  const cancel = (reason: unknown) => void cancelled.push(reason);
  const stream: ReadableStream<Uint8Array> = type === "bytes"
    ? new ReadableStream({ type, start, cancel })
    : new ReadableStream<Uint8Array>({ start, cancel }, { highWaterMark: 0 });
  return {
    stream,
    cancelled,
    push: (chunk) => controller.enqueue(typeof chunk === "string" ? encode(chunk) : chunk.slice()),
    end() {
      controller.close();
      if ("byobRequest" in controller) controller.byobRequest?.respond(0);
    },
    fail: (reason) => controller.error(reason),
  };
}

/** A stream, and the kinds of readers it was asked for so far. */
export interface Watched {
  stream: ReadableStream<Uint8Array>;
  readers: string[];
}

/** Notes what readers a stream is asked for. */
export function watched(stream: ReadableStream<Uint8Array>): Watched {
  const readers: string[] = [];
  const { getReader } = stream;
  const spy = (...args: [ReadableStreamGetReaderOptions?]): unknown => {
    readers.push(args[0]?.mode ?? "default");
    return Reflect.apply(getReader, stream, args);
  };
  return { stream: Object.defineProperty(stream, "getReader", { value: spy }), readers };
}
