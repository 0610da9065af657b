import { checkWriteResult } from "../core/checks.ts";
import type { Writer } from "../core/types.ts";

/**
 * Writes all of `p`, however little of it the writer takes at a time.
 *
 * @param writer Where the bytes go
 * @param p The bytes
 * @param moved Told of every part that was accepted
 */
export async function writeWhole(writer: Writer, p: Uint8Array, moved?: (n: number) => void): Promise<void> {
  const size = p.byteLength;
  for (let done = 0; done < size;) {
    const n = checkWriteResult(await writer.write(done === 0 ? p : p.subarray(done)), size, done);
    done += n;
    moved?.(n);
  }
}
