/** `n` bytes that tell where they stand: neighbours differ, and so do the same places of different blocks. */
export function pattern(n: number, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(n);
  for (let i = 0; i < n; i++) bytes[i] = i * 31 + (i >>> 8) * 7 + (i >>> 16) * 13 + seed;
  return bytes;
}
