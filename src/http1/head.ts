import type { BufReader } from "../bufio/buf_reader.ts";
import { addField, type Field } from "./fields.ts";
import type { ReadLimits } from "./limits.ts";
import { LineReader } from "./line_reader.ts";
import type { Version } from "./message.ts";
import { cutOff, quote, refuse } from "./refuse.ts";

/**
 * Reads a head: the first line and the fields, each judged as soon as it is complete, and the empty line at its end.
 *
 * @param reader The connection
 * @param limits What the peer may send
 * @param parse Takes the first line; `null` if it is to be passed over
 * @returns What the first line says and the fields, or `null` if the input ended before there was anything
 */
export async function readHead<First>(
  reader: BufReader,
  { maxHeadBytes, maxHeaders }: Required<ReadLimits>,
  parse: (line: string) => First | null,
): Promise<{ first: First; fields: Field[] } | null> {
  const lines = new LineReader(reader, maxHeadBytes);
  const fields: Field[] = [];
  for (let first: First | null = null;;) {
    const line = lines.next();
    if (line === null) {
      if (await reader.fill() > 0) continue;
      if (first === null && !lines.within) return null;
      throw cutOff("head", maxHeadBytes - lines.left);
    }
    if (first === null) first = parse(line);
    else if (line === "") return { first, fields };
    else addField(fields, line, maxHeaders);
  }
}

/** Takes a version; others than these two speak another language. */
export function versionOf(text: string): Version {
  if (text === "HTTP/1.1" || text === "HTTP/1.0") return text;
  return refuse(
    `its version is ${quote(text)}`,
    /^HTTP\/[0-9.]+$/.test(text) ? 505 : 400,
  );
}
