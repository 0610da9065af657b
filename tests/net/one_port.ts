import type { Reader, Writer } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { PeekedConn } from "../../src/net/mod.ts";

/** The first byte of a TLS connection: the type of a handshake record. */
const HANDSHAKE = 22;

/** Who serves what a port is asked for. */
export interface Handlers {
  tls(conn: PeekedConn): Promise<void>;
  plain(conn: PeekedConn): Promise<void>;
}

/**
 * Serves TLS and plain text on one port, told apart by the first byte.
 *
 * @param conn A connection that was accepted; what does not say what it wants is closed
 * @param handlers Who serves it
 * @returns When it was served. Rejects with the reason if it could not be
 */
export async function serveEither(conn: Reader & Writer, handlers: Handlers): Promise<void> {
  const reader = new BufReader(conn);
  const peeked = new PeekedConn(conn, reader);
  try {
    const [first] = await reader.peek(1);
    if (first === undefined) throw new Error("The connection ended before its first byte");
    await (first === HANDSHAKE ? handlers.tls(peeked) : handlers.plain(peeked));
  } catch (reason) {
    await peeked.abort(reason);
    throw reason;
  }
}
