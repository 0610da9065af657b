import { explain } from "../copy/complaint.ts";
import { orAborted } from "../copy/or_aborted.ts";

/** How long to wait before connections are accepted again after that has failed, for want of descriptors most likely. */
const BREATH = 100; // ms

/**
 * Serves every connection that comes, until the signal ends it.
 *
 * @param listener Where they come from
 * @param serve Serves one to its end; never rejects
 * @param signal Ends it. Whoever serves has to end by it too
 * @param log Takes a line if a connection fails before it begins
 * @returns When the last connection is over
 */
export async function acceptAll(
  listener: Deno.TcpListener,
  serve: (conn: Deno.TcpConn) => Promise<void>,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  const connections = new Set<Promise<void>>();
  while (!signal.aborted) {
    try {
      const connection = serve(await orAborted(listener.accept(), signal));
      connections.add(connection);
      connection.finally(() => connections.delete(connection));
    } catch (reason) {
      if (signal.aborted) break;
      log(`Cannot accept a connection: ${explain(reason)}`);
      await new Promise((resolve) => setTimeout(resolve, BREATH));
    }
  }
  await Promise.all(connections);
}
