import { checkWriteResult, countEmptyRead } from "../core/checks.ts";
import type { Memory } from "../core/memory.ts";
import type { Writer } from "../core/types.ts";
import type { Intake } from "./intake.ts";
import type { Outlet } from "./outlet.ts";
import type { Transfer } from "./transfer.ts";

/**
 * The copy loop: takes, writes, counts, until the source ends. One read, then one write: nothing is read ahead, so
 * that after a failure the source stands where the destination stopped, as far as it can take bytes back.
 *
 * @param transfer The copy it works for; it stops when that does
 * @param intake Where the bytes come from
 * @param writer Where they go, as often as it takes; it may keep none
 * @param outlet What is handed the chunks for good instead, if there is one
 * @param memory What they are read into if they come without memory of their own
 */
export async function loop(
  transfer: Transfer,
  intake: Intake,
  writer: Writer,
  outlet: Outlet | null,
  memory: Memory,
): Promise<void> {
  let emptyReads = 0;
  while (!transfer.stopped) {
    let chunk: Uint8Array | null;
    try {
      // A promised length bounds what goes into a buffer, and one byte more shows that there is too much. The chunks of
      // the source stay as they are.
      const max = memory.reused ? transfer.room + 1 : Infinity;
      chunk = intake.taken(await intake.take(max, memory), memory);
      if (chunk === null) return transfer.checkLength();
      emptyReads = chunk.byteLength === 0 ? countEmptyRead(emptyReads) : 0;
    } catch (reason) {
      throw transfer.fail("src", reason);
    }

    // Measured now: a destination that takes the chunk over may leave it detached.
    const size = chunk.byteLength;
    const wanted = Math.min(size, transfer.room);
    let done = 0;
    try {
      while (done < wanted && !transfer.stopped) {
        let n = wanted - done;
        if (outlet?.admit) {
          n = await outlet.admit(n);
          if (transfer.stopped) break;
        }
        const part = n === size ? chunk : chunk.subarray(done, done + n);
        if (outlet === null) n = checkWriteResult(await writer.write(part), wanted, done);
        // What is left goes later, or back to the source, and whoever takes a chunk over may transfer it.
        else await outlet.put(n === size ? part : new Uint8Array(part));
        done += n;
        transfer.wrote(n);
      }
      if (done === wanted && wanted < size) transfer.checkLength(size - done);
    } catch (reason) {
      throw transfer.fail("dst", reason);
    } finally {
      // After the outcome was told, what the destination had in its hands is its own affair, and the source moved on.
      if (done < chunk.byteLength && !transfer.settled) {
        const rest = chunk.subarray(done);
        intake.giveBack(memory.reused ? new Uint8Array(rest) : rest);
      }
    }
  }
}
