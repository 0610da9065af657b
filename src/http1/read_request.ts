import { BufReader } from "../bufio/buf_reader.ts";
import { checkKind } from "../core/checks.ts";
import { MessageBody } from "./body.ts";
import { isToken } from "./fields.ts";
import { framingOf } from "./framing.ts";
import { readHead, versionOf } from "./head.ts";
import { checkLimits, type ReadLimits } from "./limits.ts";
import type { RequestMessage, Version } from "./message.ts";
import { quote, refuse } from "./refuse.ts";
import { isHost, isTarget } from "./target.ts";

/**
 * Reads the head of a request. Its body is read from `r` when it is asked for, and what follows the body stays there: read the
 * body to its end, or `drain` it, before you read the next request.
 *
 * Whatever two readers could understand differently is refused. A request that expects `100 Continue` has
 * `expectsContinue`: answer it with `writeResponse(w, { status: 100 })` and a flush before you read the body, or answer at once and
 * close.
 *
 * Ported from Go `http.ReadRequest`.
 *
 * **On error** a malformed head rejects with an {@linkcode HttpError}, whose `status` the answer should have; the connection must be
 * closed then. An input that ends within the head is an `UnexpectedEOFError`. What the source rejects with is passed on.
 *
 * **Cancellation** is that of the source of `r`.
 *
 * @example Read two requests that came at once
 * ```ts
 * import { readAll } from "@sluice/io";
 * import { BufReader } from "@sluice/io/bufio";
 * import { readRequest } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const conn = new BufReader(
 *   new Blob([
 *     "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
 *     "GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n",
 *   ]),
 * );
 * const seen: string[] = [];
 * for (let request = await readRequest(conn); request !== null; request = await readRequest(conn)) {
 *   const body = new TextDecoder().decode(await readAll(request.body));
 *   seen.push(`${request.method} ${request.target} ${body}`);
 * }
 * assertEquals(seen, ["POST /a hello", "GET /b "]);
 * ```
 *
 * @param r The connection
 * @param limits What the peer may send
 * @returns The request, or `null` if the connection ended before it
 */
export async function readRequest(r: BufReader, limits: ReadLimits = {}): Promise<RequestMessage | null> {
  checkKind(r, BufReader, "BufReader");
  const checked = checkLimits(limits);
  let passed = false;
  const head = await readHead(r, checked, (line) => {
    if (line !== "" || passed) return parseRequestLine(line);
    // Some send an empty line after a body.
    passed = true;
    return null;
  });
  if (head === null) return null;

  const { first: { method, target, version }, fields } = head;
  const { chunked, length = 0, keepAlive } = framingOf(fields, version);
  const hosts = fields.filter(([name]) => name === "host");
  if (hosts.length > 1 || hosts.length === 0 && version === "HTTP/1.1") {
    refuse(`it has ${hosts.length} Host fields`);
  }
  for (const [, host] of hosts) if (host !== "" && !isHost(host)) refuse("its Host is no host");
  // For some what follows such a head is the tunnel, for others a body.
  if (method === "CONNECT" && (chunked || length > 0)) refuse("a CONNECT has no body");

  const headers = new Headers(fields);
  const expectsContinue = version === "HTTP/1.1" && (chunked || length > 0) &&
    headers.get("expect")?.toLowerCase() === "100-continue";
  const body = new MessageBody(r, chunked ? "chunked" : length, keepAlive, checked, expectsContinue);
  return { method, target, version, headers, body, keepAlive, expectsContinue };
}

interface RequestLine {
  method: string;
  target: string;
  version: Version;
}

function parseRequestLine(line: string): RequestLine {
  const [method = "", target = "", last = "", ...more] = line.split(" ");
  if (!isToken(method) || target === "" || last === "" || more.length > 0) {
    refuse(`${quote(line)} is no request line`);
  }
  const version = versionOf(last);
  if (!isTarget(method, target)) refuse(`${quote(target)} is no target of a ${method}`);
  return { method, target, version };
}
