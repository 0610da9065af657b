import { checkBytes, checkReader, checkSize } from "../core/checks.ts";
import type { Reader } from "../core/types.ts";
import { intakeOf, readThrough } from "../transfer/intake.ts";

/**
 * Reads one byte at a time, whatever it is asked for.
 *
 * Like everything of this kind here it has no method but `read`, so that no fast path goes around it.
 *
 * Ported from Go `iotest.OneByteReader`.
 *
 * **On error** the reads reject with the reason of `r`. **Cancellation** is that of `r`.
 *
 * @example See that code does not count on full reads
 * ```ts
 * import { readFull } from "@sluice/io";
 * import { BytesReader } from "@sluice/io/bytes";
 * import { oneByteReader } from "@sluice/io/iotest";
 * import { assertEquals } from "@std/assert";
 *
 * const p = new Uint8Array(3);
 * assertEquals(await readFull(oneByteReader(new BytesReader(new Uint8Array([1, 2, 3]))), p), 3);
 * assertEquals(p, new Uint8Array([1, 2, 3]));
 * ```
 *
 * @param r What is read
 * @returns The slow reader
 */
export function oneByteReader(r: Reader): Reader {
  return clipped(r, () => 1);
}

/**
 * Reads half as many bytes as it is asked for, rounded up.
 *
 * Ported from Go `iotest.HalfReader`.
 *
 * **On error** the reads reject with the reason of `r`. **Cancellation** is that of `r`.
 *
 * @example Get half of what fits
 * ```ts
 * import { BytesReader } from "@sluice/io/bytes";
 * import { halfReader } from "@sluice/io/iotest";
 * import { assertEquals } from "@std/assert";
 *
 * const half = halfReader(new BytesReader(new Uint8Array(10)));
 * assertEquals(await half.read(new Uint8Array(5)), 3);
 * ```
 *
 * @param r What is read
 * @returns The slow reader
 */
export function halfReader(r: Reader): Reader {
  return clipped(r, (size) => Math.ceil(size / 2));
}

function clipped(r: Reader, clip: (size: number) => number): Reader {
  checkReader(r);
  const intake = intakeOf(r);
  return {
    async read(p) {
      checkBytes(p);
      return await readThrough(intake, r, p.subarray(0, clip(p.byteLength)));
    },
  };
}

/**
 * Resolves to 0 now and then, as a reader may at any time. At the end of input it stays at its end.
 *
 * Go has no such reader, and programs that took the 0 for the end.
 *
 * **On error** the reads reject with the reason of `r`. **Cancellation** is that of `r`.
 *
 * @example See that a copy goes on after an empty read
 * ```ts
 * import { copy, discard } from "@sluice/io";
 * import { BytesReader } from "@sluice/io/bytes";
 * import { emptyReadsReader, oneByteReader } from "@sluice/io/iotest";
 * import { assertEquals } from "@std/assert";
 *
 * const halting = emptyReadsReader(oneByteReader(new BytesReader(new Uint8Array(5))));
 * assertEquals(await copy(discard, halting), 5);
 * ```
 *
 * @param r What is read
 * @param every Every how manieth read is empty, 2 by default; with 1 every read is, and the end is never reached
 * @returns The halting reader
 */
export function emptyReadsReader(r: Reader, every = 2): Reader {
  checkReader(r);
  checkSize("every", every, 1);
  let reads = 0;
  let ended = false;
  return {
    async read(p) {
      checkBytes(p);
      if (p.byteLength > 0 && !ended && ++reads % every === 0) return 0;
      const n = await r.read(p);
      ended ||= n === null;
      return n;
    },
  };
}

/**
 * Fails its second read, once, with a `DOMException` named `"TimeoutError"`; that read takes nothing from `r`. All
 * others are those of `r`.
 *
 * Ported from Go `iotest.TimeoutReader`.
 *
 * **On error** the second read rejects as said, the others with the reason of `r`. **Cancellation** is that of `r`.
 *
 * @example Read on after a timeout
 * ```ts
 * import { BytesReader } from "@sluice/io/bytes";
 * import { timeoutReader } from "@sluice/io/iotest";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const reader = timeoutReader(new BytesReader(new Uint8Array([1, 2])));
 * const p = new Uint8Array(1);
 * assertEquals(await reader.read(p), 1);
 * await assertRejects(() => reader.read(p), DOMException);
 * assertEquals(await reader.read(p), 1);
 * ```
 *
 * @param r What is read
 * @returns The reader that times out
 */
export function timeoutReader(r: Reader): Reader {
  checkReader(r);
  let reads = 0;
  return {
    async read(p) {
      checkBytes(p);
      if (++reads === 2) throw new DOMException("The second read times out", "TimeoutError");
      return await r.read(p);
    },
  };
}

/**
 * Gives some bytes, or none, and then fails, at every read.
 *
 * Ported from Go `iotest.ErrReader`, which gives no bytes.
 *
 * **On error** that is all it does: it rejects with `reason`. **Cancellation**: no read is ever pending.
 *
 * @example Break off in the middle of the input
 * ```ts
 * import { copySettled, discard } from "@sluice/io";
 * import { errReader } from "@sluice/io/iotest";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const reset = new Error("connection reset");
 * const outcome = await copySettled(discard, errReader(reset, new Uint8Array(3)));
 * assert(!outcome.ok);
 * assertEquals(outcome.written, 3);
 * assertEquals(outcome.reason, reset);
 * ```
 *
 * @param reason What the reads reject with
 * @param after The bytes to give before
 * @returns The failing reader
 */
export function errReader(reason: unknown, after: Uint8Array = new Uint8Array(0)): Reader {
  checkBytes(after);
  let left = after;
  return {
    async read(p) {
      checkBytes(p);
      if (left.byteLength === 0) throw reason;
      const part = left.subarray(0, p.byteLength);
      p.set(part);
      left = left.subarray(part.byteLength);
      return await part.byteLength;
    },
  };
}
