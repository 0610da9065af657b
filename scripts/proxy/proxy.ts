import { Limiter } from "@sluice/io/rate";
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
  const sessions = new Set<Promise<void>>();
  const limiters = all.rate === Infinity ? null : {
    up: new Limiter({ rate: all.rate }),
    down: new Limiter({ rate: all.rate }),
  };

  function serve(conn: Deno.TcpConn): void {
    const { hostname, port } = conn.remoteAddr;
    const tcp = tcpWire(conn);
    const wire = limiters === null ? tcp : throttledWire(tcp, limiters.up, limiters.down);
    const client = new Link(wire, `${hostname}:${port}`, services.live);
    const session = new Session(client, services).run();
    sessions.add(session);
    session.finally(() => sessions.delete(session));
  }

  async function accept(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        serve(await listener.accept());
      } catch (reason) {
        if (stop.signal.aborted) return;
        // One connection that fails before it begins is no reason to refuse the others.
        services.log(`Cannot accept a connection: ${String(reason)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  const accepting = accept();
  const { hostname, port } = listener.addr as Deno.NetAddr;
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
      await Promise.all([accepting, ...sessions]);
    },
  };
}
