import { checkReadResult } from "../core/checks.ts";
import type { Memory } from "../core/memory.ts";
import type { Reader } from "../core/types.ts";
import type { Intake, Lane } from "./source.ts";

/** What a reader of this package can do besides `read`. */
type Below = Pick<Intake, "giveBack" | "letGo">;

/** The path `"buffer"`: `read` into memory of the copy. It serves every Reader. */
export class BufferIntake implements Intake {
  /** Whether the last read told neither an end nor a failure. */
  protected flowing = true;
  readonly #reader: Reader;
  readonly #below: Below | undefined;
  /** What is read into. */
  #p: Uint8Array = new Uint8Array(0);

  constructor(reader: Reader, below?: Below) {
    this.#reader = reader;
    this.#below = below;
  }

  lane(): Lane {
    return "buffer";
  }

  take(max: number, memory: Memory): Promise<unknown> {
    this.flowing = false;
    return this.#reader.read(this.#p = memory.lend(max, false));
  }

  taken(answer: unknown, memory: Memory): Uint8Array | null {
    const p = this.#p;
    const n = checkReadResult(answer, p.byteLength);
    this.flowing = n !== null;
    return n === null ? null : memory.settle(n === p.byteLength ? p : p.subarray(0, n));
  }

  async read(p: Uint8Array): Promise<number | null> {
    if (p.byteLength === 0 && this.flowing && this.#below === undefined) return 0;
    this.flowing = false;
    const n = checkReadResult(await this.#reader.read(p), p.byteLength);
    this.flowing = n !== null;
    return n;
  }

  giveBack(bytes: Uint8Array): boolean {
    return this.#below?.giveBack(bytes) ?? false;
  }

  letGo(): void {
    this.#below?.letGo();
  }
}
