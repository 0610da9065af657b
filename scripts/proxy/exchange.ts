import { type Source, UnexpectedEOFError } from "@sluice/io";
import {
  HttpError,
  readResponse,
  type RequestMessage,
  type ResponseMessage,
  writeRequest,
  writeResponse,
} from "@sluice/io/http1";
import { explain } from "../copy/complaint.ts";
import type { Link } from "./link.ts";
import { Refusal } from "./refusal.ts";

/** A request as it is sent on. */
export interface SentRequest {
  method: string;
  target: string;
  headers: Headers;
  /** That of the request as it came, or another one. */
  body: Source | null;
}

/** A response as it is sent on. */
export interface SentResponse {
  status: number;
  statusText: string;
  headers: Headers;
  /** That of the response as it came, or another one. */
  body: Source | null;
}

/** How a request was answered. */
export interface Answered {
  status: number;
  /** The bytes of the answer, its head included. */
  bytes: number;
  /** Whether the client can go on. */
  clientReusable: boolean;
  /** Whether the upstream can be asked again. */
  upstreamReusable: boolean;
}

/** The upstream broke off before it answered at all, and nothing of the request is lost: it can be asked again. */
export class Untouched extends Error {
  override name = "Untouched";
}

/**
 * One request and its answer, between a client and an upstream: the request is sent on while the answer may come already.
 *
 * Nothing waits in a buffer while the proxy waits for a peer: before the upstream is read the client gets what is there for it,
 * and the other way round.
 */
export class Exchange {
  readonly #client: Link;
  readonly #upstream: Link;
  readonly #request: RequestMessage;
  readonly #upload: Promise<{ reason: unknown } | null>;
  #uploaded = false;

  /**
   * Begins to send the request on.
   *
   * @param client Who asks
   * @param upstream Who is asked
   * @param request The request as it came
   * @param sent The request as it is sent on
   */
  constructor(client: Link, upstream: Link, request: RequestMessage, sent: SentRequest) {
    this.#client = client;
    this.#upstream = upstream;
    this.#request = request;
    client.line.beforeRead = () => flush(upstream);
    upstream.line.beforeRead = () => flush(client);
    this.#upload = this.#send(sent);
  }

  /**
   * Reads the answer up to the head of the final response. What comes before that is sent on.
   *
   * @returns The final response; rejects with an {@linkcode Untouched} or a {@linkcode Refusal}
   */
  async response(): Promise<ResponseMessage> {
    const { method, version, expectsContinue } = this.#request;
    const link = this.#upstream;
    let begun = false;
    try {
      for (;;) {
        begun = await link.lookAhead() > 0;
        const response = await readResponse(link.reader, { method });
        const { status, headers } = response;
        if (status >= 200 || status === 101) return response;
        const wanted = version === "HTTP/1.1" && (status !== 100 || expectsContinue);
        if (wanted) await writeResponse(this.#client.writer, { ...response, headers, body: null });
      }
    } catch (reason) {
      throw await this.#whyNoAnswer(reason, begun);
    }
  }

  /**
   * Sends the final response on.
   *
   * @param response The response as it came
   * @param sent The response as it is sent on
   * @returns How it ended; rejects with the reason of whoever failed
   */
  async answer(response: ResponseMessage, sent: SentResponse): Promise<Answered> {
    const { method, version, keepAlive } = this.#request;
    const { status, headers, body } = sent;
    const empty = method === "HEAD" || status === 204 || status === 304 || body === null;
    const unknown = !headers.has("content-length") &&
      (body !== response.body || response.body.length === null);
    const goesOn = keepAlive && this.#uploaded && (version === "HTTP/1.1" || empty || !unknown);
    if (!goesOn) headers.set("connection", "close");
    else if (version === "HTTP/1.0") headers.set("connection", "keep-alive");
    const { trailers } = response.body;
    const content = empty ? { body: null } : body === response.body ? { trailers } : {};
    const bytes = await writeResponse(this.#client.writer, { ...sent, ...content }, { method, version });
    const whole = this.#uploaded && await this.#upload === null;
    const drained = body === response.body || await response.body.drain();
    return {
      status,
      bytes,
      clientReusable: goesOn && whole,
      upstreamReusable: response.keepAlive && whole && drained,
    };
  }

  /**
   * Ends it, after an answer or without one.
   *
   * @param reusable Whether the upstream is used again; else it is let go
   */
  async end(reusable: boolean): Promise<void> {
    this.#client.line.beforeRead = null;
    if (!reusable) await this.#upstream.line.goDeaf();
  }

  /** Waits until the request was read to its end, or cannot be. */
  async uploaded(): Promise<void> {
    await this.#upload;
  }

  async #send(sent: SentRequest): Promise<{ reason: unknown } | null> {
    const { body } = this.#request;
    const { writer } = this.#upstream;
    try {
      const content = sent.body !== body
        ? {}
        : body.length === 0
        ? { body: null }
        : { trailers: body.trailers };
      await writeRequest(writer, { ...sent, ...content });
      await writer.flush();
      return null;
    } catch (reason) {
      // The upstream may have answered all the same; if the client failed, nobody waits for an answer.
      if (this.#upstream.line.failure === null) await this.#upstream.abort(reason);
      return { reason };
    } finally {
      this.#uploaded = true;
    }
  }

  async #whyNoAnswer(reason: unknown, begun: boolean): Promise<unknown> {
    const upload = this.#uploaded ? await this.#upload : null;
    if (this.#client.line.failure !== null) return this.#client.line.failure.reason;
    if (upload?.reason instanceof HttpError) return upload.reason;
    if (upload?.reason instanceof UnexpectedEOFError) return new Refusal(400, upload.reason.message);
    const timedOut = reason instanceof DOMException && reason.name === "TimeoutError";
    if (!timedOut && !begun && this.#request.body.length === 0) return new Untouched(explain(reason));
    return new Refusal(
      timedOut ? 504 : 502,
      `Cannot get an answer of ${this.#upstream.peer}: ${explain(reason)}`,
      reason,
    );
  }
}

async function flush({ writer }: Link): Promise<void> {
  if (writer.buffered === 0) return;
  try {
    await writer.flush();
  } catch {
    // Whoever writes there is told by the next write.
  }
}
