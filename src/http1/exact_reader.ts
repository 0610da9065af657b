import { checkBytes, checkReadResult, countEmptyRead } from "../core/checks.ts";
import { TooLargeError, UnexpectedEOFError } from "../core/errors.ts";
import { FreshMemory, type Memory } from "../core/memory.ts";
import type { Reader } from "../core/types.ts";
import { type Intake, intakeOf, readThrough, registerIntake } from "../transfer/intake.ts";

/**
 * A reader that has to have an exact length. The bytes that complete it are handed out only once the source has ended behind them, so
 * that nobody takes what is too long for complete.
 */
export class ExactReader implements Reader {
  readonly #reader: Reader;
  readonly #intake: Intake;
  readonly #length: number;
  #left: number;

  constructor(reader: Reader, length: number) {
    this.#reader = reader;
    const intake = this.#intake = intakeOf(reader);
    this.#length = this.#left = length;
    registerIntake(this, {
      lane: () => intake.lane(),
      take: (max, memory) => this.#take(max, memory),
      giveBack: (bytes) => this.#giveBack(bytes),
      letGo: () => intake.letGo(),
    });
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    if (this.#left === 0) return await this.#end();
    const part = p.subarray(0, this.#left);
    const n = checkReadResult(await readThrough(this.#intake, this.#reader, part), part.byteLength);
    await this.#count(n);
    return n;
  }

  async #take(max: number, memory: Memory): Promise<Uint8Array | null> {
    if (this.#left === 0) return await this.#end();
    const chunk = await this.#intake.take(Math.min(max, this.#left), memory);
    // Looking for the end of the source may overwrite what is lent more than once.
    const kept = chunk?.byteLength === this.#left && memory.reused ? new Uint8Array(chunk) : chunk;
    await this.#count(chunk && chunk.byteLength);
    return kept;
  }

  #giveBack(bytes: Uint8Array): boolean {
    const taken = this.#intake.giveBack(bytes);
    if (taken) this.#left += bytes.byteLength;
    return taken;
  }

  async #count(n: number | null): Promise<void> {
    if (n === null) {
      const done = this.#length - this.#left;
      throw new UnexpectedEOFError(
        `Cannot write a body of ${this.#length} bytes: its source ended after ${done}`,
        this.#length,
        done,
      );
    }
    this.#left -= n;
    if (this.#left === 0) await this.#end();
  }

  async #end(): Promise<null> {
    const memory = new FreshMemory({ owned: false, size: 1 });
    for (let empty = 0;; empty = countEmptyRead(empty)) {
      const more = await this.#intake.take(1, memory);
      if (more === null) return null;
      if (more.byteLength === 0) continue;
      throw new TooLargeError(
        `Cannot write a body of more than its ${this.#length} bytes`,
        this.#length,
      );
    }
  }
}
