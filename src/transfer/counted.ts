import { checkReadResult, isMoved } from "../core/checks.ts";
import { FreshMemory } from "../core/memory.ts";
import type { ChunkReader, Reader, Writer } from "../core/types.ts";
import { asTaken, hasChunks, type Intake, intakeOf, readThrough, registerIntake, taking } from "./intake.ts";
import { outletOf, registerWriter } from "./outlet.ts";

/** What sees to the traffic through a counted reader or writer. */
export interface Tally {
  /** Moves bytes, and returns what that resolved to. `count` says how many bytes that means, or throws. */
  pass<T>(move: () => Promise<T>, count: (result: T) => number): Promise<T>;
  /** Told that bytes went back. */
  returned(n: number): void;
}

/**
 * Stands in for a reader and tells what goes through it. It is a ChunkReader if `reader` is one, and the
 * engine takes its bytes just as it takes those of `reader`.
 */
export function countedReader(reader: Reader, tally: Tally): Reader {
  const intake = intakeOf(reader);
  const take = (...args: Parameters<Intake["take"]>) =>
    tally.pass(() => taking(intake, ...args), (chunk) => chunk?.byteLength ?? 0);
  const counted: Reader & Partial<ChunkReader> = {
    read: (p) =>
      tally.pass(() => readThrough(intake, reader, p), (n) => checkReadResult(n, p.byteLength) ?? 0),
  };
  if (hasChunks(reader)) {
    counted.readChunk = (max = Infinity) => take(max, new FreshMemory({ owned: false }));
  }
  registerIntake(counted, {
    lane: (wanted) => intake.lane(wanted),
    take,
    taken: asTaken,
    giveBack(bytes) {
      const taken = intake.giveBack(bytes);
      if (taken) tally.returned(bytes.byteLength);
      return taken;
    },
    letGo: () => intake.letGo(),
  });
  return counted;
}

/** Stands in for a writer and tells what goes through it. It is handed chunks to keep if `writer` is. */
export function countedWriter(writer: Writer, tally: Tally): Writer {
  const outlet = outletOf(writer);
  const counted: Writer = {
    write: (p) => tally.pass(() => writer.write(p), (n) => isMoved(n, p.byteLength) ? n : 0),
  };
  return registerWriter(
    counted,
    outlet && {
      keeps: outlet.keeps,
      lock: () => outlet.lock(),
      admit: outlet.admit,
      put(chunk) {
        const size = chunk.byteLength;
        return tally.pass(() => outlet.put(chunk), () => size);
      },
      watch: (onFailure) => outlet.watch(onFailure),
      letGo: () => outlet.letGo(),
    },
  );
}
