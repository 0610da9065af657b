import { BufReader } from "../bufio/buf_reader.ts";
import { checkKind } from "../core/checks.ts";
import { MessageBody } from "./body.ts";
import type { Extent } from "./framed_reader.ts";
import { framingOf } from "./framing.ts";
import { readHead, versionOf } from "./head.ts";
import { checkLimits, type ReadLimits } from "./limits.ts";
import type { ResponseMessage, Version } from "./message.ts";
import { cutOff, quote, refuse } from "./refuse.ts";
import { hasNoBody, opensTunnel } from "./status.ts";

/**
 * Reads the head of a response. Its body is read from `r` when it is asked for, and what follows the body stays there.
 *
 * After a status below 200 other than 101 the final response comes next: read again. After 101, and after a 2xx to CONNECT, what
 * is in `r` is of another protocol; a `PeekedConn` of `@sluice/io/net` hands it on with the connection.
 *
 * Ported from Go `http.ReadResponse`.
 *
 * **On error** a malformed head rejects with an {@linkcode HttpError}; the connection must be closed then. An input that ends
 * before the end of the head is an `UnexpectedEOFError`. What the source rejects with is passed on.
 *
 * **Cancellation** is that of the source of `r`.
 *
 * @example Pass over what is not final
 * ```ts
 * import { readAll } from "@sluice/io";
 * import { BufReader } from "@sluice/io/bufio";
 * import { readResponse } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const conn = new BufReader(
 *   new Blob(["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]),
 * );
 * let response = await readResponse(conn, { method: "POST" });
 * while (response.status < 200) response = await readResponse(conn, { method: "POST" });
 * assertEquals(response.statusText, "OK");
 * assertEquals(new TextDecoder().decode(await readAll(response.body)), "hello");
 * ```
 *
 * @param r The connection
 * @param request What was asked; the body of the answer depends on the method. GET if left out
 * @param limits What the peer may send
 * @returns The response
 */
export async function readResponse(
  r: BufReader,
  request: { method: string } = { method: "GET" },
  limits: ReadLimits = {},
): Promise<ResponseMessage> {
  checkKind(r, BufReader, "BufReader");
  const { method } = request;
  const checked = checkLimits(limits);
  const head = await readHead(r, checked, parseStatusLine);
  if (head === null) throw cutOff("head", 0);

  const { first: { version, status, statusText }, fields } = head;
  const framing = framingOf(fields, version);
  const extent: Extent = hasNoBody(status, method)
    ? 0
    : framing.chunked
    ? "chunked"
    : framing.length ?? "to the end";
  const keepAlive = framing.keepAlive && extent !== "to the end" && !opensTunnel(status, method);
  const body = new MessageBody(r, extent, keepAlive, checked);
  return { version, status, statusText, headers: new Headers(fields), body, keepAlive };
}

interface StatusLine {
  version: Version;
  status: number;
  statusText: string;
}

function parseStatusLine(line: string): StatusLine {
  const [, version, status, statusText = ""] = /^(\S+) ([1-5][0-9][0-9])(?: (.*))?$/.exec(line) ??
    refuse(`${quote(line)} is no status line`);
  return { version: versionOf(version ?? ""), status: Number(status), statusText };
}
