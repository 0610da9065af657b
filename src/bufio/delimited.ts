import { checkByte } from "../core/byte.ts";
import { BufferFullError } from "../core/errors.ts";
import { join } from "../core/join.ts";
import type { Lookahead } from "./lookahead.ts";

/** What {@linkcode BufReader.readLine} gives. */
export interface Line {
  /** The line without its end; a view, valid until the next call. */
  line: Uint8Array;
  /** Whether the line is longer than the buffer and goes on in the next call. */
  isPrefix: boolean;
}

const LF = 0x0a;
const CR = 0x0d;

export function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xff;
}

export function checkDelimiter(delim: number): void {
  checkByte("a delimiter", delim);
}

/** Where the bytes up to and with `delim` stop, if it is at hand; else -1. */
export function findStop({ bytes, start, limit }: Lookahead, delim: number): number {
  const at = bytes.indexOf(delim, start);
  return at < 0 || at >= limit ? -1 : at + 1;
}

/** Uses up the bytes up to `stop` and returns a view of them. */
export function cutOff(look: Lookahead, stop: number): Uint8Array {
  const view = look.bytes.subarray(look.start, stop);
  look.advance(view.byteLength);
  return view;
}

/** Reads up to and with `delim` into memory of its own; all that is left where the input ends or fails before. */
export async function collect(look: Lookahead, delim: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  for (let size = 0;;) {
    const stop = findStop(look, delim);
    const part = cutOff(look, stop < 0 ? look.limit : stop);
    // The own buffer is written to again, and so is no part of what was read.
    if (part.byteLength > 0) parts.push(new Uint8Array(part));
    size += part.byteLength;
    if (stop >= 0 || !await look.grow(parts.length > 0)) {
      const [only] = parts;
      return parts.length > 1 ? join(parts, size) : only ?? null;
    }
  }
}

/** Reads up to and with `delim` within the window; returns a view. */
export async function slice(look: Lookahead, delim: number): Promise<Uint8Array | null> {
  for (let searched = 0;;) {
    const at = look.window.indexOf(delim, searched);
    if (at >= 0) return cutOff(look, look.start + at + 1);
    searched = look.buffered;
    if (searched >= look.size) {
      const partial = cutOff(look, look.end);
      throw new BufferFullError(`Cannot find the byte ${delim} in a full buffer of ${look.size}`, partial);
    }
    if (!await look.grow()) return look.buffered > 0 ? cutOff(look, look.end) : null;
  }
}

/** Reads a line, or as much of it as the window holds. */
export async function line(look: Lookahead): Promise<Line | null> {
  try {
    const view = await slice(look, LF);
    return view && { line: withoutEnd(view), isPrefix: false };
  } catch (reason) {
    if (!(reason instanceof BufferFullError)) throw reason;
    const { partial } = reason;
    // It may be the first half of the end of the line.
    const kept = partial.at(-1) === CR ? 1 : 0;
    look.start -= kept;
    return { line: partial.subarray(0, partial.byteLength - kept), isPrefix: true };
  }
}

/** Strips `\n` or `\r\n`; nothing if the line has no end. */
function withoutEnd(view: Uint8Array): Uint8Array {
  let size = view.byteLength;
  if (view[size - 1] === LF) size -= view[size - 2] === CR ? 2 : 1;
  return view.subarray(0, size);
}
