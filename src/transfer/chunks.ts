import { checkChunkResult, checkReadResult } from "../core/checks.ts";
import type { ChunkReader, Reader } from "../core/types.ts";
import type { Intake, Lane } from "./source.ts";

/** The path `"chunks"`: chunks are handed over as they are. It serves every ChunkReader from elsewhere. */
export class ChunkIntake implements Intake {
  readonly #reader: Reader & ChunkReader;
  /** Whether the last read told neither an end nor a failure. */
  #flowing = true;

  constructor(reader: Reader & ChunkReader) {
    this.#reader = reader;
  }

  lane(): Lane {
    return "chunks";
  }

  async take(max: number): Promise<Uint8Array | null> {
    this.#flowing = false;
    // A limit plus the one byte beyond it may be more than can be asked for.
    const chunk = max > Number.MAX_SAFE_INTEGER
      ? await this.#reader.readChunk()
      : await this.#reader.readChunk(max);
    this.#flowing = chunk !== null;
    return checkChunkResult(chunk, max);
  }

  async read(p: Uint8Array): Promise<number | null> {
    if (p.byteLength === 0 && this.#flowing) return 0;
    this.#flowing = false;
    const n = checkReadResult(await this.#reader.read(p), p.byteLength);
    this.#flowing = n !== null;
    return n;
  }

  giveBack(): boolean {
    return false;
  }

  letGo(): void {
    // A ChunkReader has no lock, and a call of its own cannot be given up.
  }
}
