/**
 * Sources by script: one step after the other, then the end. The same steps drive a Reader, a ChunkReader
 * and every kind of web stream.
 *
 * @module
 */
import type { ChunkReader, Reader } from "../../mod.ts";

/** Bytes to give, or something to do before the next: wait, or throw, and then so at every later call. */
export type Step = Uint8Array | (() => unknown);

/** The step of a source that fails. */
export function failing(reason: unknown): Step {
  return () => {
    throw reason;
  };
}

/** The step of a source that waits. */
export function waiting(promise: Promise<unknown>): Step {
  return () => promise;
}

/** Runs through steps; hands out copies, which whoever gets them may keep or transfer. */
export class Script {
  readonly #steps: Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = [...steps];
  }

  /** The next bytes, at most `max` of them, or null at the end. Never spans two steps. */
  async next(max = Infinity): Promise<Uint8Array<ArrayBuffer> | null> {
    let step = this.#steps[0];
    while (typeof step === "function") {
      await step();
      this.#steps.shift();
      step = this.#steps[0];
    }
    if (step === undefined) return null;
    if (step.byteLength > max) this.#steps[0] = step.subarray(max);
    else this.#steps.shift();
    return step.slice(0, Math.min(max, step.byteLength));
  }
}

/** A Reader that notes the size of every buffer it is given. */
export interface RecordingReader extends Reader {
  /** The sizes, in order. */
  readonly sizes: number[];
}

/** A plain Reader that goes through steps. A step that is a number is what one read resolves to, right or wrong. */
export function readerOf(...steps: (Step | number)[]): RecordingReader {
  const sizes: number[] = [];
  const left = [...steps];
  let script = new Script([]);
  return {
    sizes,
    async read(p) {
      sizes.push(p.byteLength);
      for (;;) {
        const bytes = await script.next(p.byteLength);
        if (bytes !== null) {
          p.set(bytes);
          return bytes.byteLength;
        }
        const step = left.shift();
        if (step === undefined) return null;
        if (typeof step === "number") return step;
        script = new Script([step]);
      }
    },
  };
}

/** A ChunkReader that goes through steps, and notes the size of every buffer that is given to its `read` instead. */
export function chunkReaderOf(...steps: Step[]): RecordingReader & ChunkReader {
  const sizes: number[] = [];
  const script = new Script(steps);
  return {
    sizes,
    readChunk: (max) => script.next(max),
    async read(p) {
      sizes.push(p.byteLength);
      const bytes = await script.next(p.byteLength);
      if (bytes !== null) p.set(bytes);
      return bytes === null ? null : bytes.byteLength;
    },
  };
}

/** The kinds of web streams that can be scripted. */
export type StreamKind = "default" | "filling" | "enqueuing";

/** All of them, with what a user would call them. */
export const STREAM_KINDS: readonly { kind: StreamKind; name: string }[] = [
  { kind: "default", name: "an ordinary stream" },
  { kind: "filling", name: "a byte stream that fills views" },
  { kind: "enqueuing", name: "a byte stream that enqueues" },
];

/**
 * A web stream that goes through steps. Nothing leaves the script before it is asked for. Where the platform has no
 * byte streams, each kind is an ordinary stream.
 */
export function streamBySteps(kind: StreamKind, ...steps: Step[]): ReadableStream<Uint8Array> {
  const script = new Script(steps);
  if (kind !== "default") {
    try {
      return new ReadableStream({
        type: "bytes",
        pull: (controller) => kind === "filling" ? fill(script, controller) : enqueue(script, controller),
      });
    } catch {
      // No byte streams here.
    }
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await script.next();
      if (chunk === null) controller.close();
      else controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
}

async function fill(script: Script, controller: ReadableByteStreamController): Promise<void> {
  const request = controller.byobRequest;
  const view = request?.view;
  if (!request || !view) return await enqueue(script, controller);
  const bytes = await script.next(isStale(request) ? undefined : view.byteLength);
  if (bytes === null) return end(controller);
  if (isStale(request)) return request.respondWithNewView(bytes);
  // A request that was given up meanwhile has no view any more; its bytes go into the queue of the stream.
  if (controller.byobRequest === null || request.view === null) return controller.enqueue(bytes);
  new Uint8Array(request.view.buffer, request.view.byteOffset).set(bytes);
  request.respond(bytes.byteLength);
}

/** In workerd the request of a reader that gave up stays, with a view that is detached: it takes other memory. */
function isStale(request: ReadableStreamBYOBRequest): boolean {
  return request.view?.byteLength === 0;
}

async function enqueue(script: Script, controller: ReadableByteStreamController): Promise<void> {
  const bytes = await script.next();
  if (bytes === null) end(controller);
  else controller.enqueue(bytes);
}

/** Without an answer to its request a BYOB reader would never hear of the end. */
function end(controller: ReadableByteStreamController): void {
  controller.close();
  const request = controller.byobRequest;
  if (request !== null && !isStale(request)) request.respond(0);
}
