import { asBytes } from "../core/checks.ts";
import type { Unread } from "./intake.ts";
import type { Outlet } from "./outlet.ts";
import type { Transfer } from "./transfer.ts";

/**
 * The path `"pipeTo"`: the platform's own pipe between two web streams, into a sink that counts on its way.
 *
 * The pipe reads ahead: when the destination fails, what was read and not written is lost. It neither closes,
 * aborts nor cancels either end.
 *
 * @param transfer The copy it works for
 * @param source Where the chunks come from, unlocked, and what was read of it before
 * @param outlet Where they go
 */
export async function pipeCounted(
  transfer: Transfer,
  { head, stream }: Unread,
  outlet: Outlet,
): Promise<void> {
  const control = new AbortController();
  // A write that is pending when the copy stops would keep the source locked: the pipe waits for it.
  let giveUp: (() => void) | undefined;
  transfer.onStop = () => {
    giveUp?.();
    control.abort();
  };

  async function write(chunk: unknown): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = asBytes(chunk);
    } catch (reason) {
      throw transfer.fail("src", reason);
    }
    const size = bytes.byteLength;
    if (size === 0) return;
    const wanted = transfer.within(size);
    if (wanted > 0) {
      try {
        await new Promise<unknown>((resolve, reject) => {
          giveUp = () => resolve(undefined);
          outlet.put(bytes.subarray(0, wanted)).then(resolve, reject);
        });
      } catch (reason) {
        throw transfer.fail("dst", reason);
      }
      if (transfer.stopped) return; // given up: nobody knows what became of it
      transfer.wrote(wanted);
    }
    if (wanted < size) throw transfer.tooLong();
  }

  if (head !== null) await write(head);
  try {
    await stream.pipeTo(new WritableStream({ write }), { preventCancel: true, signal: control.signal });
  } catch (reason) {
    throw transfer.fail("src", reason);
  }
  transfer.checkLength();
}
