import { checkBytes, checkReadResult, checkWriter } from "../core/checks.ts";
import type { Memory } from "../core/memory.ts";
import type { CopyOptions, Reader, Source, Writer, WriterTo } from "../core/types.ts";
import { type Intake, intakeOf, readThrough, registerIntake, taking } from "../transfer/intake.ts";
import { runOrThrow } from "../transfer/run.ts";
import { asReader } from "../web/adapt.ts";

interface Part {
  reader: Reader;
  intake: Intake;
}

/** Reads one part after the other. A part that has ended is let go of. */
class MultiReader implements Reader, WriterTo {
  /** Those not yet ended, the next one last, so that it can be dropped cheaply. */
  readonly #parts: Part[];
  /** The last part, if it was asked by the last take. */
  #last: Intake | undefined;

  constructor(readers: Reader[]) {
    this.#parts = readers.map((reader) => ({ reader, intake: intakeOf(reader) })).reverse();
    registerIntake(this, {
      lane: (wanted) => this.#current?.intake.lane(wanted) ?? "chunks",
      take: (max, memory) => this.#take(max, memory),
      taken: (answer: Uint8Array | null, memory) => this.#taken(answer, memory),
      giveBack: (bytes) => this.#current?.intake.giveBack(bytes) ?? false,
      letGo: () => this.#current?.intake.letGo(),
      origin: () => this.#current?.intake.origin?.(),
    });
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    for (let part = this.#current; part !== undefined; part = this.#next()) {
      const n = checkReadResult(await readThrough(part.intake, part.reader, p), p.byteLength);
      if (n !== null) return n;
    }
    return null;
  }

  async writeTo(dst: Writer, options: CopyOptions = {}): Promise<number> {
    checkWriter(dst);
    return await runOrThrow(dst, this, options);
  }

  /** Asks the part that is read now. The answer of the last one is its own, for nothing comes after it. */
  #take(max: number, memory: Memory): Promise<unknown> {
    const part = this.#current;
    this.#last = this.#parts.length === 1 ? part?.intake : undefined;
    return this.#last?.take(max, memory) ?? this.#takeAny(part, max, memory);
  }

  async #takeAny(part: Part | undefined, max: number, memory: Memory): Promise<Uint8Array | null> {
    for (; part !== undefined; part = this.#next()) {
      const chunk = await taking(part.intake, max, memory);
      if (chunk !== null) return chunk;
    }
    return null;
  }

  #taken(answer: Uint8Array | null, memory: Memory): Uint8Array | null {
    const last = this.#last;
    if (last === undefined) return answer;
    // It would keep what has ended.
    this.#last = undefined;
    const chunk = answer === null ? null : last.taken(answer, memory);
    if (chunk === null) this.#next();
    return chunk;
  }

  /** The part that is read now. One that is itself made of parts is replaced by them. */
  get #current(): Part | undefined {
    for (let part = this.#parts.at(-1); part !== undefined; part = this.#parts.at(-1)) {
      if (!(part.reader instanceof MultiReader)) return part;
      this.#parts.pop();
      this.#parts.push(...part.reader.#parts);
    }
    return undefined;
  }

  /** Lets go of the part that has ended. */
  #next(): Part | undefined {
    this.#parts.pop()?.intake.letGo();
    return this.#current;
  }
}

/**
 * Reads several sources one after the other, as if they were one.
 *
 * They are not closed. A source that has ended is let go of, so that its memory can be reclaimed and its stream is
 * unlocked. A copy takes each by its own fast path; `onPath` names that of the first.
 *
 * Ported from Go `io.MultiReader`.
 *
 * **On error** the reads reject with the reason of the source at hand, which stays the one to be read.
 *
 * **Cancellation** is that of the source at hand.
 *
 * @example Put a header before a body
 * ```ts
 * import { multiReader, readAll } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const message = multiReader(new Blob(["header\n"]), new Response("body").body!);
 * assertEquals(new TextDecoder().decode(await readAll(message)), "header\nbody");
 * ```
 *
 * @param sources The sources, in their order
 * @returns One reader over all
 */
export function multiReader(...sources: Source[]): Reader & WriterTo {
  return new MultiReader(sources.map(asReader));
}
