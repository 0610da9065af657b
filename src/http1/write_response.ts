import { BufWriter } from "../bufio/buf_writer.ts";
import { checkKind, checkSize } from "../core/checks.ts";
import { isText } from "./field_lines.ts";
import type { Version } from "./message.ts";
import type { OutgoingResponse } from "./outgoing.ts";
import { cannotWrite, quote } from "./refuse.ts";
import { hasNoBody, isUnframed } from "./status.ts";
import { type OutgoingExtent, prepare, writeMessage } from "./write_message.ts";

/** What a response answers: the request that was read will do. */
export interface WriteResponseOptions {
  /**
   * The method of the request.
   *
   * @default "GET"
   */
  method?: string;
  /**
   * The version of the request.
   *
   * @default "HTTP/1.1"
   */
  version?: Version;
}

/**
 * Writes a response, without a flush at its end.
 *
 * A body of known length gets a `Content-Length`; any other is chunked, or runs to the end of the connection with `Connection:
 * close` for a peer of HTTP/1.0. No body is a `Content-Length` of 0. Where a response cannot have one, after HEAD and with the
 * status 1xx, 204 and 304, the body is not read; after HEAD and with 304 the head is that of the response with a body. A 2xx to CONNECT
 * has no framing at all.
 *
 * Ported from Go `http.Response.Write`.
 *
 * **On error** whatever would make another message of this one is a `TypeError` before a byte moves: control characters in a
 * value or in the phrase, lengths that differ, a coding that is not written here, a field that has no place in trailers; a
 * status outside of 100 to 599 is a `RangeError`. A body that is shorter than its declared length is an `UnexpectedEOFError`,
 * a longer one a `TooLargeError`, before the message looks complete; the connection must be closed then. What the body or
 * the destination reject with is passed on.
 *
 * **Cancellation**: there is none; cancel the body, or close the connection.
 *
 * @example Answer with a stream of unknown length
 * ```ts
 * import { BufWriter } from "@sluice/io/bufio";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { writeResponse } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const wire = new ByteBuffer();
 * const w = new BufWriter(wire);
 * await writeResponse(w, { status: 200, statusText: "OK", body: new Response("hello").body });
 * await w.flush();
 * assertEquals(
 *   wire.toString(),
 *   "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
 * );
 * ```
 *
 * @param w The connection
 * @param response The response
 * @param options What it answers
 * @returns The bytes written, head included
 */
export async function writeResponse(
  w: BufWriter,
  response: OutgoingResponse,
  options: WriteResponseOptions = {},
): Promise<number> {
  checkKind(w, BufWriter, "BufWriter");
  const { status, statusText = "", trailers } = response;
  const { method = "GET", version = "HTTP/1.1" } = options;
  checkSize("status", status, 100);
  if (status > 599) throw new RangeError(`Cannot use ${status} as status: it is above 599`);
  if (typeof statusText !== "string" || !isText(statusText)) {
    cannotWrite(`its phrase is ${quote(statusText)}`);
  }
  const old = version === "HTTP/1.0";
  if (!old && version !== "HTTP/1.1") cannotWrite(`its version is ${quote(version)}`);
  if (old && status < 200) cannotWrite(`${version} has no status ${status}`);

  const message = prepare(response);
  const { headers } = message;
  const full = extentOf(message, old);
  headers.delete("content-length");
  headers.delete("transfer-encoding");
  const empty = hasNoBody(status, method);
  if (!isUnframed(status, method)) {
    // What is not sent need not be declared.
    const known = !empty || message.length !== null || message.chunked;
    if (typeof full === "number" && known) headers.set("content-length", String(full));
    if (full === "chunked") headers.set("transfer-encoding", "chunked");
    if (full === "to the end") headers.set("connection", "close");
  }
  return await writeMessage(
    w,
    `${version} ${status} ${statusText}`,
    message,
    empty ? "none" : full,
    trailers,
  );
}

function extentOf({ length, chunked, source }: ReturnType<typeof prepare>, old: boolean): OutgoingExtent {
  if (!chunked && length !== null) return length;
  if (source === null && !chunked) return 0;
  return old ? "to the end" : "chunked";
}
