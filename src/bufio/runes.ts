import { decodeRune, isFullRune } from "../core/utf8.ts";
import type { Lookahead } from "./lookahead.ts";

/** A code point, and the bytes that it took. */
export interface Rune {
  /** The code point; U+FFFD for what is not valid UTF-8. */
  rune: number;
  /** The number of bytes; 1 for what is not valid. */
  size: number;
}

/** The most bytes of one rune: `utf8.UTFMax` of Go. */
const MOST = 4;

/** The next rune, if all of it is in the window; else `null`. */
export function nextRune(look: Lookahead): Rune | null {
  const bytes = look.bytes.subarray(look.start, Math.min(look.start + MOST, look.end));
  return isFullRune(bytes) ? decodeRune(bytes) : null;
}

/** Waits for the next rune; `null` at the end. A rune that the input ends in is not valid. */
export async function awaitRune(look: Lookahead): Promise<Rune | null> {
  for (let rune = nextRune(look);; rune = nextRune(look)) {
    if (rune !== null) return rune;
    if (!await look.grow()) return look.buffered > 0 ? decodeRune(look.window) : null;
  }
}
