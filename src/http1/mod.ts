/**
 * HTTP/1 over any connection: messages are read from a BufReader and written to a BufWriter, strictly.
 *
 * This is the framing alone, for servers, clients and proxies of your own: where a message begins and ends, on sockets, pipes and
 * whatever else has bytes.
 *
 * @example A server for one connection
 * ```ts
 * import { readAll } from "@sluice/io";
 * import { BufReader, BufWriter } from "@sluice/io/bufio";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { HttpError, readRequest, writeResponse } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * async function serve(r: BufReader, w: BufWriter): Promise<void> {
 *   try {
 *     for (let request = await readRequest(r); request !== null; request = await readRequest(r)) {
 *       const body = new Blob([`${request.method} ${request.target}`]);
 *       await writeResponse(w, { status: 200, statusText: "OK", body }, request);
 *       await w.flush();
 *       if (!await request.body.drain()) break;
 *     }
 *   } catch (reason) {
 *     if (!(reason instanceof HttpError)) throw reason;
 *     await writeResponse(w, { status: reason.status, headers: { connection: "close" } });
 *   } finally {
 *     await w.flush();
 *   }
 * }
 *
 * const sent = new ByteBuffer();
 * await serve(new BufReader(new Blob(["GET /a HTTP/1.1\r\nHost: localhost\r\n\r\nnonsense\r\n"])), new BufWriter(sent));
 * assertEquals(
 *   new TextDecoder().decode(await readAll(sent)),
 *   "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nGET /a" +
 *     "HTTP/1.1 400 \r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
 * );
 * ```
 *
 * @module
 */
export { HttpError } from "../core/errors.ts";
export { ChunkedReader } from "./chunked_reader.ts";
export { ChunkedWriter } from "./chunked_writer.ts";
export { fromRequest, fromResponse, toRequest, toResponse } from "./conversions.ts";
export type { ReadLimits } from "./limits.ts";
export type { Body, RequestMessage, ResponseMessage, Version } from "./message.ts";
export type { HeaderFields, OutgoingBody, OutgoingRequest, OutgoingResponse } from "./outgoing.ts";
export { readRequest } from "./read_request.ts";
export { readResponse } from "./read_response.ts";
export { writeRequest } from "./write_request.ts";
export { writeResponse, type WriteResponseOptions } from "./write_response.ts";
