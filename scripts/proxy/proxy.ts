import { Limiter } from "@sluice/io/rate";
import { acceptAll } from "../serve/accept_all.ts";
import { formatAddress } from "../serve/address.ts";
import { Link } from "./link.ts";
import { DEFAULT_OPTIONS, type ProxyOptions } from "./options.ts";
import { Services } from "./services.ts";
import { Session } from "./session.ts";
import { tcpWire, throttledWire } from "./wire.ts";

/** A proxy that runs. */
export interface Proxy {
  /** Where it listens. */
  readonly hostname: string;
  readonly port: number;
  /** How many connections are open, to clients and to others. */
  readonly open: number;
  /** Ends everything at once; resolves when nothing is left. */
  close(): Promise<void>;
}

/**
 * Starts a proxy.
 *
 * @param options How it behaves, where that differs from what goes without saying
 * @returns The proxy, which listens already
 */
export function startProxy(options: Partial<ProxyOptions> = {}): Proxy {
  const all = { ...DEFAULT_OPTIONS, ...options };
  const listener = Deno.listen({ hostname: all.hostname, port: all.port });
  const stop = new AbortController();
  const services = new Services(all, stop.signal);
  const limiters = all.rate === Infinity ? null : {
    up: new Limiter({ rate: all.rate }),
    down: new Limiter({ rate: all.rate }),
  };

  async function serve(conn: Deno.TcpConn): Promise<void> {
    const tcp = tcpWire(conn);
    const wire = limiters === null ? tcp : throttledWire(tcp, limiters.up, limiters.down);
    await new Session(new Link(wire, formatAddress(conn.remoteAddr), services.live), services).run();
  }

  const serving = acceptAll(listener, serve, stop.signal, (line) => services.log(line));
  const { hostname, port } = listener.addr;
  return {
    hostname,
    port,
    get open() {
      return services.live.size;
    },
    async close() {
      if (!stop.signal.aborted) {
        stop.abort(new Error("The proxy was closed"));
        listener.close();
      }
      services.pool.close();
      const lines = [...services.live];
      await Promise.all(lines.map((line) => line.abort(stop.signal.reason).catch(() => {})));
      await serving;
    },
  };
}
