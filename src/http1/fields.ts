import { quote, refuse } from "./refuse.ts";

/** A field as it came, its name in lower case. What frames a message is decided by these, before `Headers` joins them. */
export type Field = [name: string, value: string];

const TOKEN = /^[!#$%&'*+.^`|~\w-]+$/;

/** Whether a text is a token of HTTP: a method, or the name of a field. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Takes a line of a head or of trailers apart. */
export function parseField(line: string): Field {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon));
  // A line that is folded begins with white space, and one with space before the colon has it in its name.
  if (!isToken(name)) refuse(`${quote(line)} is no field`);
  const lower = name.toLowerCase();
  return [lower, trim(line, colon + 1, FRAMES.test(lower) ? " " : " \t")];
}

/** Of these some parsers take a tab at the end for part of the value, and then refuse it. */
const FRAMES = /^(?:content-length|transfer-encoding)$/;

/** The rest of a line without blanks around it. A regular expression would take time by the square of them. */
function trim(line: string, start: number, trailing: string): string {
  let end = line.length;
  while (start < end && isOneOf(" \t", line, start)) start++;
  while (end > start && isOneOf(trailing, line, end - 1)) end--;
  return line.slice(start, end);
}

function isOneOf(blanks: string, line: string, at: number): boolean {
  return blanks.includes(line.charAt(at));
}

/** Adds the field of a line to those before it. */
export function addField(fields: Field[], line: string, most: number): void {
  if (fields.length >= most) refuse(`it has more than ${most} fields`, 431);
  fields.push(parseField(line));
}

/** What says how a message is framed, sent or routed has no place behind its body. */
const NO_TRAILER =
  /^(?:connection|content-length|expect|host|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/;

/** Whether a field may come after a body. */
export function isTrailer(name: string): boolean {
  return !NO_TRAILER.test(name);
}

/** The values of all fields with a name, which is in lower case, joined by commas. */
export function valueOf(fields: readonly Field[], name: string): string | undefined {
  let joined: string | undefined;
  for (const [other, value] of fields) {
    if (other === name) joined = joined === undefined ? value : `${joined},${value}`;
  }
  return joined;
}

/** The items of a list that is separated by commas, in lower case. */
export function listOf(text = ""): string[] {
  return text.toLowerCase().split(",").map((item) => item.trim());
}
