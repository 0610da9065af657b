/**
 * What a worker does in workerd for a test that starts it: it connects to two ports, and relays between them.
 *
 * @module
 */
import { copyBidirectionalSettled, type Duplex } from "../../src/net/mod.ts";

/** `connect` of the module `cloudflare:sockets`. */
export type Connect = (
  address: { hostname: string; port: number },
  options: { allowHalfOpen: boolean },
) => Duplex;

/** Relays between the ports `a` and `b` that a request names, and answers how it ended. */
export async function relay(connect: Connect, request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const dial = (name: string) => {
    const address = { hostname: "127.0.0.1", port: Number(searchParams.get(name)) };
    return connect(address, { allowHalfOpen: searchParams.has("half") });
  };
  const outcome = await copyBidirectionalSettled(dial("a"), dial("b"));
  return Response.json(outcome.ok ? outcome : { ...outcome, reason: String(outcome.reason) });
}
