import { FIRST_BUFFER_SIZE, FreshMemory, type Memory } from "../core/memory.ts";

const FIRST_BLOCK_SIZE = 512;

/** A read by BYOB that brought less than this is put where there is room, instead of keeping memory of its own. */
const LITTLE = 4 * 1024; // 4 KiB

/**
 * Memory in blocks, for those who keep every byte that is read: one read lies behind the other, and a block is
 * never larger than what is there already.
 */
export class BlockMemory implements Memory {
  readonly reused = false;
  readonly owned = false;
  readonly #movable = new FreshMemory({ owned: false });
  #free: Uint8Array = new Uint8Array(0);
  #kept = 0;

  lend(max: number, movable: boolean): Uint8Array {
    // A block cannot move: what was read before lies in it.
    if (movable) return this.#movable.lend(max);
    if (this.#free.byteLength === 0) {
      this.#free = new Uint8Array(Math.min(Math.max(FIRST_BLOCK_SIZE, this.#kept), FIRST_BUFFER_SIZE));
    }
    return this.#free.subarray(0, max);
  }

  settle(filled: Uint8Array): Uint8Array {
    if (filled.buffer !== this.#free.buffer) return this.#settleMoved(filled);
    this.#kept += filled.byteLength;
    this.#free = new Uint8Array(filled.buffer, filled.byteOffset + filled.byteLength);
    return filled;
  }

  free(): void {
    this.#free = new Uint8Array(0);
  }

  #settleMoved(filled: Uint8Array): Uint8Array {
    if (filled.byteLength < LITTLE) {
      const room = this.lend(filled.byteLength, false);
      if (room.byteLength === filled.byteLength) {
        room.set(filled);
        return this.settle(room);
      }
    }
    this.#kept += filled.byteLength;
    return this.#movable.settle(filled);
  }
}
