import { isToken, isTrailer } from "./fields.ts";
import type { HeaderFields } from "./outgoing.ts";
import { cannotWrite, quote } from "./refuse.ts";

/**
 * The lines of fields, each with its end. Not every `Headers` makes sure of the names, and none of all control characters in
 * the values: those are a `TypeError` here.
 */
export function fieldLines(headers: Headers): string {
  let lines = "";
  for (const [name, value] of headers) {
    if (!isToken(name)) cannotWrite(`it has a field ${quote(name)}`);
    if (!isText(value)) {
      cannotWrite(`the value of its ${name} is ${quote(value)}`);
    }
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/** Whether a text can be the value of a field or the phrase of a status: Latin-1 without control characters but the tab. */
export function isText(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

/** The lines of trailers; a field that frames, sends or routes a message is a `TypeError`. */
export function trailerLines(init?: HeaderFields): string {
  const trailers = new Headers(init);
  for (const [name] of trailers) {
    if (!isTrailer(name)) cannotWrite(`its trailers have a ${name}`);
  }
  return fieldLines(trailers);
}
