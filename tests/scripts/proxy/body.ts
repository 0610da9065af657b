import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";

const PIECE = 64 * 1024;

/** A large body that differs from place to place, made as it is sent. */
export function largeBody(size: number): { pieces: Iterable<Uint8Array<ArrayBuffer>>; hash: string } {
  const hash = createHash("sha256");
  for (const piece of pieces(size)) hash.update(piece);
  return { pieces: { [Symbol.iterator]: () => pieces(size) }, hash: hash.digest("hex") };
}

function* pieces(size: number): Generator<Uint8Array<ArrayBuffer>> {
  const block = Uint8Array.from({ length: 2 * PIECE }, (_, i) => (i * 2654435761) >>> 13);
  for (let done = 0, turn = 0; done < size; turn++) {
    const start = (turn * 257) % PIECE;
    const piece = block.slice(start, start + Math.min(PIECE, size - done));
    yield piece;
    done += piece.byteLength;
  }
}

/** Writes pieces as fast as whoever takes them likes, until all are written or nobody wants more. */
export async function writePieces(
  response: ServerResponse,
  pieces: Iterable<Uint8Array>,
  onWrite: (n: number) => void = () => {},
): Promise<void> {
  let goOn = () => {};
  for (const event of ["drain", "close"]) response.on(event, () => goOn());
  for (const piece of pieces) {
    if (response.destroyed) return;
    onWrite(piece.byteLength);
    if (!response.write(piece)) await new Promise<void>((resolve) => goOn = resolve);
  }
}

/** The SHA-256 of everything that comes. */
export async function hashOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of source) hash.update(chunk);
  return hash.digest("hex");
}
