import { checkWriteResult, countEmptyRead } from "../core/checks.ts";
import type { Memory } from "../core/memory.ts";
import type { Writer } from "../core/types.ts";
import type { Intake } from "./intake.ts";
import type { Outlet } from "./outlet.ts";
import type { Transfer } from "./transfer.ts";

/** The two ends of a loop. What has an outlet is handed the chunks; a plain Writer gets them as often as it takes. */
export interface Ends {
  intake: Intake;
  writer: Writer;
  outlet: Outlet | null;
}

/**
 * The copy loop: takes, writes, counts, until the source ends. One read, then one write: nothing is read ahead, so
 * that after a failure the source stands where the destination stopped, as far as it can take bytes back.
 *
 * @param transfer The copy it works for; it stops when that does
 * @param ends Where the bytes come from and where they go
 * @param memory What they are read into if they come without memory of their own
 */
export async function loop(
  transfer: Transfer,
  { intake, writer, outlet }: Ends,
  memory: Memory,
): Promise<void> {
  let emptyReads = 0;
  while (!transfer.stopped) {
    let taken: Uint8Array | null;
    try {
      // A promised length bounds what goes into a buffer, not the chunks of the source: those stay as they are.
      taken = await intake.take(memory.reused ? transfer.room : Infinity, memory);
      if (taken === null) return transfer.checkLength();
      emptyReads = taken.byteLength === 0 ? countEmptyRead(emptyReads) : 0;
    } catch (reason) {
      throw transfer.fail("src", reason);
    }

    // Measured now: a destination that takes the chunk over may leave it detached.
    const size = taken.byteLength;
    const wanted = transfer.within(size);
    let done = 0;
    try {
      while (done < wanted && !transfer.stopped) {
        let n = wanted - done;
        try {
          if (outlet?.admit !== undefined) n = await outlet.admit(n);
          if (transfer.stopped) break;
          // What is left goes later, or back to the source, and whoever takes a chunk over may transfer it.
          const part = n === size
            ? taken
            : outlet === null
            ? taken.subarray(done, wanted)
            : new Uint8Array(taken.subarray(done, done + n));
          if (outlet === null) n = checkWriteResult(await writer.write(part), wanted, done);
          else await outlet.put(part);
        } catch (reason) {
          throw transfer.fail("dst", reason);
        }
        done += n;
        transfer.wrote(n);
      }
      if (wanted < size && done === wanted) throw transfer.tooLong();
    } finally {
      // After the outcome was told, what the destination had in its hands is its own affair, and the source moved on.
      if (done < taken.byteLength && !transfer.settled) {
        const rest = taken.subarray(done);
        intake.giveBack(memory.reused ? new Uint8Array(rest) : rest);
      }
    }
  }
}
