import { check } from "../core/checks.ts";
import { FreshMemory, type Memory, ViewMemory } from "../core/memory.ts";
import { openLease, StagingBuffer } from "../core/staging_buffer.ts";

/**
 * The memory of a copy through a buffer that the caller gave: bytes or a StagingBuffer that is free, and not empty.
 *
 * @param buf The buffer
 * @returns What the engine asks for memory; for somebody who keeps what is read it is fresh, of the size of the buffer
 */
export function lendBuffer(buf: Uint8Array | StagingBuffer): (fresh: boolean) => Memory {
  if (buf instanceof StagingBuffer) {
    return (fresh) => {
      const lease = openLease(buf);
      if (!fresh) return lease;
      lease.free(false);
      return new FreshMemory({ owned: true, size: buf.size });
    };
  }
  check(buf instanceof Uint8Array, buf, "a buffer", "is no Uint8Array and no StagingBuffer");
  const size = buf.byteLength;
  if (size === 0) throw new RangeError("Cannot copy through a buffer of 0 bytes");
  return (fresh) => fresh ? new FreshMemory({ owned: true, size }) : new ViewMemory(buf);
}
