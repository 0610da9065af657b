import { Limiter } from "@sluice/io/rate";
import { attempt, explain } from "../copy/complaint.ts";
import { orAborted } from "../copy/or_aborted.ts";
import { formatAddress } from "./address.ts";
import type { Request } from "./arguments.ts";
import { openBoard } from "./board.ts";
import { relayOne, type Terms } from "./relay_one.ts";
import { Tally } from "./tally.ts";

/** How long to wait before connections are accepted again after that has failed, for want of descriptors most likely. */
const BREATH = 100; // ms

/**
 * Relays until the signal ends it, and then every connection.
 *
 * @param request What to relay, and how
 * @param signal Ends it
 * @returns What was done, in one line
 */
export async function runRelay(request: Request, signal: AbortSignal): Promise<string> {
  using listener = await attempt(`listen on ${formatAddress(request.listen)}`, listen(request));
  const tally = new Tally();
  const limit = () => request.rate === undefined ? [] : [new Limiter({ rate: request.rate })];
  const terms: Terms = { request, signal, tally, shared: { up: limit(), down: limit() } };
  const board = openBoard(tally);
  const connections = new Set<Promise<void>>();
  board.line(`Relaying ${formatAddress(listener.addr)} to ${formatAddress(request.target)}`);
  while (!signal.aborted) {
    try {
      const client = await orAborted(listener.accept(), signal);
      const connection = relayOne(client, terms).then((line) => board.line(line));
      connections.add(connection);
      connection.finally(() => connections.delete(connection));
    } catch (reason) {
      if (signal.aborted) break;
      board.line(`Cannot accept a connection: ${explain(reason)}`);
      await new Promise((resolve) => setTimeout(resolve, BREATH));
    }
  }
  await Promise.all(connections);
  board.close();
  return String(tally);
}

async function listen(request: Request): Promise<Deno.TcpListener> {
  return await Deno.listen(request.listen);
}
