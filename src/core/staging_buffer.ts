import { check, checkSize } from "./checks.ts";
import { GrowingMemory, type Memory } from "./memory.ts";

const leases = new WeakMap<StagingBuffer, () => Memory>();

/**
 * A buffer for {@linkcode copyBuffer} that outlives it.
 *
 * A BYOB read transfers the buffer it fills, so that a plain `Uint8Array` is detached by the copy it was
 * given to. A StagingBuffer follows its memory through the platform's hands and has it back afterwards, errors
 * included; if the platform lost it, the next copy allocates it again. It serves one copy at a time:
 * a second one at the same moment is refused with a `TypeError`.
 *
 * @example One buffer for many copies
 * ```ts
 * import { copyBuffer, discard, StagingBuffer } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const staging = new StagingBuffer(16 * 1024);
 * for (const body of ["first", "second"]) {
 *   const written = await copyBuffer(discard, new Blob([body]), staging);
 *   assertEquals(written, body.length);
 * }
 * assertEquals(staging.busy, false);
 * ```
 */
export class StagingBuffer {
  /** The size in bytes. */
  readonly size: number;
  #memory: GrowingMemory;
  #lease: object | null = null;

  /**
   * Makes a buffer. Its memory is allocated at the first copy.
   *
   * @param size The size in bytes, at least 1
   */
  constructor(size: number) {
    checkSize("the size of a StagingBuffer", size, 1);
    this.size = size;
    this.#memory = new GrowingMemory(size);
    leases.set(this, () => this.#open());
  }

  /** Whether a copy is using it. */
  get busy(): boolean {
    return this.#lease !== null;
  }

  #open(): Memory {
    if (this.busy) throw new TypeError("Cannot use a StagingBuffer for two copies at once");
    const memory = this.#memory;
    const lease: Memory = {
      reused: true,
      owned: false,
      lend: (max) => memory.lend(max),
      settle: (filled) => memory.settle(filled),
      free: (lent) => {
        if (this.#lease !== lease) return;
        this.#lease = null;
        if (lent) this.#memory = new GrowingMemory(this.size);
      },
    };
    this.#lease = lease;
    return lease;
  }
}

/** Takes a StagingBuffer for one copy, until `free`. */
export function openLease(buffer: StagingBuffer): Memory {
  const open = leases.get(buffer);
  check(open !== undefined, buffer, "a StagingBuffer", "is none");
  return open();
}
