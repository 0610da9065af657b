import type { Body, RequestMessage, ResponseMessage } from "./message.ts";
import type { OutgoingRequest, OutgoingResponse } from "./outgoing.ts";

/**
 * Makes a `Request` of a request that was read, its body a stream over the connection.
 *
 * **On error** a `TypeError` for what a `Request` cannot be, in most places the methods CONNECT and TRACE, and a body after GET or
 * HEAD. Browsers
 * drop the fields that a page may not send, `Host` and `Connection` among them, and not all of them take a stream.
 *
 * @example Serve with a handler of the platform's kind
 * ```ts
 * import { BufReader } from "@sluice/io/bufio";
 * import { readRequest, toRequest } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const conn = new BufReader(new Blob(["GET /a?b HTTP/1.1\r\nHost: localhost:8000\r\nAccept: text/*\r\n\r\n"]));
 * const request = toRequest((await readRequest(conn))!); // there is one
 * assertEquals(request.url, "http://localhost:8000/a?b");
 * assertEquals(request.headers.get("accept"), "text/*");
 * ```
 *
 * @param message The request
 * @param base Where its target is, unless that says it itself: `http://` and its Host if left out
 * @returns The request of the platform
 */
export function toRequest(
  { method, target, headers, body }: RequestMessage,
  base: string | URL = `http://${headers.get("host")}`,
): Request {
  // Put together, not resolved: a target that begins with two slashes would be another host.
  const url = /^[/*]/.test(target) ? new URL(base).origin + target.replace(/^\*/, "/") : target;
  const init: RequestInit & { duplex: "half" } = { method, headers, body: streamOf(body), duplex: "half" };
  return new Request(url, init);
}

function streamOf(body: Body): ReadableStream<Uint8Array> | null {
  return body.length === 0 ? null : body.stream;
}

/**
 * Makes a `Response` of a response that was read, its body a stream over the connection. A coding of its content is left as it is.
 *
 * **On error** a `RangeError` for a status below 200, which a `Response` cannot have, and a `TypeError` for 205 with a body.
 *
 * @example Read JSON off a connection
 * ```ts
 * import { BufReader } from "@sluice/io/bufio";
 * import { readResponse, toResponse } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const conn = new BufReader(new Blob(['HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}']));
 * const response = toResponse(await readResponse(conn));
 * assertEquals(await response.json(), { a: 1 });
 * ```
 *
 * @param message The response
 * @returns The response of the platform
 */
export function toResponse({ status, statusText, headers, body }: ResponseMessage): Response {
  return new Response(streamOf(body), { status, statusText, headers });
}

/**
 * Makes what `writeRequest` takes of a `Request`: its target is the path and query, its Host that of the URL, and its body goes
 * chunked unless it has a `Content-Length`.
 *
 * @example Write a request of the platform's kind
 * ```ts
 * import { BufWriter } from "@sluice/io/bufio";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { fromRequest, writeRequest } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const wire = new ByteBuffer();
 * const w = new BufWriter(wire);
 * await writeRequest(w, fromRequest(new Request("http://localhost:8000/a?b#c")));
 * await w.flush();
 * assertEquals(wire.toString(), "GET /a?b HTTP/1.1\r\nhost: localhost:8000\r\n\r\n");
 * ```
 *
 * @param request The request of the platform
 * @returns The request, whose body is that of the original
 */
export function fromRequest({ method, url, headers, body }: Request): OutgoingRequest {
  const { host, pathname, search } = new URL(url);
  const fields = new Headers(headers);
  fields.set("host", host);
  return { method, target: pathname + search, headers: fields, body };
}

/**
 * Makes what `writeResponse` takes of a `Response`; its body goes chunked unless it has a `Content-Length`.
 *
 * The fields of one that was fetched may speak of content as it was before `fetch` decoded it: the `Content-Encoding` and
 * `Content-Length` of such a one are left out.
 *
 * @example Write a response of the platform's kind
 * ```ts
 * import { BufWriter } from "@sluice/io/bufio";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { fromResponse, writeResponse } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const wire = new ByteBuffer();
 * const w = new BufWriter(wire);
 * await writeResponse(w, fromResponse(new Response(null, { status: 204, statusText: "No Content" })));
 * await w.flush();
 * assertEquals(wire.toString(), "HTTP/1.1 204 No Content\r\n\r\n");
 * ```
 *
 * @param response The response of the platform
 * @returns The response, whose body is that of the original
 */
export function fromResponse({ status, statusText, headers, body, url }: Response): OutgoingResponse {
  const fields = new Headers(headers);
  if (url !== "" && fields.has("content-encoding")) {
    fields.delete("content-encoding");
    fields.delete("content-length");
  }
  return { status, statusText, headers: fields, body };
}
