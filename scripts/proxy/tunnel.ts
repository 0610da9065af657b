import { copyBidirectionalSettled, type Duplex } from "@sluice/io/net";
import { explain } from "../copy/complaint.ts";
import { formatSeconds, formatSize } from "../copy/sizes.ts";
import type { Link } from "./link.ts";
import type { Services } from "./services.ts";

/**
 * Copies both ways between a client and whom it wants, undisturbed, until both have ended. What was read ahead goes first.
 * Never rejects.
 *
 * @param client The client
 * @param upstream The other
 * @param label The beginning of the line of the log
 * @param services What all sessions share
 * @param start When it began
 */
export async function runTunnel(
  client: Link,
  upstream: Link,
  label: string,
  services: Services,
  start: number,
): Promise<void> {
  client.line.beforeRead = upstream.line.beforeRead = null;
  await copyBoth(client.conn(), upstream.conn(), label, services, start);
}

/**
 * As `runTunnel`, for connections.
 *
 * @param client The client
 * @param upstream The other
 * @param label The beginning of the line of the log
 * @param services What all sessions share
 * @param start When it began
 */
export async function copyBoth(
  client: Duplex,
  upstream: Duplex,
  label: string,
  services: Services,
  start: number,
): Promise<void> {
  const { idleTimeout, halfCloseTimeout } = services.options;
  const outcome = await copyBidirectionalSettled(client, upstream, { idleTimeout, halfCloseTimeout });
  const moved = `up ${formatSize(outcome.aToB)}, down ${formatSize(outcome.bToA)}`;
  const failure = outcome.ok ? "" : `, ${culprit(outcome.side)}${explain(outcome.reason)}`;
  services.log(`${label}: ${moved} in ${formatSeconds((performance.now() - start) / 1000)}${failure}`);
}

function culprit(side: string): string {
  return side === "a" ? "the client failed: " : side === "b" ? "the target failed: " : "";
}
