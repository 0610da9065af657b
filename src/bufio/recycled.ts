import { GrowingMemory } from "../core/memory.ts";
import type { Intake } from "../transfer/intake.ts";

/**
 * The memory that a byte stream fills by BYOB, over and over.
 *
 * That pays where the stream fills what it is given: no chunk is allocated, and hosts read more at a time. A stream that
 * answers with less than half of it most likely has small chunks of its own, for which BYOB costs more than it saves:
 * from then on it is asked for those.
 */
export class Recycled extends GrowingMemory {
  /** Whether to read by BYOB where that can be. */
  wanted = false;
  #asked = false;
  /** What was lent last, and what came back. */
  #lent = 0;
  #back: ArrayBufferLike | undefined;

  /** Finds out, once, whether a source is a byte stream. */
  begin(intake: Intake): void {
    if (this.#asked) return;
    this.wanted = intake.lane() === "byob";
    this.#asked = true;
  }

  override lend(max: number): Uint8Array {
    const p = super.lend(max);
    this.#lent = p.byteLength;
    return p;
  }

  override settle(filled: Uint8Array): Uint8Array {
    this.#back = filled.buffer;
    if (2 * filled.byteLength < this.#lent) this.wanted = false;
    return super.settle(filled);
  }

  /** A chunk that stays valid until the next is read, whoever made it. */
  keep(chunk: Uint8Array): Uint8Array {
    // Somebody else's may be written to again at any time, if it was asked for as memory that is used over and over.
    return this.wanted && chunk.buffer !== this.#back ? new Uint8Array(chunk) : chunk;
  }
}
