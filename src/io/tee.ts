import { checkBytes, checkReadResult } from "../core/checks.ts";
import type { Memory } from "../core/memory.ts";
import type { Destination, Reader, Source, Writer } from "../core/types.ts";
import { asTaken, type Intake, intakeOf, readThrough, registerIntake } from "../transfer/intake.ts";
import { outletOf } from "../transfer/outlet.ts";
import { writeWhole } from "../transfer/write_whole.ts";
import { asReader, asWriter } from "../web/adapt.ts";

/** Writes what is read of one end to the other, before the read resolves. */
class TeeReader implements Reader {
  readonly #reader: Reader;
  readonly #intake: Intake;
  readonly #side: Writer;
  /** What was given back: the side has it already. */
  #again: Uint8Array[] = [];

  constructor(reader: Reader, side: Writer) {
    this.#reader = reader;
    this.#intake = intakeOf(reader);
    this.#side = side;
    registerIntake(this, {
      lane: (wanted) => this.#intake.lane(wanted),
      take: (max, memory) => this.#take(max, memory),
      taken: asTaken,
      giveBack: (bytes) => this.#again.push(bytes) > 0,
      letGo: () => this.#letGo(),
    });
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    if (this.#again.length > 0) {
      const bytes = this.#replay(p.byteLength);
      p.set(bytes);
      return bytes.byteLength;
    }
    const n = checkReadResult(await readThrough(this.#intake, this.#reader, p), p.byteLength);
    if (n === null) this.#letGo();
    else await writeWhole(this.#side, p.subarray(0, n));
    return n;
  }

  async #take(max: number, memory: Memory): Promise<Uint8Array | null> {
    if (this.#again.length > 0) return this.#replay(max);
    const chunk = this.#intake.taken(await this.#intake.take(max, memory), memory);
    if (chunk === null) this.#letGo();
    else await writeWhole(this.#side, chunk);
    return chunk;
  }

  #replay(max: number): Uint8Array {
    const bytes = this.#again.pop() ?? new Uint8Array(0);
    if (bytes.byteLength > max) this.#again.push(bytes.subarray(max));
    return bytes.subarray(0, max);
  }

  #letGo(): void {
    this.#intake.letGo();
    outletOf(this.#side)?.letGo();
  }
}

/**
 * Writes to `dst` what is read of `src` through it.
 *
 * The write is done before the read resolves: nothing is buffered, so that a slow `dst` slows down the reading. Neither
 * is closed.
 *
 * Ported from Go `io.TeeReader`, which ignores a short write.
 *
 * **On error** a read rejects with the reason of whichever failed; if that was `dst`, the bytes of this read are lost.
 *
 * **Cancellation** is that of the source.
 *
 * @example Keep a copy of what a handler reads
 * ```ts
 * import { readAll, teeReader } from "@sluice/io";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const log = new ByteBuffer();
 * await readAll(teeReader(new Blob(["abc"]), log));
 * assertEquals(log.toString(), "abc");
 * ```
 *
 * @param src What is read
 * @param dst What gets a copy
 * @returns A reader of `src`
 */
export function teeReader(src: Source, dst: Destination): Reader {
  return new TeeReader(asReader(src), asWriter(dst));
}
