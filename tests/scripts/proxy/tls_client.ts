import type { Conn } from "@sluice/io/net";
import { connectTls, type Secured } from "../../../scripts/tls/handshake.ts";
import { closeQuietly } from "./harness.ts";

/** How the bytes of a client are cut: the first ones go together with the CONNECT, or all go one by one. */
export type Cut = "with CONNECT" | "byte by byte";

/**
 * Opens a tunnel and speaks TLS in it, without waiting for the proxy to grant it.
 *
 * @param proxy The proxy
 * @param target The host and port
 * @param ca The authority that is trusted
 * @param cut How the first bytes are cut
 * @param protocols What is offered by ALPN
 */
export async function connectTunnelled(
  proxy: { port: number },
  target: string,
  ca: string,
  cut: Cut,
  protocols: string[] = ["http/1.1"],
): Promise<Secured> {
  const tcp = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  tcp.setNoDelay(true);
  return await connectTls(hasty(tcp, target, cut), "127.0.0.1", protocols, [ca]);
}

/** A connection through a tunnel that is used before it is there. */
function hasty(tcp: Deno.TcpConn, target: string, cut: Cut): Conn {
  let head: Uint8Array | null = new TextEncoder().encode(
    `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`,
  );
  let granted = false;
  let first = true;

  async function readChunk(): Promise<Uint8Array | null> {
    let received = "";
    while (!granted) {
      const p = new Uint8Array(1); // so that nothing behind the head is taken
      if (await tcp.read(p) === null) return null;
      received += String.fromCharCode(...p);
      granted = received.endsWith("\r\n\r\n");
    }
    const p = new Uint8Array(64 * 1024);
    const n = await tcp.read(p);
    return n === null ? null : p.subarray(0, n);
  }

  async function send(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) done += await tcp.write(bytes.subarray(done));
  }

  async function write(p: Uint8Array): Promise<number> {
    const start = head ?? new Uint8Array(0);
    const all = new Uint8Array([...start, ...p]);
    head = null;
    if (cut === "byte by byte" && first) { for (const byte of all) await send(Uint8Array.of(byte)); }
    else await send(all);
    first = false;
    return p.byteLength;
  }

  const close = () => Promise.resolve(closeQuietly(tcp));
  return {
    readChunk,
    read: () => Promise.reject(new Error("It is read by chunks")),
    write,
    closeWrite: () => tcp.closeWrite(),
    close,
    abort: close,
  };
}
