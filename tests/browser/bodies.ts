import { pattern } from "../support/pattern.ts";

/** What the input element of the page is given: 3 MB. */
export const FILE = pattern(3_000_000, 1);

/** What the server answers to `/body`: 3 MB. */
export const BODY = pattern(3_000_000, 2);

/** The SHA-256 of some bytes, in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer> | Blob): Promise<string> {
  const buffer = bytes instanceof Blob ? await bytes.arrayBuffer() : bytes;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
