import { checkBytes, checkReader } from "../core/checks.ts";
import { type Reader, type ReaderAt, type Seeker, SeekMode } from "../core/types.ts";
import { gradeReadAt } from "./grade_read_at.ts";
import { gradeSeek } from "./grade_seek.ts";
import { broken, call, Grader, shown } from "./grader.ts";

function isSeeker(reader: Reader): reader is Reader & Seeker {
  return "seek" in reader && typeof reader.seek === "function";
}

function isReaderAt(reader: Reader): reader is Reader & ReaderAt {
  return "readAt" in reader && typeof reader.readAt === "function";
}

/**
 * Checks that a reader keeps the contract of {@linkcode Reader}, and those of {@linkcode ChunkReader},
 * {@linkcode Seeker} and {@linkcode ReaderAt} if it has their methods. Point it at a reader of your own.
 *
 * It reads all of `r`, in steps of a few bytes, into buffers that it watches before and after. `r` must stand
 * at its start and is used up afterwards.
 *
 * Ported from Go `iotest.TestReader`, which knows neither buffers that are kept or detached nor chunks.
 *
 * **On error** rejects with an `Error` that names the first rule that was broken; what a method rejected with
 * is its `cause`.
 *
 * **Cancellation**: there is none. A reader that never settles makes this wait for ever.
 *
 * @example Test a reader of your own
 * ```ts
 * import { testReader } from "@sluice/io/iotest";
 * import { assertRejects } from "@std/assert";
 *
 * class Zeros {
 *   constructor(public left: number) {}
 *   read(p: Uint8Array): Promise<number | null> {
 *     if (this.left === 0) return Promise.resolve(null);
 *     const n = Math.min(this.left, p.byteLength);
 *     this.left -= n;
 *     return Promise.resolve(p.fill(0, 0, n).byteLength);
 *   }
 * }
 *
 * // It says that it filled all of `p`, however little is left.
 * await assertRejects(() => testReader(new Zeros(5), new Uint8Array(5)), Error, "read()");
 * ```
 *
 * @param r The reader
 * @param content What there is to read
 */
export async function testReader(r: Reader, content: Uint8Array): Promise<void> {
  checkReader(r);
  checkBytes(content);
  const grader = new Grader(r, content);
  const size = content.byteLength;

  if (size > 0) await grader.readNothing(false);
  await grader.readRest(0);
  await grader.stayAtEnd();
  grader.checkKept();
  if (isSeeker(r)) await gradeSeek(grader, r);
  if (isReaderAt(r)) {
    const middle = isSeeker(r) ? Math.floor(size / 2) : size;
    if (isSeeker(r)) await r.seek(middle, SeekMode.Start);
    await gradeReadAt(grader, r);
    if (isSeeker(r)) {
      const position = await call("seek()", () => r.seek(0, SeekMode.Current));
      if (position !== middle) {
        throw broken(`readAt() moved the position from ${middle} to ${shown(position)}: it has to leave it`);
      }
    }
    await grader.readRest(middle);
  }
  grader.checkKept();
}
