import { checkBytes, checkCount, checkReadResult, tooLong } from "../core/checks.ts";
import type { Memory } from "../core/memory.ts";
import type { Reader, Source } from "../core/types.ts";
import { type Intake, intakeOf, readThrough, registerIntake } from "../transfer/intake.ts";
import { asReader } from "../web/adapt.ts";

/** Passes `n` bytes and fails for good at the next one. */
class MaxBytesReader implements Reader {
  readonly #reader: Reader;
  readonly #intake: Intake;
  readonly #limit: number;
  #remaining: number;
  /** Whether a byte was seen that is too much. It is told once those before it are used up. */
  #over = false;

  constructor(reader: Reader, limit: number) {
    this.#reader = reader;
    this.#intake = intakeOf(reader);
    this.#limit = this.#remaining = limit;
    registerIntake(this, {
      lane: (wanted) => this.#intake.lane(wanted),
      take: (max, memory) => {
        this.#check();
        return this.#intake.take(Math.min(max, this.#room), memory);
      },
      taken: (answer, memory) => this.#taken(answer, memory),
      giveBack: (bytes) => this.#giveBack(bytes),
      letGo: () => this.#intake.letGo(),
    });
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    this.#check();
    const part = p.subarray(0, this.#room);
    const n = checkReadResult(await readThrough(this.#intake, this.#reader, part), part.byteLength);
    return n === null ? null : this.#pass(n);
  }

  #taken(answer: unknown, memory: Memory): Uint8Array | null {
    const chunk = this.#intake.taken(answer, memory);
    if (chunk === null) return null;
    const n = this.#pass(chunk.byteLength);
    return n === chunk.byteLength ? chunk : chunk.subarray(0, n);
  }

  #giveBack(bytes: Uint8Array): boolean {
    const taken = this.#intake.giveBack(bytes);
    if (taken) this.#remaining += bytes.byteLength;
    return taken;
  }

  /** One byte more than may pass shows that there are too many. */
  get #room(): number {
    return this.#over ? this.#remaining : this.#remaining + 1;
  }

  /** Lets `n` bytes pass, or as many as may; tells at once if that is none. */
  #pass(n: number): number {
    if (n > this.#remaining) this.#over = true;
    const passed = Math.min(n, this.#remaining);
    this.#remaining -= passed;
    if (passed === 0) this.#check();
    return passed;
  }

  #check(): void {
    if (!this.#over || this.#remaining > 0) return;
    this.#intake.letGo();
    throw tooLong("read", this.#limit);
  }
}

/**
 * Fails a source that is longer than `n` bytes. Exactly `n` are fine; they are delivered before the failure.
 *
 * Unlike {@linkcode limitReader} it tells a source that was cut from one that ended.
 *
 * Ported from Go `http.MaxBytesReader`.
 *
 * **On error** the reads reject with the reason of the source; beyond the limit with a {@linkcode TooLargeError}, from
 * then on for ever. **Cancellation** is that of the source.
 *
 * @example Limit an upload
 * ```ts
 * import { discard, copy, maxBytesReader, TooLargeError } from "@sluice/io";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * assertEquals(await copy(discard, maxBytesReader(new Blob(["12345"]), 5)), 5);
 * await assertRejects(() => copy(discard, maxBytesReader(new Blob(["123456"]), 5)), TooLargeError);
 * ```
 *
 * @param src The source
 * @param n The most bytes that are fine; a negative number means none
 * @returns The reader
 */
export function maxBytesReader(src: Source, n: number): Reader {
  const limit = checkCount("n", n);
  return new MaxBytesReader(asReader(src), limit);
}
