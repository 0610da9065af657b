/**
 * A Service Worker that forwards a body and counts it on its way. It answers to `/sw/body` with the body of
 * `/body`, and to `/sw/count` with the bytes that it has forwarded.
 *
 * @module
 */
import { copy, countingReader } from "../../mod.ts";

/** The parts of a Service Worker that are used: the library of a page does not have them. */
interface Scope {
  addEventListener(type: "fetch", listener: (event: FetchEventLike) => void): void;
  addEventListener(type: "install" | "activate", listener: (event: EventLike) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}

interface EventLike {
  waitUntil(promise: Promise<unknown>): void;
}

interface FetchEventLike extends EventLike {
  request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as unknown as Scope;
let count = 0;

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  switch (new URL(event.request.url).pathname) {
    case "/sw/body":
      return event.respondWith(forward(event));
    case "/sw/count":
      return event.respondWith(Promise.resolve(new Response(String(count))));
  }
});

async function forward(event: EventLike): Promise<Response> {
  const { body } = await fetch("/body");
  if (body === null) return Response.error();
  const source = countingReader(body);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const copied = copy(writable, source).then(async () => {
    count += source.count;
    await writable.close();
  }, (reason) => writable.abort(reason));
  event.waitUntil(copied);
  return new Response(readable);
}
