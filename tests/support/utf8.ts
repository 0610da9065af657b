/** The bytes of a text, in memory of their own. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The text of bytes, or of several chunks of them. */
export function decode(...chunks: Uint8Array[]): string {
  const decoder = new TextDecoder();
  // Browsers decode no resizable and no shared memory. What is detached cannot be copied.
  const own = (chunk: Uint8Array) => chunk.byteLength === 0 ? chunk : chunk.slice();
  return chunks.map((chunk) => decoder.decode(own(chunk), { stream: true })).join("") + decoder.decode();
}
