/** Transfers the memory of bytes away, as posting them to a worker or putting them into a byte stream does. */
export function detach(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] });
}
