import { decodeRune, isFullRune } from "../core/utf8.ts";

/** What a {@linkcode SplitFunction} found at the start of the data. */
export interface Split {
  /** How many bytes of the data are done with: 0 to all of them. */
  advance: number;
  /** The token, if there is one. It may be empty, and a view of the data. */
  token?: Uint8Array | null;
  /** Whether the scan ends here: after the token if there is one, else at once. */
  final?: boolean;
}

/**
 * Finds the first token of the data for a {@linkcode Scanner}. Ported from Go `bufio.SplitFunc`.
 *
 * `data` is what is not used yet, never empty unless `atEOF` is true, and must not be kept. Without a token and without an advance
 * more data is read and all of it is presented again. At the end of the input, or where the source failed, `atEOF` is true.
 *
 * @param data The bytes from the start of the token on
 * @param atEOF Whether nothing more comes
 * @returns How far to move, and the token
 */
export type SplitFunction = (data: Uint8Array, atEOF: boolean) => Split;

const LF = 0x0a;
const CR = 0x0d;

const MORE: Split = { advance: 0 };

/**
 * Splits into lines without their ends, `\n` or `\r\n`. The last line need not have an end; empty lines are tokens. The default
 * of a {@linkcode Scanner}.
 *
 * Ported from Go `bufio.ScanLines`.
 *
 * @param data The bytes from the start of the line on
 * @param atEOF Whether nothing more comes
 * @returns How far to move, and the line
 */
export const scanLines: SplitFunction = (data, atEOF): Split => {
  const end = data.indexOf(LF);
  if (end >= 0) return { advance: end + 1, token: data.subarray(0, lineSize(data, end)) };
  const size = data.byteLength;
  return atEOF && size > 0 ? { advance: size, token: data.subarray(0, lineSize(data, size)) } : MORE;
};

/** The size of a line whose `\n`, or the end of input, is at `end`. */
export function lineSize(data: Uint8Array, end: number): number {
  return end > 0 && data[end - 1] === CR ? end - 1 : end;
}

/**
 * Splits into words, at white space as Unicode defines it. A word is never empty.
 *
 * Ported from Go `bufio.ScanWords`.
 *
 * @example Count words
 * ```ts
 * import { Scanner, scanWords } from "@sluice/io/bufio";
 * import { assertEquals } from "@std/assert";
 *
 * let words = 0;
 * for await (const _ of new Scanner(new Blob(["to be, or not\nto be"]), { split: scanWords })) words++;
 * assertEquals(words, 6);
 * ```
 *
 * @param data The bytes from the start of the word on
 * @param atEOF Whether nothing more comes
 * @returns How far to move, and the word
 */
export const scanWords: SplitFunction = (data, atEOF): Split => {
  let start = -1;
  for (let at = 0; at < data.byteLength;) {
    const left = data.subarray(at, at + 4);
    // Half a rune may turn out to be space.
    if (!atEOF && !isFullRune(left)) return { advance: start < 0 ? at : start };
    const { rune, size } = decodeRune(left);
    if (!isSpace(rune)) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      return { advance: at + size, token: data.subarray(start, at) };
    }
    at += size;
  }
  if (start < 0) return { advance: data.byteLength };
  return atEOF ? { advance: data.byteLength, token: data.subarray(start) } : { advance: start };
};

/** White space as Go's `bufio` knows it. */
function isSpace(rune: number): boolean {
  if (rune <= 0xff) return rune === 0x20 || rune >= 0x09 && rune <= 0x0d || rune === 0x85 || rune === 0xa0;
  return rune >= 0x2000 && rune <= 0x200a || rune === 0x1680 || rune === 0x2028 || rune === 0x2029 ||
    rune === 0x202f || rune === 0x205f || rune === 0x3000;
}

const REPLACEMENT = /* @__PURE__ */ Uint8Array.of(0xef, 0xbf, 0xbd);

/**
 * Splits into code points of UTF-8. Every byte that is not valid is a token of its own: `EF BF BD`, the code of U+FFFD.
 *
 * Ported from Go `bufio.ScanRunes`.
 *
 * @param data The bytes from the start of the code point on
 * @param atEOF Whether nothing more comes
 * @returns How far to move, and the bytes of the code point
 */
export const scanRunes: SplitFunction = (data, atEOF): Split => {
  if (data.byteLength === 0 || !atEOF && !isFullRune(data)) return MORE;
  const { rune, size } = decodeRune(data);
  const invalid = size === 1 && rune > 0x7f;
  return { advance: size, token: invalid ? REPLACEMENT.slice() : data.subarray(0, size) };
};

/**
 * Splits into single bytes.
 *
 * Ported from Go `bufio.ScanBytes`.
 *
 * @param data The bytes that are left
 * @returns How far to move, and the byte
 */
export const scanBytes: SplitFunction = (data): Split => {
  return data.byteLength === 0 ? MORE : { advance: 1, token: data.subarray(0, 1) };
};

/**
 * The most bytes beyond a token that a split function has to see before it knows the token: its delimiter, or a rune that
 * may be one. For one from elsewhere there is room for a long delimiter: 1 KiB.
 */
export function delimiterSize(split: SplitFunction): number {
  return split === scanLines
    ? 2
    : split === scanWords
    ? 4
    : split === scanRunes || split === scanBytes
    ? 0
    : 1024;
}
