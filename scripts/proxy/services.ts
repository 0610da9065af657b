import { Dialer } from "./dialer.ts";
import type { SentRequest } from "./exchange.ts";
import { Identities } from "./identities.ts";
import type { Line } from "./line.ts";
import { Link } from "./link.ts";
import type { ProxyOptions } from "./options.ts";
import { type Origin, urlOf } from "./origin.ts";
import { Pool } from "./pool.ts";

/** What all sessions of a proxy share. */
export class Services {
  readonly options: ProxyOptions;
  /** The name of the proxy among those that handle a message. It is told from others of its kind. */
  readonly agent: string = `sluice-${crypto.randomUUID().slice(0, 8)}`;
  readonly dialer: Dialer;
  readonly pool: Pool = new Pool();
  /** The certificates to show in the place of hosts, or null where tunnels are not looked into. */
  readonly identities: Identities | null;
  /** The lines that were not ended yet. */
  readonly live: Set<Line> = new Set();

  /**
   * Makes what goes with the options.
   *
   * @param options Those of the proxy
   * @param signal Gives up what is being connected
   */
  constructor(options: ProxyOptions, signal: AbortSignal) {
    const { agent, live } = this;
    this.options = options;
    this.dialer = new Dialer({ ...options, agent, live, signal });
    this.identities = options.authority === null ? null : new Identities(options.authority);
  }

  /** Writes a line to the log. */
  log(line: string): void {
    this.options.log(line);
  }

  /**
   * Gets a request ready for the way it takes.
   *
   * @param origin Whom it is for
   * @param sent The request; another proxy is asked for the whole URL
   * @returns The name of the way, for links that can be used again
   */
  prepare(origin: Origin, sent: SentRequest): string {
    if (!this.dialer.isChained || origin.scheme === "https") return urlOf(origin);
    sent.target = urlOf(origin) + (sent.target === "*" ? "" : sent.target);
    const { credentials } = this.dialer;
    if (credentials !== null) sent.headers.set("proxy-authorization", credentials);
    return this.options.refusePrivate ? `proxy for ${urlOf(origin)}` : "proxy";
  }

  /**
   * Finds or makes a link for a request.
   *
   * @param origin Whom the request is for
   * @param key The name of the way
   * @param mayReuse Whether it may be one that was used before
   * @returns The link
   */
  async linkTo(origin: Origin, key: string, mayReuse: boolean): Promise<{ link: Link; reused: boolean }> {
    const pooled = mayReuse ? this.pool.take(key) : null;
    if (pooled !== null) return { link: pooled, reused: true };
    if (origin.scheme === "http") return { link: await this.dialer.open(origin), reused: false };
    const kept = this.pool.take(bareName(origin));
    const bare = kept ?? await this.dialer.tunnel(origin);
    const { conn } = await this.dialer.secure(bare, origin, ["http/1.1"]);
    return { link: new Link(conn, bare.peer, this.live), reused: false };
  }

  /**
   * Keeps a link to an origin itself, on which nothing was sent yet, for the next request to it.
   *
   * @param origin The origin
   * @param link The link
   */
  keep(origin: Origin, link: Link): void {
    this.pool.put(origin.scheme === "http" ? urlOf(origin) : bareName(origin), link);
  }
}

/** The name of a way on which TLS has still to begin. */
function bareName(origin: Origin): string {
  return `bare ${urlOf(origin)}`;
}
