import { assertEquals } from "@std/assert";

/** Asserts that no web stream among these is locked; whatever else is among them has no lock. */
export function assertUnlocked(...ends: unknown[]): void {
  for (const end of ends) {
    if (end instanceof ReadableStream) assertEquals(end.locked, false, "the source is still locked");
    if (end instanceof WritableStream) assertEquals(end.locked, false, "the destination is still locked");
  }
}

/** Whether a stream gives a BYOB reader here; leaves it unlocked. Runtimes differ, and only asking tells. */
export function givesByob(stream: ReadableStream<Uint8Array>): boolean {
  try {
    stream.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
