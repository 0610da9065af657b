import { checkBytes, checkCount, checkSize, checkWriter, isMoved } from "../core/checks.ts";
import type { Writer } from "../core/types.ts";

/**
 * Lets `n` bytes through and drops the rest without a word: it says that it wrote them.
 *
 * Ported from Go `iotest.TruncateWriter`.
 *
 * **On error** the writes reject with the reason of `w`. **Cancellation** is that of `w`.
 *
 * @example Lose the tail, as a full disk without an error would
 * ```ts
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { truncateWriter } from "@sluice/io/iotest";
 * import { assertEquals } from "@std/assert";
 *
 * const disk = new ByteBuffer();
 * const truncated = truncateWriter(disk, 2);
 * assertEquals(await truncated.write(new TextEncoder().encode("abc")), 3);
 * assertEquals(disk.toString(), "ab");
 * ```
 *
 * @param w What is written to
 * @param n The bytes to let through; a negative number means none
 * @returns The writer that loses bytes
 */
export function truncateWriter(w: Writer, n: number): Writer {
  checkWriter(w);
  let left = checkCount("n", n);
  return {
    async write(p) {
      checkBytes(p);
      if (left === 0) return p.byteLength;
      const part = p.subarray(0, left);
      const accepted = await w.write(part);
      if (isMoved(accepted, part.byteLength)) left -= accepted;
      // What `w` did not take of its part comes again.
      return accepted === part.byteLength ? p.byteLength : accepted;
    },
  };
}

/**
 * Accepts at most `n` bytes with each write, as sockets and files may.
 *
 * **On error** the writes reject with the reason of `w`. **Cancellation** is that of `w`.
 *
 * @example See that code writes the rest again
 * ```ts
 * import { writeAll } from "@sluice/io";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { shortWriter } from "@sluice/io/iotest";
 * import { assertEquals } from "@std/assert";
 *
 * const received = new ByteBuffer();
 * await writeAll(shortWriter(received, 2), new TextEncoder().encode("abcde"));
 * assertEquals(received.toString(), "abcde");
 * ```
 *
 * @param w What is written to
 * @param n The most bytes to accept at a time; with 0 it never accepts any
 * @returns The writer that takes little
 */
export function shortWriter(w: Writer, n: number): Writer {
  checkWriter(w);
  checkSize("n", n);
  return {
    async write(p) {
      checkBytes(p);
      return n === 0 ? 0 : await w.write(p.subarray(0, n));
    },
  };
}

/**
 * Accepts some bytes, or none, keeps nothing of them, and then fails, at every write. The write that reaches the limit
 * is a short one.
 *
 * **On error** that is all it does: it rejects with `reason`. **Cancellation**: no write is ever pending.
 *
 * @example Count what was accepted before the failure
 * ```ts
 * import { copySettled } from "@sluice/io";
 * import { BytesReader } from "@sluice/io/bytes";
 * import { errWriter } from "@sluice/io/iotest";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const full = errWriter(new Error("disk full"), 3);
 * const outcome = await copySettled(full, new BytesReader(new Uint8Array(5)));
 * assert(!outcome.ok);
 * assertEquals(outcome.written, 3);
 * ```
 *
 * @param reason What the writes reject with
 * @param after The bytes to accept before, 0 by default
 * @returns The failing writer
 */
export function errWriter(reason: unknown, after = 0): Writer {
  let left = checkCount("after", after);
  return {
    async write(p) {
      checkBytes(p);
      if (left === 0) throw reason;
      const n = Math.min(left, p.byteLength);
      left -= n;
      return await n;
    },
  };
}
