import { copy, discard, limitReader } from "@sluice/io";
import type { Link } from "./link.ts";

const MOST = 256 * 1024; // bytes
const LONGEST = 1000; // ms

/**
 * Ends a link whose peer may still send: what it was answered would be lost if the connection were closed at once.
 *
 * @param link The link
 * @param reading Somebody who reads the link still, if there is anybody
 */
export async function linger(link: Link, reading: Promise<void> | null = null): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await link.writer.flush();
    await link.line.closeWrite();
    const rest = (async () => {
      await reading;
      await copy(discard, limitReader(link.reader, MOST));
    })();
    // It rejects when the link is closed.
    rest.catch(() => {});
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, LONGEST));
    await Promise.race([rest, late]);
  } catch {
    // A peer that is gone needs no patience.
  } finally {
    clearTimeout(timer);
  }
}
