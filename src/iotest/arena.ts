/** What surrounds a lent buffer, so that a write beside it shows. */
const GUARD = 8; // bytes on either side
const GUARD_BYTE = 0xb5;
/** What a buffer is overwritten with once its read is over: its owner may use it again. */
const USED_BYTE = 0xa7;

/** A buffer for one read, inside memory that is watched from then on. */
export class Arena {
  readonly p: Uint8Array;
  readonly #memory: Uint8Array;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
    this.#memory = new Uint8Array(GUARD + size + GUARD).fill(GUARD_BYTE);
    this.p = this.#memory.subarray(GUARD, GUARD + size);
  }

  /** The rule about buffers that was broken by the read that is just over, if one was. */
  fault(): string | null {
    if (this.#memory.byteLength === 0) return "detached the buffer it was given";
    const end = GUARD + this.#size;
    const intact = this.#memory.every((byte, i) => (i >= GUARD && i < end) || byte === GUARD_BYTE);
    return intact ? null : "wrote beside the buffer it was given";
  }

  /** Uses the buffer for something else, as its owner may. */
  reuse(): void {
    this.p.fill(USED_BYTE);
  }

  /** Whether nobody has touched it since then. */
  isUntouched(): boolean {
    return this.fault() === null && this.p.every((byte) => byte === USED_BYTE);
  }
}
