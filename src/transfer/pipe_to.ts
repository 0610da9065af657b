import { asBytes, countEmptyRead } from "../core/checks.ts";
import { settleTurns } from "../core/turns.ts";
import type { Intake, Unread } from "./intake.ts";
import type { Outlet } from "./outlet.ts";
import type { Transfer } from "./transfer.ts";

/** How many turns a chunk that the pipe has read may take to reach its sink; none was seen to need more than 6. */
const ON_THE_WAY = 8;

/** How many turns a write may take to settle after the copy has stopped; it leaves the pipe enough to let go. */
const PATIENCE = 12;

/**
 * The path `"pipeTo"`: the platform's own pipe between two web streams, into a sink that counts on its way.
 *
 * The pipe reads one chunk ahead, which is in the hands of this sink then: what is left of it when the copy ends is given
 * back. It neither closes, aborts nor cancels either end.
 *
 * @param transfer The copy it works for
 * @param intake Takes back what was not written
 * @param source Where the chunks come from, unlocked, and what was read of it before
 * @param outlet Where they go
 */
export async function pipeCounted(
  transfer: Transfer,
  intake: Intake,
  { head, stream }: Unread,
  outlet: Outlet,
): Promise<void> {
  let controller: WritableStreamDefaultController | undefined;
  const sink = new WritableStream({ start: (given) => void (controller = given), write });
  let emptyReads = 0;
  let writing = false;
  let giveUp = () => {};
  let endHold = () => {};
  const hold = new Promise<void>((resolve) => endHold = resolve);
  transfer.onStop = async () => {
    // Browsers drop a chunk that is on its way from the source to the sink when the pipe ends, so it has to arrive first.
    await settleTurns(() => writing, ON_THE_WAY);
    // Told by its signal, the pipe of WebKit and workerd goes on until a read that is pending has settled.
    controller?.error(transfer.failure?.reason);
    endHold();
    // A write that is still pending then would keep the source locked, for the pipe waits for it.
    await settleTurns(() => !writing, PATIENCE);
    giveUp();
  };

  async function write(chunk: unknown): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = asBytes(chunk);
      emptyReads = bytes.byteLength === 0 ? countEmptyRead(emptyReads) : 0;
    } catch (reason) {
      throw transfer.fail("src", reason);
    }
    const size = bytes.byteLength;
    if (size === 0) return;
    if (transfer.stopped) {
      writing = true;
      if (!transfer.settled) intake.giveBack(bytes);
      await hold; // until then the pipe would go on reading
      writing = false;
      return;
    }
    const wanted = transfer.within(size);
    let done = 0;
    try {
      while (done < wanted && !transfer.stopped) {
        let n = wanted - done;
        try {
          writing = true;
          if (outlet.admit !== undefined) n = await outlet.admit(n);
          if (transfer.stopped) break;
          // As in the loop: what is left has to outlive a transfer of this.
          const part = n === size ? bytes : new Uint8Array(bytes.subarray(done, done + n));
          const accepted = await new Promise<boolean>((resolve, reject) => {
            giveUp = () => resolve(false);
            outlet.put(part).then(() => resolve(true), reject);
          });
          done = accepted ? done + n : size; // if it was given up, nobody knows what becomes of it
          if (!accepted) return;
        } catch (reason) {
          throw transfer.fail("dst", reason);
        }
        transfer.wrote(n);
      }
      if (wanted < size && done === wanted) throw transfer.tooLong();
    } finally {
      writing = false;
      // A chunk that the destination transferred before it failed is gone.
      if (done < bytes.byteLength && !transfer.settled) intake.giveBack(bytes.subarray(done));
    }
  }

  if (head !== null) await write(head);
  try {
    await stream.pipeTo(sink, { preventAbort: true, preventCancel: true });
  } catch (reason) {
    throw transfer.fail("src", reason);
  }
  transfer.checkLength();
}
