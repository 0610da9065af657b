import { copy, discard, limitReader } from "@sluice/io";
import { inTime } from "./in_time.ts";
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
  try {
    await link.writer.flush();
    await link.line.closeWrite();
    const rest = (async () => {
      await reading;
      await copy(discard, limitReader(link.reader, MOST));
    })();
    await inTime(rest, LONGEST, "the peer goes on sending");
  } catch {
    // A peer that is gone needs no patience, and one that goes on sending has had it.
  }
}
