import { checkReadResult } from "../core/checks.ts";
import type { Memory } from "../core/memory.ts";
import type { Reader } from "../core/types.ts";
import type { Intake, Lane } from "./source.ts";

const EMPTY = new Uint8Array(0);

/** What a reader of this package can do besides `read`. */
type Below = Pick<Intake, "giveBack" | "letGo">;

/** The path `"buffer"`: `read` into memory of the copy. It serves every Reader. */
export class BufferIntake implements Intake {
  readonly #reader: Reader;
  readonly #below: Below | undefined;
  /** Whether the last read told neither an end nor a failure. */
  #flowing = true;

  constructor(reader: Reader, below?: Below) {
    this.#reader = reader;
    this.#below = below;
  }

  lane(): Lane {
    return "buffer";
  }

  async take(max: number, memory: Memory): Promise<Uint8Array | null> {
    const p = memory.lend(max, false);
    this.#flowing = false;
    const n = checkReadResult(await this.#reader.read(p), p.byteLength);
    if (n === null) return null;
    this.#flowing = true;
    return n === 0 ? EMPTY : memory.settle(n === p.byteLength ? p : p.subarray(0, n));
  }

  async read(p: Uint8Array): Promise<number | null> {
    if (p.byteLength === 0 && this.#flowing && this.#below === undefined) return 0;
    this.#flowing = false;
    const n = checkReadResult(await this.#reader.read(p), p.byteLength);
    this.#flowing = n !== null;
    return n;
  }

  giveBack(bytes: Uint8Array): boolean {
    return this.#below?.giveBack(bytes) ?? false;
  }

  letGo(): void {
    this.#below?.letGo();
  }
}
