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
