import { BufWriter } from "../bufio/buf_writer.ts";
import { checkKind } from "../core/checks.ts";
import { isToken } from "./fields.ts";
import type { OutgoingRequest } from "./outgoing.ts";
import { cannotWrite, quote } from "./refuse.ts";
import { authorityOf, isTarget } from "./target.ts";
import { type OutgoingExtent, prepare, writeMessage } from "./write_message.ts";

/** Methods whose requests say that they have no body. */
const SAYS_EMPTY = /^(?:POST|PUT|PATCH)$/;

/**
 * Writes a request in HTTP/1.1, without a flush at its end.
 *
 * A body of known length gets a `Content-Length`, any other is chunked; POST, PUT and PATCH without one get `Content-Length: 0`.
 * Without a `host` among the headers it is what the target names, and empty where that names none.
 *
 * Ported from Go `http.Request.Write`.
 *
 * **On error** whatever would make another message of this one is a `TypeError` before a byte moves: a method that is no token,
 * a target of no known form, control characters in a value, lengths that differ, a coding that is not written here, a field
 * that has no place in trailers. A body that is shorter than its declared length is an `UnexpectedEOFError`, a longer one a
 * `TooLargeError`, before the message looks complete; the connection must be closed then. What the body or the destination
 * reject with is passed on.
 *
 * **Cancellation**: there is none; cancel the body, or close the connection.
 *
 * @example Post a Blob
 * ```ts
 * import { BufWriter } from "@sluice/io/bufio";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { writeRequest } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const wire = new ByteBuffer();
 * const w = new BufWriter(wire);
 * await writeRequest(w, {
 *   method: "POST",
 *   target: "/greetings",
 *   headers: { host: "localhost" },
 *   body: new Blob(["hello"]),
 * });
 * await w.flush();
 * assertEquals(
 *   wire.toString(),
 *   "POST /greetings HTTP/1.1\r\ncontent-length: 5\r\nhost: localhost\r\n\r\nhello",
 * );
 * ```
 *
 * @param w The connection
 * @param request The request
 * @returns The bytes written, head included
 */
export async function writeRequest(w: BufWriter, request: OutgoingRequest): Promise<number> {
  checkKind(w, BufWriter, "BufWriter");
  const { method, target, trailers } = request;
  if (typeof method !== "string" || !isToken(method)) {
    cannotWrite(`its method is ${quote(method)}`);
  }
  if (typeof target !== "string" || !isTarget(method, target)) {
    cannotWrite(`the target of its ${method} is ${quote(target)}`);
  }
  const message = prepare(request);
  const { headers, length, chunked, source } = message;
  let extent: OutgoingExtent = "none";
  if (source !== null || chunked || length !== null || SAYS_EMPTY.test(method)) {
    extent = chunked || source !== null && length === null ? "chunked" : length ?? 0;
    if (extent === "chunked") headers.set("transfer-encoding", "chunked");
    else headers.set("content-length", String(extent));
  }
  if (!headers.has("host")) headers.set("host", authorityOf(method, target));
  return await writeMessage(w, `${method} ${target} HTTP/1.1`, message, extent, trailers);
}
