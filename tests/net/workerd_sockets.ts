/**
 * A worker that relays between two sockets of workerd, for a test that starts it: connects to both ports that it is told.
 *
 * @module
 */
import { connect } from "cloudflare:sockets";
import { copyBidirectionalSettled } from "../../src/net/mod.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const half = searchParams.has("half");
    const [a, b] = ["a", "b"].map((name) =>
      connect({ hostname: "127.0.0.1", port: Number(searchParams.get(name)) }, { allowHalfOpen: half })
    );
    const signal = searchParams.has("abort") ? AbortSignal.timeout(200) : undefined;
    const outcome = await copyBidirectionalSettled(a, b, signal ? { signal } : {});
    return Response.json({ ...outcome, reason: "reason" in outcome ? String(outcome.reason) : null });
  },
};
