/**
 * Where a source that has no chunks of its own puts its bytes during a copy.
 *
 * One read at a time: `lend` gives room for it, `settle` takes the filled part back and returns what is
 * handed on. A read that fails or is given up never settles; the next `lend` then finds other memory.
 *
 * @module
 */

/** The size at which a buffer of a copy begins: 64 KiB. */
export const FIRST_BUFFER_SIZE = 64 * 1024;

/** The size up to which it grows: 1 MiB. On files the size of a read decides the speed. */
export const LAST_BUFFER_SIZE = 1024 * 1024;

/** What there is before anything was allocated. One for all: to make one takes as long as a small copy. */
const NONE: ArrayBufferLike = /* @__PURE__ */ new ArrayBuffer(0);

/** The memory of one copy. */
export interface Memory {
  /** Whether the same bytes are lent again: what was settled is then valid only until the next `lend`. */
  readonly reused: boolean;
  /** Whether what is taken goes to somebody who may transfer it, so that it must not be memory that others see. */
  readonly owned: boolean;
  /** Whether a source may have a second buffer as large, to read into while this one is being written from. */
  readonly ahead?: boolean;
  /**
   * Lends room for one read.
   *
   * @param max The most bytes that may be lent, at least 1
   * @param movable Whether the borrower will transfer the memory, as a BYOB read does
   */
  lend(max: number, movable: boolean): Uint8Array;
  /**
   * Takes back what was lent.
   *
   * @param filled The part that was filled, wherever the platform has moved it
   * @returns The bytes to hand on
   */
  settle(filled: Uint8Array): Uint8Array;
  /**
   * Ends the copy.
   *
   * @param lent Whether a read or a write that was given up may still be using the memory
   */
  free(lent: boolean): void;
}

/** One buffer for a whole copy; it grows as long as reads fill it, unless its size is fixed. */
export class GrowingMemory implements Memory {
  readonly reused: boolean = true;
  readonly ahead: boolean = true;
  readonly owned: boolean = false;
  #buffer = NONE;
  #view: Uint8Array | undefined;
  #size: number;
  readonly #last: number;

  constructor(fixedSize?: number) {
    this.#size = fixedSize ?? FIRST_BUFFER_SIZE;
    this.#last = fixedSize ?? LAST_BUFFER_SIZE;
  }

  lend(max: number): Uint8Array {
    const size = Math.min(max, this.#size);
    // The view of the last read serves again, unless the platform moved its memory: then it counts 0 bytes.
    if (this.#view?.byteLength === size) return this.#view;
    // A buffer that the platform moved and did not return counts 0 bytes too.
    if (this.#buffer.byteLength < size) this.#buffer = new ArrayBuffer(size);
    return this.#view = new Uint8Array(this.#buffer, 0, size);
  }

  settle(filled: Uint8Array): Uint8Array {
    this.#buffer = filled.buffer;
    if (filled.byteLength === this.#size) this.#size = Math.min(2 * this.#size, this.#last);
    return filled;
  }

  free(): void {
    this.#buffer = NONE;
    this.#view = undefined;
  }
}

/** New memory for every read, for those who keep what they are given. A small read is copied out instead. */
export class FreshMemory extends GrowingMemory {
  override readonly reused = false;
  override readonly ahead = false;
  override readonly owned: boolean;

  constructor({ owned, size = FIRST_BUFFER_SIZE }: { owned: boolean; size?: number | undefined }) {
    super(size);
    this.owned = owned;
  }

  override lend(max: number): Uint8Array {
    const p = super.lend(max);
    this.free();
    return p;
  }

  override settle(filled: Uint8Array): Uint8Array {
    // A chunk that is less than half of its memory would keep the rest alive for nothing.
    return filled.byteLength >= filled.buffer.byteLength / 2 ? filled : super.settle(filled).slice();
  }
}

/**
 * The buffer that a caller gave. It is moved away from the caller only for a BYOB read, and only if it
 * is the whole of its memory and can be moved; otherwise the bytes are copied into it.
 */
export class ViewMemory implements Memory {
  readonly reused = true;
  readonly owned = false;
  readonly #size: number;
  #view: Uint8Array;
  #scratch: GrowingMemory | null = null;
  #moved = false;

  constructor(view: Uint8Array) {
    this.#view = view;
    this.#size = view.byteLength;
  }

  lend(max: number, movable: boolean): Uint8Array {
    if (movable && !this.#moved && this.#scratch === null) this.#move();
    if (movable && this.#scratch !== null) return this.#scratch.lend(max);
    if (this.#view.byteLength === 0) this.#view = new Uint8Array(this.#size); // the platform lost it
    return this.#view.subarray(0, Math.min(max, this.#size));
  }

  settle(filled: Uint8Array): Uint8Array {
    if (filled.buffer === this.#view.buffer) return filled;
    if (this.#scratch === null) {
      this.#view = new Uint8Array(filled.buffer);
      return filled;
    }
    this.#scratch.settle(filled);
    this.#view.set(filled);
    return this.#view.subarray(0, filled.byteLength);
  }

  free(): void {
    this.#scratch?.free();
  }

  #move(): void {
    const moved = takeOver(this.#view);
    if (moved === null) {
      this.#scratch = new GrowingMemory(this.#size);
    } else {
      this.#view = moved;
      this.#moved = true;
    }
  }
}

/** Moves the memory of a view to a new one, or returns null where that cannot be or would take more than the view. */
function takeOver(view: Uint8Array): Uint8Array | null {
  const { buffer } = view;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== view.byteLength || isResizable(buffer)) {
    return null;
  }
  try {
    const moved = structuredClone(buffer, { transfer: [buffer] });
    // Node 20 answers with a copy for memory that cannot be transferred.
    return buffer.byteLength === 0 ? new Uint8Array(moved) : null;
  } catch {
    return null;
  }
}

/** Chromium and Firefox refuse BYOB reads into a resizable buffer. */
function isResizable(buffer: ArrayBuffer): boolean {
  return "resizable" in buffer && buffer.resizable === true;
}
