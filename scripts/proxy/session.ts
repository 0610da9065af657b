import {
  HttpError,
  readRequest,
  type RequestMessage,
  type ResponseMessage,
  writeResponse,
} from "@sluice/io/http1";
import { formatSeconds, formatSize } from "../copy/sizes.ts";
import { explain } from "../copy/complaint.ts";
import { Exchange, type SentRequest, type SentResponse, Untouched } from "./exchange.ts";
import { forwarded, hasPassed, upgradeOf } from "./fields.ts";
import { IdleTimer } from "./idle_timer.ts";
import type { Link } from "./link.ts";
import { linger } from "./linger.ts";
import { type ModifiableRequest, modify } from "./modifiers.ts";
import { authorityOf, hostOf, type Origin, originOf, parseTarget, urlOf } from "./origin.ts";
import { phraseOf, Refusal, warning } from "./refusal.ts";
import type { Services } from "./services.ts";
import { openTunnel } from "./open_tunnel.ts";
import { runTunnel } from "./tunnel.ts";

/** Requests that may be sent twice. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** What becomes of a client after a request. */
type Next = "another request" | "close" | "handed over";

/** A client that speaks HTTP with the proxy: request by request, until somebody has enough. */
export class Session {
  readonly #client: Link;
  readonly #services: Services;
  /** Whom the client takes the proxy for, within a tunnel. */
  readonly #origin: Origin | null;
  readonly #idle: IdleTimer;
  #exchange: { upstream: Link } | null = null;

  /**
   * Takes a client over.
   *
   * @param client The client
   * @param services What all sessions share
   * @param origin Whom the client takes the proxy for, within a tunnel
   */
  constructor(client: Link, services: Services, origin: Origin | null = null) {
    this.#client = client;
    this.#services = services;
    this.#origin = origin;
    this.#idle = new IdleTimer(services.options.idleTimeout, () => this.#giveUp());
    client.line.onMove = () => this.#idle.moved();
  }

  /** Serves the client to its end. Never rejects. */
  async run(): Promise<void> {
    const client = this.#client;
    try {
      let next: Next = "another request";
      while (next === "another request") next = await this.#serveNext();
      if (next === "close") await client.close();
    } catch (reason) {
      if (!isQuiet(reason)) this.#services.log(`${client.peer} closed: ${explain(reason)}`);
      await client.abort(reason);
    } finally {
      this.#idle.stop();
    }
  }

  async #serveNext(): Promise<Next> {
    const client = this.#client;
    // Answers to requests that came together go out together.
    client.line.beforeRead = () => client.writer.flush();
    let request: RequestMessage | null;
    try {
      request = await readRequest(client.reader);
    } catch (reason) {
      if (!(reason instanceof HttpError)) throw reason;
      return await this.#refuse(null, reason.status, reason.message, performance.now());
    }
    if (request === null) return "close";
    const start = performance.now();
    try {
      if (request.method === "CONNECT") return await this.#connect(request, start);
      return await this.#forward(request, start);
    } catch (reason) {
      if (!(reason instanceof Refusal || reason instanceof HttpError)) throw reason;
      return await this.#refuse(request, reason.status, reason.message, start);
    }
  }

  /** Opens a tunnel; with an authority of its own the proxy looks into it. */
  async #connect(request: RequestMessage, start: number): Promise<Next> {
    const { dialer, agent } = this.#services;
    const origin = originOf(request.target, "https");
    if (origin === null) {
      throw new Refusal(400, `Cannot connect to ${request.target}: it is no host and port`);
    }
    if (hasPassed(request.headers, agent)) throw looped();
    const upstream = await dialer.tunnel(origin);
    try {
      await writeResponse(
        this.#client.writer,
        { status: 200, statusText: "Connection established" },
        request,
      );
      await this.#client.writer.flush();
      this.#idle.stop();
      const [client, services] = [this.#client, this.#services];
      const serve = (within: Origin) => new Session(client, services, within).run();
      await openTunnel({ client, upstream, origin, services, serve, start });
    } catch (reason) {
      await upstream.abort(reason);
      throw reason;
    }
    return "handed over";
  }

  async #forward(request: RequestMessage, start: number): Promise<Next> {
    const { options, agent } = this.#services;
    const { origin, path } = this.#targetOf(request);
    if (hasPassed(request.headers, agent)) throw looped();
    const { method, version, body } = request;
    const url = `${urlOf(origin)}${path === "*" ? "" : path}`;

    const headers = forwarded(request.headers, version, agent);
    if (this.#origin === null) headers.set("host", hostOf(origin));
    const upgrade = version === "HTTP/1.1" ? upgradeOf(request.headers) : null;
    if (upgrade !== null) headers.set("connection", "upgrade"), headers.set("upgrade", upgrade);
    const modified: ModifiableRequest = { method, url, headers, body };
    await modify(modified, options.modifiers.request);

    const sent: SentRequest = { method, target: path, headers, body: modified.body };
    const key = this.#services.prepare(origin, sent);
    for (let retried = false;; retried = true) {
      const { link, reused } = await this.#services.linkTo(origin, key, !retried);
      try {
        return await this.#exchangeOn(link, { request, sent, modified, upgrade, key, start });
      } catch (reason) {
        if (!(reason instanceof Untouched)) throw reason;
        if (!reused || !IDEMPOTENT.has(method)) {
          throw new Refusal(502, `Cannot get an answer of ${link.peer}: ${reason.message}`, reason);
        }
      }
    }
  }

  async #exchangeOn(upstream: Link, task: Task): Promise<Next> {
    const { request, sent, modified, upgrade, key, start } = task;
    const { services, client } = { services: this.#services, client: this.#client };
    const exchange = new Exchange(client, upstream, request, sent);
    this.#exchange = { upstream };
    upstream.line.onMove = () => this.#idle.moved();
    let reusable = false;
    try {
      const response = await exchange.response();
      if (response.status === 101) {
        if (upgrade === null) {
          throw new Refusal(502, `${upstream.peer} changes to a protocol nobody asked for`);
        }
        return await this.#upgrade(upstream, response, task);
      }
      const answer: SentResponse = {
        ...response,
        headers: forwarded(response.headers, response.version, services.agent),
      };
      await modify(answer, (changed) => services.options.modifiers.response?.(changed, modified));
      const answered = await exchange.answer(response, answer);
      reusable = answered.upstreamReusable;
      this.#note(request, modified.url, `${answered.status} ${formatSize(answered.bytes)}`, start);
      if (answered.clientReusable) return "another request";
    } catch (reason) {
      const culprit = client.line.failure === null ? "" : "the client went away: ";
      if (!(reason instanceof Untouched || reason instanceof Refusal)) {
        this.#note(request, modified.url, `failed: ${culprit}${explain(reason)}`, start);
      }
      throw reason;
    } finally {
      this.#exchange = null;
      await exchange.end(reusable);
      if (reusable) services.pool.put(key, upstream);
    }
    await linger(client, exchange.uploaded());
    return "close";
  }

  async #upgrade(upstream: Link, response: ResponseMessage, task: Task): Promise<Next> {
    const { request, modified, upgrade, start } = task;
    const headers = forwarded(response.headers, response.version, this.#services.agent);
    headers.set("connection", "upgrade");
    headers.set("upgrade", response.headers.get("upgrade") ?? upgrade ?? "");
    await writeResponse(
      this.#client.writer,
      { status: 101, statusText: response.statusText, headers },
      request,
    );
    await this.#client.writer.flush();
    this.#idle.stop();
    await runTunnel(
      this.#client,
      upstream,
      `${this.#client.peer} ${request.method} ${modified.url} 101`,
      this.#services,
      start,
    );
    return "handed over";
  }

  /** Whom a request is for, and the target that they are asked with. */
  #targetOf({ method, target }: RequestMessage): { origin: Origin; path: string } {
    const tunnelled = this.#origin;
    if (tunnelled !== null && (target.startsWith("/") || target === "*")) {
      return { origin: tunnelled, path: target };
    }
    const parsed = parseTarget(target);
    if (parsed === null) throw new Refusal(400, `Cannot forward a request for ${target}: it is no http URL`);
    if (tunnelled !== null && urlOf(parsed.origin) !== urlOf(tunnelled)) {
      throw new Refusal(421, `Cannot ask ${authorityOf(tunnelled)} for ${target}`);
    }
    if (method === "OPTIONS" && /^\w+:\/\/[^/?]+$/.test(target)) return { ...parsed, path: "*" };
    return parsed;
  }

  /** Says no: in the answer, and in a Warning where the gateway is at fault. */
  async #refuse(request: RequestMessage | null, status: number, text: string, start: number): Promise<Next> {
    const client = this.#client;
    const reusable = request !== null && request.keepAlive && request.body.length === 0;
    const headers = new Headers({
      "content-type": "text/plain",
      warning: warning(this.#services.agent, text),
    });
    if (!reusable) headers.set("connection", "close");
    const body = new Blob([`${text}\n`]);
    const answer = { status, statusText: phraseOf(status), headers, body };
    await writeResponse(client.writer, answer, request ?? {});
    const { target = "" } = request ?? {};
    const within = this.#origin === null || !target.startsWith("/") ? "" : urlOf(this.#origin);
    this.#note(request, within + target, `${status}: ${text}`, start);
    if (reusable) return "another request";
    await linger(client);
    return "close";
  }

  #note(request: RequestMessage | null, url: string, text: string, start: number): void {
    const what = request === null ? "malformed request" : `${request.method} ${url}`;
    const time = formatSeconds((performance.now() - start) / 1000);
    this.#services.log(`${this.#client.peer} ${what} ${text} in ${time}`);
  }

  /** Nothing moved for too long: an upstream that does not answer is at fault, or else the client. */
  #giveUp(): void {
    const reason = new DOMException(
      `no byte moved for ${this.#services.options.idleTimeout} ms`,
      "TimeoutError",
    );
    const link = this.#exchange?.upstream ?? this.#client;
    this.#exchange = null; // the next time it is the client
    link.abort(reason);
  }
}

/** What it takes to have a request answered. */
interface Task {
  request: RequestMessage;
  sent: SentRequest;
  modified: ModifiableRequest;
  upgrade: string | null;
  /** Under which name the link can be used again. */
  key: string;
  start: number;
}

function looped(): Refusal {
  return new Refusal(508, "Cannot forward a request that was here before");
}

/** Whether an end of a connection needs no word. */
function isQuiet(reason: unknown): boolean {
  return reason instanceof Error && (reason.name === "ConnectionReset" || reason.name === "BrokenPipe");
}
