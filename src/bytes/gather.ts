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
 * Go's buffer grows by. They are joined once, at the end, so that less than three times the input is allocated in all.
 *
 * To the engine it is the memory of the copy and its destination at once: a write finds its bytes where they belong.
 */
export class Gather implements Memory, Writer {
  readonly reused = true;
  readonly owned = false;
  readonly #storage: Storage;
  readonly #fixedSize: number | undefined;
  readonly #movable = new GrowingMemory();
  readonly #blocks: Block[];
  #block: Block;
  /** The bytes in the buffer and in the blocks, and what Go's buffer would have allocated for them. */
  #size: number;
  #capacity: number;
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
    this.#size = storage.length;
    this.#capacity = storage.capacity;
    this.#block = { memory: storage.lendTail(fixedSize ?? MIN_READ), filled: 0 };
    this.#blocks = [this.#block];
  }

  lend(max: number, movable: boolean): Uint8Array {
    // One byte more than there is room for shows that there is too much.
    const most = Math.min(max, this.#storage.room + 1, this.#fixedSize ?? Infinity);
    return movable ? this.#movable.lend(most) : this.#free(this.#fixedSize ?? MIN_READ).subarray(0, most);
  }

  settle(filled: Uint8Array): Uint8Array {
    return filled.buffer === this.#block.memory.buffer ? filled : this.#movable.settle(filled);
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
      this.#block.filled += part.byteLength;
      this.#size += part.byteLength;
      this.#storage.expect(part.byteLength);
      done += part.byteLength;
    }
    return Promise.resolve(n);
  }

  /** Puts everything into the buffer and gives its memory back. */
  finish(): void {
    const [tail, ...blocks] = this.#blocks as [Block, ...Block[]];
    const total = this.#blocks.reduce((sum, block) => sum + block.filled, 0);
    this.#storage.expect(-total);
    this.#storage.returnTail(tail.memory, tail.filled, !(this.#isLent && this.#block === tail));
    if (total === tail.filled) return;
    if (!this.#isLent && this.#joinInLast(blocks)) return;
    this.#storage.reserve(total - tail.filled);
    for (const { memory, filled } of blocks) this.#storage.append(memory.subarray(0, filled));
  }

  /** Uses the last block for everything, if it is large enough. */
  #joinInLast(blocks: Block[]): boolean {
    const { contents } = this.#storage;
    const { memory, filled } = this.#block;
    const before = blocks.slice(0, -1).reduce((sum, block) => sum + block.filled, contents.byteLength);
    if (before + filled > memory.byteLength) return false;
    memory.copyWithin(before, 0, filled);
    let offset = 0;
    for (
      const part of [
        contents,
        ...blocks.slice(0, -1).map((block) => block.memory.subarray(0, block.filled)),
      ]
    ) {
      memory.set(part, offset);
      offset += part.byteLength;
    }
    this.#storage.adopt(memory, before + filled);
    return true;
  }

  /** The free bytes of the last block, or a new one if there are fewer than `least`. */
  #free(least: number, wanted = least): Uint8Array {
    const { memory, filled } = this.#block;
    if (memory.byteLength - filled >= least) return memory.subarray(filled);
    this.#capacity = Math.max(this.#size + wanted, 2 * this.#capacity);
    this.#block = { memory: allocate(this.#capacity - this.#size), filled: 0 };
    this.#blocks.push(this.#block);
    return this.#block.memory;
  }
}
