import { checkChunkResult, checkReadResult } from "../core/checks.ts";
import type { ChunkReader, Reader } from "../core/types.ts";
import { readChunkOf } from "./chunks.ts";
import type { Intake } from "./source.ts";

/** What a reader of this package can do besides `read`. */
type Below = Pick<Intake, "giveBack" | "letGo">;

/**
 * The intake of a reader that the engine knows nothing else of. Its path is `"buffer"`, `read` into memory of the copy, which
 * serves every Reader, or `"chunks"`.
 *
 * @param reader The reader
 * @param below What takes bytes back and ends an operation, if the reader can do that
 * @param chunks The same reader, if the path is `"chunks"`
 */
export function readerIntake(reader: Reader, below?: Below | null, chunks?: ChunkReader): Intake {
  /** Whether the last read told neither an end nor a failure. */
  let flowing = true;
  /** What is read into, and the most that a chunk may have. */
  let p: Uint8Array;
  let most = 0;

  function readInto(room: Uint8Array): Promise<number | null> {
    flowing = false;
    return reader.read(p = room);
  }

  return {
    lane: () => chunks ? "chunks" : "buffer",
    take(max, memory) {
      if (!chunks) return readInto(memory.lend(max, false));
      flowing = false;
      return readChunkOf(chunks, most = max);
    },
    taken(answer, memory) {
      const n = chunks ? checkChunkResult(answer, most) : checkReadResult(answer, p.byteLength);
      flowing = n !== null;
      return typeof n === "number" ? memory.settle(n === p.byteLength ? p : p.subarray(0, n)) : n;
    },
    async read(room) {
      if (room.byteLength === 0 && flowing && !below) return 0;
      const n = checkReadResult(await readInto(room), room.byteLength);
      flowing = n !== null;
      return n;
    },
    giveBack: (bytes) => below?.giveBack(bytes) ?? false,
    letGo: () => below?.letGo(),
  };
}
