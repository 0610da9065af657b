/** The number of bytes of a string in UTF-8; a lone surrogate counts as U+FFFD, as TextEncoder writes it. */
export function utf8Length(s: string): number {
  let length = s.length;
  for (let i = 0; i < s.length; i++) {
    const code = s.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) {
      length += 1;
    } else if (isHigh(code) && isLow(s.charCodeAt(i + 1))) {
      length += 2; // two units, four bytes
      i++;
    } else {
      length += 2;
    }
  }
  return length;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}

/** Stands for whatever is not valid: U+FFFD. Go's `utf8.RuneError`. */
const REPLACEMENT = 0xfffd;

/** How many bytes a rune with this first byte has; 0 if there is none. */
function sizeByFirst(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** Whether a byte can be number `i` of a rune. The second one tells overlong forms and surrogates. */
function canFollow(first: number, i: number, byte: number): boolean {
  if (i > 1) return byte >= 0x80 && byte < 0xc0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0xa0 : first === 0xf4 ? 0x90 : 0xc0;
  return byte >= low && byte < high;
}

/**
 * The rune at the start of bytes. What is not valid UTF-8 is U+FFFD of size 1, byte by byte.
 *
 * Ported from Go `utf8.DecodeRune`.
 *
 * @param bytes At least 1 byte; those behind the rune do not matter
 * @returns The code point, and the bytes that it took
 */
export function decodeRune(bytes: Uint8Array): { rune: number; size: number } {
  const first = bytes[0] ?? REPLACEMENT;
  const size = sizeByFirst(first);
  let rune = size === 1 ? first : first & 0x7f >> size;
  for (let i = 1; i < size; i++) {
    const byte = bytes[i] ?? 0; // 0 follows nothing
    if (!canFollow(first, i, byte)) return { rune: REPLACEMENT, size: 1 };
    rune = rune << 6 | byte & 0x3f;
  }
  return size === 0 ? { rune: REPLACEMENT, size: 1 } : { rune, size };
}

/**
 * Whether bytes begin with a rune that is complete, or invalid whatever comes next.
 *
 * Ported from Go `utf8.FullRune`.
 *
 * @param bytes Any bytes
 * @returns Whether `decodeRune` would say the same if there were more bytes
 */
export function isFullRune(bytes: Uint8Array): boolean {
  const first = bytes[0];
  if (first === undefined) return false;
  const size = sizeByFirst(first);
  for (let i = 1; i < size; i++) {
    const byte = bytes[i];
    if (byte === undefined) return false;
    if (!canFollow(first, i, byte)) return true;
  }
  return true;
}

/** The text of one rune; U+FFFD for what is no Unicode scalar value. */
export function textOfRune(rune: number): string {
  const isScalar = rune >= 0 && rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
  return String.fromCodePoint(isScalar ? rune : REPLACEMENT);
}

const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of bytes in UTF-8. U+FEFF is kept, what is not valid becomes U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  // Browsers do not decode memory that is shared.
  return decoder.decode(bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes));
}
