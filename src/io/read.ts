import {
  checkBytes,
  checkReader,
  checkReadResult,
  checkSize,
  countEmptyRead,
  endedEarly,
} from "../core/checks.ts";
import { ShortBufferError } from "../core/errors.ts";
import type { Reader } from "../core/types.ts";

/**
 * Reads at least `min` bytes into `p`.
 *
 * Ported from Go `io.ReadAtLeast`, which reports an end before the first byte as `io.EOF`.
 *
 * **On error** rejects with the reason of `r`; what was read before is in `p`. If the input ends after some bytes but
 * before `min`: {@linkcode UnexpectedEOFError}. If `p` is shorter than `min`: {@linkcode ShortBufferError}, without
 * reading.
 *
 * **Cancellation** is that of `r`.
 *
 * @example Read a header of at least 2 bytes
 * ```ts
 * import { readAtLeast } from "@sluice/io";
 * import { BytesReader } from "@sluice/io/bytes";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const p = new Uint8Array(8);
 * const n = await readAtLeast(new BytesReader(new Uint8Array([1, 2, 3])), p, 2);
 * assert(n !== null && n >= 2);
 * assertEquals(p.subarray(0, 2), new Uint8Array([1, 2]));
 * ```
 *
 * @param r The reader
 * @param p Where the bytes are put
 * @param min The least number of bytes; 0 reads nothing
 * @returns The number of bytes read, or `null` if the input ended before any byte
 */
export async function readAtLeast(r: Reader, p: Uint8Array, min: number): Promise<number | null> {
  checkReader(r);
  checkBytes(p);
  checkSize("min", min);
  const size = p.byteLength;
  if (size < min) {
    throw new ShortBufferError(`Cannot read at least ${min} bytes into a buffer of ${size}`, min, size);
  }
  let done = 0;
  for (let empty = 0; done < min;) {
    const n = checkReadResult(await r.read(done === 0 ? p : p.subarray(done)), size - done);
    if (n === null) {
      if (done === 0) return null;
      throw endedEarly(`read at least ${min} bytes`, min, done);
    }
    empty = n === 0 ? countEmptyRead(empty) : 0;
    done += n;
  }
  return done;
}

/**
 * Fills all of `p`.
 *
 * Ported from Go `io.ReadFull`, which reports an end before the first byte as `io.EOF`.
 *
 * **On error** rejects with the reason of `r`; what was read before is in `p`. If the input ends after some bytes but
 * before `p` is full: {@linkcode UnexpectedEOFError} with `expected` (the size of `p`) and `actual`.
 *
 * **Cancellation** is that of `r`.
 *
 * @example Read a frame of known length
 * ```ts
 * import { readFull, UnexpectedEOFError } from "@sluice/io";
 * import { BytesReader } from "@sluice/io/bytes";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const wire = new BytesReader(new Uint8Array([1, 2, 3, 4, 5]));
 * const frame = new Uint8Array(4);
 * assertEquals(await readFull(wire, frame), 4);
 * await assertRejects(() => readFull(wire, frame), UnexpectedEOFError);
 * ```
 *
 * @param r The reader
 * @param p What to fill; if it is empty, nothing is read
 * @returns `p.byteLength`, or `null` if the input ended before any byte
 */
export async function readFull(r: Reader, p: Uint8Array): Promise<number | null> {
  checkBytes(p);
  return await readAtLeast(r, p, p.byteLength);
}
