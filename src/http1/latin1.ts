/** So many arguments fit into one call everywhere. */
const PIECE = 4096;

/** The text of bytes, a code unit for each. A TextDecoder would read them as windows-1252. */
export function latin1Of(bytes: Uint8Array): string {
  if (bytes.length <= PIECE) return Reflect.apply(String.fromCharCode, null, bytes);
  return latin1Of(bytes.subarray(0, PIECE)) + latin1Of(bytes.subarray(PIECE));
}

/** The bytes of a text whose code units all fit into one. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
