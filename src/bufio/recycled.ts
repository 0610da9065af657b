import type { Intake } from "../transfer/intake.ts";

/**
 * The memory that a byte stream fills by BYOB, over and over.
 *
 * That pays where the stream fills what it is given: no chunk is allocated, and hosts read more at a time. A stream that
 * answers with less than half of it most likely has small chunks of its own, for which BYOB costs more than it saves:
 * from then on it is asked for those.
 */
export class Recycled {
  /** Whether to read by BYOB where that can be. */
  wanted = false;
  readonly #size: number;
  #buffer: ArrayBufferLike = new ArrayBuffer(0);
  #lent = 0;
  #asked = false;

  /**
   * Makes memory, which is allocated when it is lent.
   *
   * @param size The most bytes to lend
   */
  constructor(size: number) {
    this.#size = size;
  }

  /** Finds out, once, whether a source is a byte stream. */
  begin(intake: Intake): void {
    if (this.#asked) return;
    this.wanted = intake.lane() === "byob";
    this.#asked = true;
  }

  lend(max: number): Uint8Array {
    this.#lent = Math.min(max, this.#size);
    // A buffer that the platform moved and did not return counts 0 bytes.
    if (this.#buffer.byteLength < this.#lent) this.#buffer = new ArrayBuffer(this.#lent);
    return new Uint8Array(this.#buffer, 0, this.#lent);
  }

  settle(filled: Uint8Array): Uint8Array {
    this.#buffer = filled.buffer;
    if (2 * filled.byteLength < this.#lent) this.wanted = false;
    return filled;
  }

  /** A chunk that stays valid until the next is read, whoever made it. */
  keep(chunk: Uint8Array): Uint8Array {
    // Somebody else's may be written to again at any time, if it was asked for as memory that is used over and over.
    return this.wanted && chunk.buffer !== this.#buffer ? new Uint8Array(chunk) : chunk;
  }

  /** Lets others keep what was read. */
  giveAway(): void {
    this.#buffer = new ArrayBuffer(0);
  }
}
