import type { BufWriter } from "../bufio/buf_writer.ts";
import { checkSize, isBlob } from "../core/checks.ts";
import type { Reader } from "../core/types.ts";
import { runOrThrow } from "../transfer/run.ts";
import { asReader } from "../web/adapt.ts";
import { isBody } from "./body.ts";
import { ChunkedWriter } from "./chunked_writer.ts";
import { exactReader } from "./exact_reader.ts";
import { fieldLines, trailerLines } from "./field_lines.ts";
import { parseLength } from "./framing.ts";
import { bytesOf } from "./latin1.ts";
import type { HeaderFields, OutgoingBody } from "./outgoing.ts";
import { bodyEndedEarly, cannotWrite, quote } from "./refuse.ts";

/** How the body of a message is told from what follows. */
export type OutgoingExtent = number | "chunked" | "to the end" | "none";

/** A message whose parts were checked: nothing of it was written yet. */
export interface Prepared {
  headers: Headers;
  /** The declared length, `null` where it is not known. */
  length: number | null;
  chunked: boolean;
  source: Reader | null;
}

/** Checks what is to be written, and finds out the length of the body. */
export function prepare({ headers: init, body, length, trailers }: OutgoingBody): Prepared {
  const headers = new Headers(init);
  if (length !== undefined) checkSize("length", length);
  if (trailers !== undefined) {
    if (!isPromise(trailers)) trailerLines(trailers);
    // If the body fails, nobody waits for them any more.
    else trailers.then(undefined, () => {});
  }
  const size = isBlob(body) ? body.size : isBody(body) ? body.length : null;
  // What is known to be empty is no body, and need not be declared.
  const source = body === undefined || body === null || size === 0 ? null : asReader(body);
  const text = headers.get("content-length");
  const known = length ?? (text === null ? null : parseLength(text));
  // No length is known of what is no number, and another one than that is no length of this body.
  if (text !== null && (known === null || parseLength(text) !== known)) {
    cannotWrite(`its Content-Length is ${quote(text)}`);
  }
  const coding = headers.get("transfer-encoding");
  if (coding !== null && (coding.toLowerCase() !== "chunked" || known !== null)) {
    cannotWrite(`it has the Transfer-Encoding ${quote(coding)}, or a length`);
  }
  return {
    headers,
    length: known ?? (size || null),
    chunked: coding !== null,
    source,
  };
}

/** Writes the head and then the body; returns the bytes written. */
export async function writeMessage(
  writer: BufWriter,
  firstLine: string,
  { headers, source }: Prepared,
  extent: OutgoingExtent,
  trailers: OutgoingBody["trailers"],
): Promise<number> {
  if (source === null && typeof extent === "number" && extent > 0) {
    throw bodyEndedEarly(extent, 0);
  }
  const head = bytesOf(`${firstLine}\r\n${fieldLines(headers)}\r\n`);
  await writer.write(head);
  if (extent === "none") return head.byteLength;
  if (extent === "chunked") {
    const chunks = new ChunkedWriter(writer);
    if (source !== null) await runOrThrow(chunks, source);
    await chunks.close(await trailers);
    return head.byteLength + chunks.written;
  }
  if (source === null) return head.byteLength;
  const body = extent === "to the end" ? source : exactReader(source, extent);
  return head.byteLength + await runOrThrow(writer, body);
}

function isPromise(value: object): value is PromiseLike<HeaderFields> {
  return "then" in value && typeof value.then === "function";
}
