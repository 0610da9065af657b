import { FIRST_BUFFER_SIZE, GrowingMemory, type Memory } from "../core/memory.ts";

const FIRST_BLOCK_SIZE = 512;

/** Bytes fewer than this go into a block: an array of their own would take as much again. */
const LITTLE = 1024; // 1 KiB

/**
 * Memory in blocks, for those who keep every byte that is read: one read lies behind the other, and a block is
 * never larger than what is there already.
 */
export class BlockMemory implements Memory {
  readonly reused = false;
  readonly owned = false;
  #movable = new GrowingMemory(FIRST_BUFFER_SIZE);
  #free: Uint8Array = new Uint8Array(0);
  #kept = 0;

  lend(max: number, movable: boolean): Uint8Array {
    // A block cannot move: what was read before lies in it.
    return movable ? this.#movable.lend(max) : this.#room(1).subarray(0, max);
  }

  settle(filled: Uint8Array): Uint8Array {
    if (this.#isInBlock(filled)) return this.#keep(filled);
    if (filled.byteLength >= LITTLE && filled.byteLength === filled.buffer.byteLength) {
      this.#movable = new GrowingMemory(FIRST_BUFFER_SIZE);
      this.#kept += filled.byteLength;
      return filled;
    }
    const bytes = this.store(filled);
    this.#movable.settle(filled);
    if (bytes !== filled) return bytes;
    this.#kept += filled.byteLength;
    return filled.slice();
  }

  /** Puts a little chunk behind what is there, and returns it from there. Returns others as they are. */
  store(chunk: Uint8Array): Uint8Array {
    if (chunk.byteLength >= LITTLE || this.#isInBlock(chunk)) return chunk;
    const room = this.#room(chunk.byteLength).subarray(0, chunk.byteLength);
    room.set(chunk);
    return this.#keep(room);
  }

  free(): void {
    this.#free = new Uint8Array(0);
    this.#movable.free();
  }

  #isInBlock({ buffer }: Uint8Array): boolean {
    return buffer === this.#free.buffer;
  }

  /** What is free of the last block, or another block if that is less than `least`. */
  #room(least: number): Uint8Array {
    if (this.#free.byteLength < least) {
      const size = Math.min(Math.max(FIRST_BLOCK_SIZE, this.#kept), FIRST_BUFFER_SIZE);
      this.#free = new Uint8Array(Math.max(size, least));
    }
    return this.#free;
  }

  #keep(filled: Uint8Array): Uint8Array {
    this.#kept += filled.byteLength;
    this.#free = new Uint8Array(filled.buffer, filled.byteOffset + filled.byteLength);
    return filled;
  }
}

/** Two pieces as one, if the second lies right behind the first; else `null`. */
export function asOne({ buffer, byteOffset, byteLength }: Uint8Array, next: Uint8Array): Uint8Array | null {
  if (next.buffer !== buffer || next.byteOffset !== byteOffset + byteLength) return null;
  return new Uint8Array(buffer, byteOffset, byteLength + next.byteLength);
}
