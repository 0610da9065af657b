import { Limiter } from "@sluice/io/rate";
import { attempt } from "../copy/complaint.ts";
import { acceptAll } from "../serve/accept_all.ts";
import { formatAddress } from "../serve/address.ts";
import type { Request } from "./arguments.ts";
import { openBoard } from "./board.ts";
import { relayOne, type Terms } from "./relay_one.ts";
import { Tally } from "./tally.ts";

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
  board.line(`Relaying ${formatAddress(listener.addr)} to ${formatAddress(request.target)}`);
  const serve = async (client: Deno.TcpConn) => board.line(await relayOne(client, terms));
  await acceptAll(listener, serve, signal, board.line);
  board.close();
  return String(tally);
}

async function listen(request: Request): Promise<Deno.TcpListener> {
  return await Deno.listen(request.listen);
}
