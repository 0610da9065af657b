import type { PeekedConn } from "@sluice/io/net";
import { explain } from "../copy/complaint.ts";
import { type ClientHello, HANDSHAKE, peekClientHello } from "./client_hello.ts";
import { inTime } from "./in_time.ts";
import type { Link } from "./link.ts";
import { authorityOf, hostOf, type Origin } from "./origin.ts";
import type { Services } from "./services.ts";
import { acceptTls, type Secured } from "../tls/handshake.ts";
import { copyBoth, runTunnel } from "./tunnel.ts";

/** A tunnel that was granted. */
export interface Tunnel {
  client: Link;
  /** Leads to the origin; nothing was sent there yet. */
  upstream: Link;
  origin: Origin;
  services: Services;
  /** Serves the client as if the proxy were the origin. */
  serve(origin: Origin): Promise<void>;
  start: number;
}

/**
 * Runs a tunnel, after the client was told that there is one. A proxy without an authority of its own copies both ways; one with an
 * authority looks at the first byte: 22 is TLS, which it decrypts, anything else is taken for HTTP. Where the target speaks first it
 * is neither, and the proxy copies both ways.
 *
 * @param tunnel The tunnel
 * @returns When it has ended; rejects with the reason if it cannot be looked into
 */
export async function openTunnel(tunnel: Tunnel): Promise<void> {
  const { client, upstream, origin, services, start } = tunnel;
  const label = labelOf(tunnel);
  if (services.identities === null) return await runTunnel(client, upstream, label, services, start);

  const first = await whoSpeaksFirst(client, upstream, services.options.idleTimeout);
  if (first === "target") return await runTunnel(client, upstream, label, services, start);
  const [byte] = client.reader.window;
  if (byte === HANDSHAKE) return await decrypt(tunnel);
  const plain: Origin = { ...origin, scheme: "http" };
  services.log(`${label}: plain HTTP within`);
  await serveWithin(tunnel, plain);
}

/** Waits for the first byte of either side; a client that goes away or is silent for too long is a reason to close. */
async function whoSpeaksFirst(client: Link, upstream: Link, patience: number): Promise<"client" | "target"> {
  const first = Promise.race([
    client.lookAhead().then((n) => {
      if (n === 0) throw new Error("the client ended the tunnel before its first byte");
      return "client" as const;
    }),
    // Its end, too, is something that it says.
    upstream.lookAhead().then(() => "target" as const, () => "target" as const),
  ]);
  try {
    return await inTime(first, patience, `nothing was sent for ${patience} ms`);
  } catch (reason) {
    throw new Error(`Cannot look into the tunnel: ${explain(reason)}`);
  }
}

/** Takes the place of the origin in TLS, with a certificate of its own making. */
async function decrypt(tunnel: Tunnel): Promise<void> {
  const { client, origin, services } = tunnel;
  const { idleTimeout: patience } = services.options;
  const hello = await inTime(
    peekClientHello(client.reader),
    patience,
    `no ClientHello came in ${patience} ms`,
  );
  const conn = client.detach();
  if (hello.protocols.includes("h2") && !hello.protocols.includes("http/1.1")) {
    return await passHttp2On(tunnel, conn, hello);
  }
  const { conn: plain } = await accept(tunnel, conn, hello, hello.protocols.length > 0 ? ["http/1.1"] : []);
  client.moveTo(plain);
  services.log(`${labelOf(tunnel)}: TLS within, decrypted`);
  await serveWithin(tunnel, origin);
}

async function accept(
  { origin, services }: Tunnel,
  conn: PeekedConn,
  { serverName }: ClientHello,
  protocols: string[],
): Promise<Secured> {
  const context = await services.identities?.for(serverName ?? origin.host);
  if (context === undefined) throw new Error("There is no authority to sign a certificate");
  const { idleTimeout: patience } = services.options;
  try {
    return await inTime(acceptTls(conn, context, protocols), patience, `it took more than ${patience} ms`);
  } catch (reason) {
    throw new Error(`no TLS with the client, or it does not accept the certificate: ${explain(reason)}`);
  }
}

/** HTTP/2 alone is not understood here: it is decrypted, and encrypted again for an origin that speaks it too. */
async function passHttp2On(tunnel: Tunnel, conn: PeekedConn, hello: ClientHello): Promise<void> {
  const { upstream, origin, services, start } = tunnel;
  const why = `the client speaks h2 alone, which ${hostOf(origin)} does not`;
  let secured: Secured;
  try {
    secured = await services.dialer.secure(upstream, origin, ["h2"]);
  } catch (reason) {
    throw new Error(`${why}: ${explain(reason)}`);
  }
  if (secured.protocol !== "h2") {
    await secured.conn.abort();
    throw new Error(why);
  }
  const { conn: plain } = await accept(tunnel, conn, hello, ["h2"]);
  await copyBoth(plain, secured.conn, `${labelOf(tunnel)}: h2 within, passed on`, services, start);
}

/** Reads requests within the tunnel. The link that is there already is used for the first of them. */
async function serveWithin({ upstream, services, serve }: Tunnel, origin: Origin): Promise<void> {
  services.keep(origin, upstream);
  await serve(origin);
}

/** The beginning of its line of the log. */
function labelOf({ client, origin }: Tunnel): string {
  return `${client.peer} CONNECT ${authorityOf(origin)} 200`;
}
