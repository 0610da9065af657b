import { checkChunkResult } from "../core/checks.ts";
import type { ChunkReader, Reader } from "../core/types.ts";
import { BufferIntake } from "./buffer.ts";
import type { Lane } from "./source.ts";

/** The path `"chunks"`: chunks are handed over as they are. It serves every ChunkReader from elsewhere. */
export class ChunkIntake extends BufferIntake {
  readonly #reader: ChunkReader;
  #max = 0;

  constructor(reader: Reader & ChunkReader) {
    super(reader);
    this.#reader = reader;
  }

  override lane(): Lane {
    return "chunks";
  }

  override take(max: number): Promise<unknown> {
    this.flowing = false;
    this.#max = max;
    // A limit plus the one byte beyond it may be more than can be asked for.
    return max > Number.MAX_SAFE_INTEGER ? this.#reader.readChunk() : this.#reader.readChunk(max);
  }

  override taken(answer: unknown): Uint8Array | null {
    this.flowing = answer !== null;
    return checkChunkResult(answer, this.#max);
  }
}
