import { type Field, listOf, valueOf } from "./fields.ts";
import type { Version } from "./message.ts";
import { quote, refuse } from "./refuse.ts";

/** What the fields of a head say of the body and the connection. */
export interface Framing {
  chunked: boolean;
  /** The Content-Length, if there is one. */
  length: number | undefined;
  keepAlive: boolean;
}

/** Finds out how a message is framed, and refuses whatever somebody else could understand otherwise. */
export function framingOf(fields: readonly Field[], version: Version): Framing {
  const coding = valueOf(fields, "transfer-encoding");
  const declared = valueOf(fields, "content-length");
  const chunked = coding !== undefined;
  if (chunked) {
    if (declared !== undefined) refuse("it has a Content-Length and a Transfer-Encoding");
    if (version === "HTTP/1.0") refuse("it has a Transfer-Encoding in HTTP/1.0");
    if (coding.toLowerCase() !== "chunked") refuse(`it has the Transfer-Encoding ${quote(coding)}`, 501);
  }
  const length = declared === undefined ? undefined : parseLength(declared);
  if (length === null) refuse(`its Content-Length is ${quote(declared)}`);
  const wishes = listOf(valueOf(fields, "connection"));
  return {
    chunked,
    length,
    keepAlive: !wishes.includes("close") && (version === "HTTP/1.1" || wishes.includes("keep-alive")),
  };
}

/** A Content-Length: digits only, and a safe integer; else null. */
export function parseLength(text: string): number | null {
  const length = Number(text);
  return /^[0-9]+$/.test(text) && Number.isSafeInteger(length) ? length : null;
}
