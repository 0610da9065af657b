import { assertEquals, fail } from "@std/assert";

export { pattern } from "./pattern.ts";

/** Cuts bytes into chunks of the given sizes, with memory of their own; what is left over is the last one. */
export function cut(bytes: Uint8Array, ...sizes: number[]): Uint8Array<ArrayBuffer>[] {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const size of sizes) {
    chunks.push(bytes.slice(offset, offset + size));
    offset += size;
  }
  if (offset < bytes.byteLength) chunks.push(bytes.slice(offset));
  return chunks;
}

/** Cuts bytes into chunks of one size. */
export function cutEvery(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer>[] {
  return cut(bytes, ...Array<number>(Math.floor(bytes.byteLength / size)).fill(size));
}

/** Joins chunks. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}

/** Compares bytes, however many, and names the first that differs. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array, what = "bytes"): void {
  const common = Math.min(actual.byteLength, expected.byteLength);
  for (let i = 0; i < common; i++) {
    if (actual[i] !== expected[i]) fail(`${what} differ at ${i}: ${actual[i]} instead of ${expected[i]}`);
  }
  assertEquals(actual.byteLength, expected.byteLength, `length of the ${what}`);
}
