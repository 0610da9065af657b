/**
 * Connections: copy between two of them in both directions, and look at the first bytes of one.
 *
 * @example Relay a connection
 * ```ts
 * import { copyBidirectional } from "@sluice/io/net";
 * import { assertEquals } from "@std/assert";
 *
 * const target = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const relay = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * async function answer() {
 *   const conn = await target.accept();
 *   assertEquals(await new Response(conn.readable).text(), "question");
 * }
 * async function forward() {
 *   const client = await relay.accept();
 *   const upstream = await Deno.connect({ hostname: "127.0.0.1", port: target.addr.port });
 *   return await copyBidirectional(client, upstream, { idleTimeout: 60_000 });
 * }
 * async function ask() {
 *   const conn = await Deno.connect({ hostname: "127.0.0.1", port: relay.addr.port });
 *   await conn.write(new TextEncoder().encode("question"));
 *   await conn.closeWrite();
 *   assertEquals(await conn.read(new Uint8Array(1)), null);
 *   conn.close();
 * }
 * const [counts] = await Promise.all([forward(), answer(), ask()]);
 * assertEquals(counts, { aToB: 8, bToA: 0 });
 * target.close();
 * relay.close();
 * ```
 *
 * @module
 */
export {
  type BidirectionalOptions,
  copyBidirectional,
  copyBidirectionalSettled,
} from "./copy_bidirectional.ts";
export type { Conn } from "./conn.ts";
export type { Duplex } from "./duplex.ts";
export { duplexFrom, type NodeDuplex } from "./duplex_from.ts";
export type { BidirectionalCounts, BidirectionalOutcome } from "./outcome.ts";
export { PeekedConn } from "./peeked_conn.ts";
