import { type BidirectionalOutcome, copyBidirectionalSettled } from "@sluice/io/net";
import { Limiter } from "@sluice/io/rate";
import { explain } from "../copy/complaint.ts";
import { orAborted } from "../copy/or_aborted.ts";
import { formatExactSize, formatSeconds } from "../copy/sizes.ts";
import { formatAddress } from "../serve/address.ts";
import type { Request } from "./arguments.ts";
import type { Tally } from "./tally.ts";

/** What all connections of a relay have in common. */
export interface Terms {
  request: Request;
  /** The limiters of all connections together; none if there is no such limit. */
  shared: { up: Limiter[]; down: Limiter[] };
  /** Ends everything. */
  signal: AbortSignal;
  tally: Tally;
}

/** How a connection ended. */
interface Ending {
  up: number;
  down: number;
  /** In a few words. */
  how: string;
  ok: boolean;
}

/**
 * Relays one connection to its end, whatever that is.
 *
 * @param client The connection, which is closed in every case
 * @param terms What it has to obey, and where it is counted
 * @returns What there is to say of it
 */
export async function relayOne(client: Deno.TcpConn, terms: Terms): Promise<string> {
  const { tally } = terms;
  const name = formatAddress(client.remoteAddr);
  const start = performance.now();
  tally.open++;
  const { up, down, how, ok } = await forward(client, terms);
  tally.open--;
  tally.over++;
  if (!ok) tally.failed++;
  const time = formatSeconds((performance.now() - start) / 1000);
  return `${name}: ${formatExactSize(up)} up, ${formatExactSize(down)} down in ${time}, ${how}`;
}

async function forward(client: Deno.TcpConn, terms: Terms): Promise<Ending> {
  const { request, shared, signal, tally } = terms;
  let target: Deno.TcpConn;
  try {
    target = await dial(request, signal);
  } catch (reason) {
    client.close();
    const how = signal.aborted ? "ended with the relay" : `no target: ${explain(reason)}`;
    return { up: 0, down: 0, how, ok: false };
  }
  // What is sent bit by bit must not wait for more.
  for (const conn of [client, target]) conn.setNoDelay(true);

  const own = () => request.rateEach === undefined ? [] : [new Limiter({ rate: request.rateEach })];
  let counted = { up: 0, down: 0 };
  const outcome = await copyBidirectionalSettled(client, target, {
    signal,
    aToB: [...own(), ...shared.up],
    bToA: [...own(), ...shared.down],
    ...(request.idle === undefined ? {} : { idleTimeout: request.idle }),
    ...(request.halfClose === undefined ? {} : { halfCloseTimeout: request.halfClose }),
    onProgress(up, down) {
      tally.up += up - counted.up;
      tally.down += down - counted.down;
      counted = { up, down };
    },
  });
  return { up: outcome.aToB, down: outcome.bToA, how: describe(outcome), ok: outcome.ok };
}

async function dial({ target }: Request, signal: AbortSignal): Promise<Deno.TcpConn> {
  const dialling = Deno.connect(target);
  try {
    return await orAborted(dialling, signal);
  } catch (reason) {
    // It may still come about after the relay was ended.
    if (signal.aborted) dialling.then((conn) => conn.close(), () => {});
    throw reason;
  }
}

function describe(outcome: BidirectionalOutcome): string {
  if (outcome.ok) return "both sides ended";
  switch (outcome.side) {
    case "a":
      return `the client failed: ${explain(outcome.reason)}`;
    case "b":
      return `the target failed: ${explain(outcome.reason)}`;
    case "signal":
      return "ended with the relay";
    default:
      return explain(outcome.reason);
  }
}
