/**
 * Sources of each honest kind and the two kinds of sinks, all in memory.
 *
 * @module
 */
import type { Reader, Writer } from "../../mod.ts";
import type { Receiver, Sender } from "./traffic.ts";

/** A default stream that makes a new chunk for every pull. */
export function chunkStream(sender: Sender): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = sender.carve();
      if (chunk === null) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

/** A byte stream that fills the consumer's view, or one that the platform allocates, as the hosts' files do. */
export function fillingStream(sender: Sender, chunk: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: chunk,
    pull(controller) {
      const request = controller.byobRequest;
      const view = request?.view ?? null;
      if (request === null || view === null) throw new Error("Cannot fill a view: there is none");
      const n = sender.fill(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      if (n === 0) controller.close();
      request.respond(n);
    },
  });
}

/** A byte stream that only enqueues new chunks, whatever the consumer brings. */
export function enqueueingStream(sender: Sender): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const chunk = sender.next();
      if (chunk !== null) return controller.enqueue(chunk);
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

/** A Reader and nothing more. */
export function plainReader(sender: Sender): Reader {
  return {
    read(p) {
      const n = sender.fill(p);
      return Promise.resolve(n === 0 ? null : n);
    },
  };
}

/** A Writer and nothing more. */
export function plainWriter(receiver: Receiver): Writer {
  return {
    write(p) {
      receiver.accept(p);
      return Promise.resolve(p.byteLength);
    },
  };
}

/** A web stream into the receiver. */
export function webSink(receiver: Receiver): WritableStream<Uint8Array> {
  return new WritableStream({
    write(chunk) {
      receiver.accept(chunk);
    },
  });
}
