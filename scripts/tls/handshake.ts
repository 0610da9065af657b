import type { Duplex } from "node:stream";
import { connect, type SecureContext, TLSSocket } from "node:tls";
import { isIP } from "node:net";
import { type Conn, duplexFrom } from "@sluice/io/net";
import { nodeDuplex } from "./node_duplex.ts";
import { OnDemand } from "./on_demand.ts";

/** What came of a handshake. */
export interface Secured {
  /** The decrypted connection. */
  conn: Conn;
  /** The protocol that was agreed on by ALPN, or null if none was. */
  protocol: string | null;
}

/**
 * Takes the part of the server in TLS.
 *
 * @param conn The connection, with the ClientHello still to come
 * @param secureContext The certificate and its key
 * @param protocols What is spoken, for ALPN
 * @returns The decrypted connection; rejects with what went wrong
 */
export function acceptTls(conn: Conn, secureContext: SecureContext, protocols: string[]): Promise<Secured> {
  const below = new OnDemand(conn);
  const stream = nodeDuplex(below.conn);
  const socket = new TLSSocket(stream, {
    isServer: true,
    secureContext,
    ...(protocols.length > 0 ? { ALPNProtocols: protocols } : {}),
  });
  return secured(socket, stream, below, "secure");
}

/**
 * Takes the part of the client in TLS. The certificate of the server is verified.
 *
 * @param conn The connection
 * @param host The name or address that the certificate must have
 * @param protocols What is spoken, for ALPN
 * @param trusted Certificates of authorities in PEM to trust besides those of the host
 * @returns The decrypted connection; rejects with what went wrong
 */
export function connectTls(
  conn: Conn,
  host: string,
  protocols: string[],
  trusted: readonly string[],
): Promise<Secured> {
  const below = new OnDemand(conn);
  const stream = nodeDuplex(below.conn);
  const socket = connect({
    socket: stream,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(trusted.length > 0 ? { ca: [...trusted] } : {}),
    ALPNProtocols: protocols,
  });
  return secured(socket, stream, below, "secureConnect");
}

function secured(
  socket: TLSSocket,
  stream: Duplex,
  below: OnDemand,
  event: "secure" | "secureConnect",
): Promise<Secured> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error("The connection ended during the handshake of TLS"));
    socket.once(event, () => {
      const { alpnProtocol } = socket;
      resolve({ conn: below.above(duplexFrom(socket)), protocol: alpnProtocol || null });
    });
    socket.on("error", reject);
    socket.once("_tlsError", reject);
    socket.once("close", ended);
    // The `node:tls` of Deno does not tell that its connection has ended.
    stream.once("end", ended);
  });
}
