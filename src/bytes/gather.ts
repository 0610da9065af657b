import { TooLargeError } from "../core/errors.ts";
import { GrowingMemory, type Memory } from "../core/memory.ts";
import type { Writer } from "../core/types.ts";
import { allocate, type Storage } from "./storage.ts";

/** The least room in bytes for one read: `bytes.MinRead` of Go. */
const MIN_READ = 512;

/** Memory that is filled from its front. */
interface Block {
  readonly memory: Uint8Array;
  filled: number;
}

/**
 * What `ByteBuffer.readFrom` reads into: the free bytes of the buffer's own memory first, then blocks of the sizes that
 * Go's buffer grows by. They are joined once, at the end: growing in between would allocate up to four times the input,
 * and copy it twice.
 *
 * To the engine it is the memory of the copy and its destination at once: a write finds its bytes where they belong.
 */
export class Gather implements Memory, Writer {
  readonly reused = true;
  readonly owned = false;
  readonly #storage: Storage;
  readonly #fixedSize: number | undefined;
  readonly #movable = new GrowingMemory();
  /** Memory of the buffer, which comes first, and all that was needed besides. */
  readonly #tail: Block;
  readonly #blocks: Block[] = [];
  #last: Block;
  /** The bytes that were in the buffer, and those that came. */
  readonly #before: number;
  #taken = 0;
  #isLent = false;

  /**
   * Takes the free memory of a buffer away from it, until `finish`.
   *
   * @param storage The memory of the buffer
   * @param fixedSize The size of the reads, if the caller wants a certain one
   */
  constructor(storage: Storage, fixedSize?: number) {
    this.#storage = storage;
    this.#fixedSize = fixedSize;
    this.#before = storage.length;
    this.#last = this.#tail = { memory: storage.lendTail(fixedSize ?? MIN_READ), filled: 0 };
  }

  lend(max: number, movable: boolean): Uint8Array {
    // One byte more than there is room for shows that there is too much.
    const most = Math.min(max, this.#storage.room + 1, this.#fixedSize ?? Infinity);
    return movable ? this.#movable.lend(most) : this.#free(this.#fixedSize ?? MIN_READ).subarray(0, most);
  }

  settle(filled: Uint8Array): Uint8Array {
    return filled.buffer === this.#last.memory.buffer ? filled : this.#movable.settle(filled);
  }

  free(lent: boolean): void {
    this.#isLent = lent;
    this.#movable.free();
  }

  write(p: Uint8Array): Promise<number> {
    const n = Math.min(p.byteLength, this.#storage.room);
    if (n === 0 && p.byteLength > 0) {
      const { maxSize } = this.#storage;
      const message = `Cannot read more than ${maxSize} bytes into a ByteBuffer`;
      return Promise.reject(new TooLargeError(message, maxSize));
    }
    for (let done = 0; done < n;) {
      const free = this.#free(1, n - done);
      const part = p.subarray(done, Math.min(n, done + free.byteLength));
      const inPlace = part.buffer === free.buffer && part.byteOffset === free.byteOffset;
      if (!inPlace) free.set(part);
      this.#last.filled += part.byteLength;
      done += part.byteLength;
    }
    this.#taken += n;
    this.#storage.expect(n);
    return Promise.resolve(n);
  }

  /** Puts everything into the buffer and gives its memory back. */
  finish(): void {
    this.#storage.expect(-this.#taken);
    const { memory, filled } = this.#tail;
    this.#storage.returnTail(memory, filled, !(this.#isLent && this.#last === this.#tail));
    if (this.#blocks.length === 0) return;
    const parts = this.#blocks.map(({ memory, filled }) => memory.subarray(0, filled));
    this.#storage.join(parts, this.#isLent ? null : this.#last.memory);
  }

  /** The free bytes of the last block, or a new one of `wanted` if there are fewer than `least`. */
  #free(least: number, wanted = least): Uint8Array {
    const { memory, filled } = this.#last;
    if (memory.byteLength - filled >= least) return memory.subarray(filled);
    this.#last = { memory: allocate(Math.max(wanted, this.#before + this.#taken)), filled: 0 };
    this.#blocks.push(this.#last);
    return this.#last.memory;
  }
}
