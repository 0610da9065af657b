import { checkBytes, checkSize, checkWriter } from "../core/checks.ts";
import { cancelEnd } from "../core/ends.ts";
import { FreshMemory } from "../core/memory.ts";
import type { ChunkReader, CopyOptions, Reader, Writer, WriterTo } from "../core/types.ts";
import { registerIntake } from "../transfer/intake.ts";
import { drain } from "./drain.ts";
import type { Lookahead } from "./lookahead.ts";

/** What a buffered reader had not used yet, and then its source. */
export class RestReader implements Reader, ChunkReader, WriterTo {
  readonly #look: Lookahead;

  constructor(look: Lookahead) {
    this.#look = look;
    registerIntake(this, look);
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    return await this.#look.read(p);
  }

  async readChunk(max?: number): Promise<Uint8Array | null> {
    if (max !== undefined) checkSize("max", max, 1);
    return await this.#look.take(max ?? Infinity, new FreshMemory({ owned: false }));
  }

  async writeTo(dst: Writer, options: CopyOptions = {}): Promise<number> {
    checkWriter(dst);
    return await drain(this, this.#look, dst, options);
  }

  /** Tells the source that nobody wants the rest. */
  async cancel(reason?: unknown): Promise<void> {
    this.#look.takeAll();
    await cancelEnd(this.#look.reader, reason);
  }
}
