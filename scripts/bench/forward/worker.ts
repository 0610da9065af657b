/**
 * Answers with the body of an upstream, which is native, by the way that the path names.
 *
 * @module
 */
import { copy } from "../../../mod.ts";
import { streamLoop } from "../peers.ts";

/** What workerd has beyond the web platform, as far as it is used. */
declare const FixedLengthStream: new (length: number) => TransformStream<Uint8Array, Uint8Array>;
declare const IdentityTransformStream: new () => TransformStream<Uint8Array, Uint8Array>;
interface Context {
  waitUntil(promise: Promise<unknown>): void;
}
interface Service {
  fetch(url: string): Promise<Response>;
}

type Body = ReadableStream<Uint8Array>;
type Move = (dst: WritableStream<Uint8Array>, src: Body, length: number) => Promise<unknown>;

const MOVES: Record<string, Move> = {
  async "copy, length known"(dst, src, length) {
    if (await copy(dst, src, { length }) !== length) throw new Error("Counted wrong");
    await dst.close();
  },
  async "copy, length unknown"(dst, src, length) {
    if (await copy(dst, src) !== length) throw new Error("Counted wrong");
    await dst.close();
  },
  "pipeTo": (dst, src) => src.pipeTo(dst),
  "loop": streamLoop,
};

export default {
  async fetch(request: Request, { FILES }: { FILES: Service }, context: Context): Promise<Response> {
    const way = decodeURIComponent(new URL(request.url).pathname.slice(1));
    const upstream = await FILES.fetch("http://files/sample");
    if (way === "as it is") return upstream;
    const [move, src] = [MOVES[way], upstream.body];
    if (move === undefined || src === null) return new Response(null, { status: 404 });
    const length = Number(upstream.headers.get("content-length"));
    const known = way === "copy, length known";
    const { readable, writable } = known ? new FixedLengthStream(length) : new IdentityTransformStream();
    context.waitUntil(move(writable, src, length));
    return new Response(readable);
  },
};
