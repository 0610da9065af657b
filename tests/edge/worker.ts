/**
 * A worker as one runs at the edge, made of the public API alone. `worker_deno_test.ts` has workerd, Deno and Bun
 * serve it, and asks it over HTTP.
 *
 * @module
 */
import { copy, type CopyPath, readAll, replayable } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";

/** What workerd gives a worker besides the request, and other hosts do not. */
interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

type Through = TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>;

/** A part of workerd: it announces its length, and takes exactly that. */
declare const FixedLengthStream: (new (length: number) => Through) | undefined;

export default {
  async fetch(request: Request, _env?: unknown, context?: Context): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const upstream = searchParams.get("from");
    if (upstream === null) return pathname === "/replay" ? await replay(request) : new Response("ready");
    const { body, headers } = await fetch(upstream, { signal: request.signal });
    if (body === null) return new Response(null, { status: 502 });
    if (pathname === "/sniff") return await sniff(body);

    const length = Number(headers.get("content-length"));
    const fixed = pathname === "/fixed" && typeof FixedLengthStream === "function";
    const { readable, writable } = fixed ? new FixedLengthStream(length) : new TransformStream();
    const path = Promise.withResolvers<CopyPath>();
    const copied = forward(writable, body, {
      signal: request.signal,
      onPath: path.resolve,
      ...pathname === "/fixed" ? { length } : {},
    });
    context?.waitUntil(copied);
    const response = { headers: { "x-path": await path.promise, "x-fixed": String(fixed) } };
    return new Response(readable, response);
  },
};

/** Copies a whole body; where that fails, neither end waits for the other. */
async function forward(
  dst: WritableStream<Uint8Array>,
  src: ReadableStream<Uint8Array>,
  options: Parameters<typeof copy>[2],
): Promise<void> {
  try {
    await copy(dst, src, options);
    await dst.close();
  } catch (reason) {
    await Promise.allSettled([dst.abort(reason), src.cancel(reason)]);
  }
}

/** Looks at the first bytes of a body, and hands on all of it. */
async function sniff(body: ReadableStream<Uint8Array>): Promise<Response> {
  const reader = new BufReader(body);
  const magic = new TextDecoder().decode(await reader.peek(4));
  const type = magic === "%PDF" ? "application/pdf" : "application/octet-stream";
  return new Response(reader.release(), { headers: { "content-type": type } });
}

/** Reads the body of a request to hash it, and then once more to send it back. */
async function replay(request: Request): Promise<Response> {
  if (request.body === null) return new Response(null, { status: 400 });
  const body = replayable(request.body, { limit: 16 * 1024 * 1024 });
  const all = await readAll(body.reader());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all.slice()));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return new Response(body.stream(), { headers: { "x-sha256": hash } });
}
