/**
 * The register of the readers of this package, by which the engine sees through them. A reader from elsewhere gets an
 * intake that uses its `readChunk` or its `read`.
 *
 * @module
 */
import { has } from "../core/checks.ts";
import { notes } from "../core/notes.ts";
import type { ChunkReader, Reader } from "../core/types.ts";
import { BufferIntake } from "./buffer.ts";
import { ChunkIntake } from "./chunks.ts";
import type { Intake } from "./source.ts";

export { asTaken, type Intake, type Lane, type Origin, taking, takingSome, type Unread } from "./source.ts";

const intakes = /* @__PURE__ */ notes<Reader, Intake>();

/** Registers the intake of a reader of this package. */
export function registerIntake(reader: Reader, intake: Intake): void {
  intakes.set(reader, intake);
}

/** Whether a reader is one of this package, so that the engine knows all it can do. */
export function isOwnReader(reader: Reader): boolean {
  return intakes.get(reader) !== undefined;
}

/** The intake of any reader. */
export function intakeOf(reader: Reader): Intake {
  return intakes.get(reader) ?? (hasChunks(reader) ? new ChunkIntake(reader) : new BufferIntake(reader));
}

/** Reads for a wrapper around `reader`, whose intake is `intake`. */
export function readThrough(intake: Intake, reader: Reader, p: Uint8Array): Promise<number | null> {
  return intake.read === undefined ? reader.read(p) : intake.read(p);
}

/** Whether a reader hands over chunks of its own. */
export function hasChunks(reader: Reader): reader is Reader & ChunkReader {
  return has(reader, "readChunk");
}
