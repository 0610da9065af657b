import { describe } from "../core/checks.ts";
import { StagingBuffer } from "../core/staging_buffer.ts";

/** The buffer of a `copyBuffer`: bytes or a StagingBuffer that is free, and not empty. */
export function checkBuffer(buf: Uint8Array | StagingBuffer): void {
  if (buf instanceof StagingBuffer) return;
  if (!(buf instanceof Uint8Array)) {
    throw new TypeError(`Cannot copy through ${describe(buf)}: it is no Uint8Array and no StagingBuffer`);
  }
  if (buf.byteLength === 0) throw new RangeError("Cannot copy through a buffer of 0 bytes");
}
