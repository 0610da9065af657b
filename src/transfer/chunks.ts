import { checkChunkResult } from "../core/checks.ts";
import type { ChunkReader } from "../core/types.ts";
import type { Intake, Lane } from "./source.ts";

/** The path `"chunks"`: chunks are handed over as they are. It serves every ChunkReader from elsewhere. */
export class ChunkIntake implements Intake {
  readonly #reader: ChunkReader;

  constructor(reader: ChunkReader) {
    this.#reader = reader;
  }

  lane(): Lane {
    return "chunks";
  }

  async take(max: number): Promise<Uint8Array | null> {
    // A limit plus the one byte beyond it may be more than can be asked for.
    const chunk = max > Number.MAX_SAFE_INTEGER
      ? await this.#reader.readChunk()
      : await this.#reader.readChunk(max);
    return checkChunkResult(chunk, max);
  }

  giveBack(): boolean {
    return false;
  }

  letGo(): void {
    // A ChunkReader has no lock, and a call of its own cannot be given up.
  }
}
