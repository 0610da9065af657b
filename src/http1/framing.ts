import { type Field, listOf } from "./fields.ts";
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
  const codings: string[] = [];
  const lengths: string[] = [];
  const connection: string[] = [];
  for (const [name, value] of fields) {
    if (name === "transfer-encoding") codings.push(value);
    else if (name === "content-length") lengths.push(value);
    else if (name === "connection") connection.push(value);
  }
  const chunked = codings.length > 0;
  if (chunked && lengths.length > 0) refuse("it has a Content-Length and a Transfer-Encoding");
  if (chunked && version === "HTTP/1.0") refuse("it has a Transfer-Encoding in HTTP/1.0");
  if (chunked && codings.join().toLowerCase() !== "chunked") {
    refuse(`it has the Transfer-Encoding ${quote(codings.join())}`, 501);
  }
  const wishes = listOf(connection);
  return {
    chunked,
    length: lengths.length > 0 ? lengthOf(lengths) : undefined,
    keepAlive: !wishes.includes("close") && (version === "HTTP/1.1" || wishes.includes("keep-alive")),
  };
}

function lengthOf(values: readonly string[]): number {
  const text = values.join();
  const length = parseLength(text);
  if (length === null) refuse(`its Content-Length is ${quote(text)}`);
  return length;
}

/** A Content-Length: digits only, and a safe integer; else null. */
export function parseLength(text: string): number | null {
  const length = Number(text);
  return /^[0-9]+$/.test(text) && Number.isSafeInteger(length) ? length : null;
}
