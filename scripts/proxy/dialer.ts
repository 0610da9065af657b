import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { readResponse, writeRequest } from "@sluice/io/http1";
import { explain } from "../copy/complaint.ts";
import { isPrivate } from "./addresses.ts";
import type { Line } from "./line.ts";
import { Link } from "./link.ts";
import { authorityOf, type Origin } from "./origin.ts";
import { Refusal } from "./refusal.ts";
import { connectTls, type Secured } from "../tls/handshake.ts";
import { tcpWire } from "./wire.ts";

/** How origins are reached. */
export interface DialOptions {
  /** The proxy to go through, `http://[user:password@]host[:port]`, or null. */
  upstream: URL | null;
  /** Certificates of authorities in PEM to trust besides those of the host. */
  trusted: readonly string[];
  /** Whether addresses that are not public are refused. */
  refusePrivate: boolean;
  /** How many milliseconds a connection may take. */
  connectTimeout: number;
  /** The name of this proxy. */
  agent: string;
  /** The lines that were not ended yet. */
  live: Set<Line>;
  /** Gives up what is being connected. */
  signal: AbortSignal;
}

/** Connects to origins, or to the proxy before them. What fails is a {@linkcode Refusal}. */
export class Dialer {
  readonly #options: DialOptions;

  /**
   * Takes the options.
   *
   * @param options How origins are reached
   */
  constructor(options: DialOptions) {
    this.#options = options;
  }

  /** Whether there is another proxy before the origins. */
  get isChained(): boolean {
    return this.#options.upstream !== null;
  }

  /** What that proxy wants to see with every request, or null. */
  get credentials(): string | null {
    const { username = "", password = "" } = this.#options.upstream ?? {};
    if (username === "") return null;
    const bytes = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    return `Basic ${btoa(String.fromCharCode(...bytes))}`;
  }

  /**
   * Opens a link for HTTP requests to an origin in the clear, or to the proxy before it.
   *
   * @param origin The origin
   * @returns The link
   */
  async open(origin: Origin): Promise<Link> {
    const addresses = await this.#addressesOf(origin.host);
    const { upstream } = this.#options;
    return upstream === null ? await this.#dial(addresses, origin) : await this.#dialUpstream(upstream);
  }

  /**
   * Opens a link to an origin itself: straight, or by a tunnel of the proxy before it. What the other end said already is in its
   * reader.
   *
   * @param origin The origin
   * @returns The link
   */
  async tunnel(origin: Origin): Promise<Link> {
    const { upstream } = this.#options;
    const link = await this.open(origin);
    if (upstream === null) return link;
    try {
      await this.#connectThrough(link, origin);
      return link;
    } catch (reason) {
      await link.abort(reason);
      if (reason instanceof Refusal) throw reason;
      throw new Refusal(502, `Cannot reach ${authorityOf(origin)} by ${upstream.host}: ${explain(reason)}`);
    }
  }

  /**
   * Begins TLS to an origin on a link that leads to it.
   *
   * @param link The link
   * @param origin The origin, which must prove that it is that
   * @param protocols What is spoken, for ALPN
   * @returns The decrypted connection
   */
  async secure(link: Link, origin: Origin, protocols: string[]): Promise<Secured> {
    try {
      return await connectTls(link.conn(), origin.host, protocols, this.#options.trusted);
    } catch (reason) {
      await link.abort(reason);
      throw new Refusal(502, `Cannot speak TLS to ${authorityOf(origin)}: ${explain(reason)}`, reason);
    }
  }

  async #connectThrough(link: Link, origin: Origin): Promise<void> {
    const target = authorityOf(origin);
    const { credentials } = this;
    const headers = new Headers({ host: target, via: `1.1 ${this.#options.agent}` });
    if (credentials !== null) headers.set("proxy-authorization", credentials);
    await writeRequest(link.writer, { method: "CONNECT", target, headers });
    await link.writer.flush();
    let response = await readResponse(link.reader, { method: "CONNECT" });
    while (response.status < 200) response = await readResponse(link.reader, { method: "CONNECT" });
    if (response.status < 300) return;
    const { status, statusText } = response;
    throw new Refusal(502, `Cannot reach ${target}: the proxy ${link.peer} answered ${status} ${statusText}`);
  }

  async #dialUpstream(upstream: URL): Promise<Link> {
    const { hostname, port } = upstream;
    const host = hostname.replace(/^\[|\]$/g, "");
    const proxy: Origin = { scheme: "http", host, port: port === "" ? 80 : Number(port) };
    return await this.#dial(await this.#resolve(host), proxy);
  }

  async #dial(addresses: readonly string[], origin: Origin): Promise<Link> {
    let failure: unknown;
    for (const address of addresses) {
      try {
        const wire = tcpWire(await this.#connect(address, origin.port));
        return new Link(wire, authorityOf(origin), this.#options.live);
      } catch (reason) {
        failure = reason;
      }
    }
    const status = failure instanceof DOMException && failure.name === "TimeoutError" ? 504 : 502;
    throw new Refusal(status, `Cannot connect to ${authorityOf(origin)}: ${explain(failure)}`, failure);
  }

  /** The addresses of a host that may be connected to, after the names were looked up: a name can stand for any. */
  async #addressesOf(host: string): Promise<string[]> {
    const { upstream, refusePrivate } = this.#options;
    if (upstream !== null && !refusePrivate) return [];
    const addresses = await this.#resolve(host);
    if (!refusePrivate) return addresses;
    const allowed = addresses.filter((address) => !isPrivate(address));
    if (allowed.length === 0) throw new Refusal(403, `Cannot connect to ${host}: it is in a private network`);
    return allowed;
  }

  async #resolve(host: string): Promise<string[]> {
    if (isIP(host) !== 0) return [host];
    try {
      return (await lookup(host, { all: true })).map(({ address }) => address);
    } catch (reason) {
      throw new Refusal(502, `Cannot find ${host}: ${explain(reason)}`, reason);
    }
  }

  async #connect(hostname: string, port: number): Promise<Deno.TcpConn> {
    const { signal, connectTimeout } = this.#options;
    const late = new AbortController();
    const text = `no connection within ${connectTimeout} ms`;
    const timer = setTimeout(() => late.abort(new DOMException(text, "TimeoutError")), connectTimeout);
    const either = AbortSignal.any([signal, late.signal]);
    try {
      const conn = await Deno.connect({ hostname, port, signal: either });
      if (!either.aborted) return conn;
      conn.close();
      throw either.reason;
    } catch (reason) {
      throw either.aborted ? either.reason : reason;
    } finally {
      clearTimeout(timer);
    }
  }
}
