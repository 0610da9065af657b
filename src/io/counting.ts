import type { Destination, Reader, Source, Writer } from "../core/types.ts";
import { countedReader, countedWriter, type Tally } from "../transfer/counted.ts";
import { asReader, asWriter } from "../web/adapt.ts";

/** Gives an object a `count` that can be read only. */
function withCount<T extends object>(
  make: (tally: Tally) => T,
): T & { readonly count: number } {
  let count = 0;
  const target = make({
    async pass(move, measure) {
      const result = await move();
      count += measure(result);
      return result;
    },
    returned: (n) => void (count -= n),
  });
  return Object.defineProperty(target, "count", { get: () => count, enumerable: true }) as
    & T
    & { readonly count: number };
}

/**
 * Counts the bytes that are read through it. It takes the fast paths of the source.
 *
 * **On error** the reads reject with the reason of the source. **Cancellation** is that of the source.
 *
 * @example Count what came out of a body
 * ```ts
 * import { countingReader, readAll } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const counting = countingReader(new Blob(["abc"]));
 * await readAll(counting);
 * assertEquals(counting.count, 3);
 * ```
 *
 * @param src The source
 * @returns A reader with the `count` of bytes so far
 */
export function countingReader(src: Source): Reader & { readonly count: number } {
  const reader = asReader(src);
  return withCount((tally) => countedReader(reader, tally));
}

/**
 * Counts the bytes that are written through it. It takes the fast paths of the destination.
 *
 * **On error** the writes reject with the reason of the destination. **Cancellation** is that of the destination.
 *
 * @example Count what went out
 * ```ts
 * import { copy, countingWriter, discard } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const counting = countingWriter(discard);
 * await copy(counting, new Blob(["abc"]));
 * assertEquals(counting.count, 3);
 * ```
 *
 * @param dst The destination
 * @returns A writer with the `count` of bytes accepted so far
 */
export function countingWriter(dst: Destination): Writer & { readonly count: number } {
  const writer = asWriter(dst);
  return withCount((tally) => countedWriter(writer, tally));
}
