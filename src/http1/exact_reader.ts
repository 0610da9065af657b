import { checkBytes, checkReadResult, tooLong } from "../core/checks.ts";
import { FreshMemory } from "../core/memory.ts";
import type { Reader } from "../core/types.ts";
import { asTaken, intakeOf, readThrough, registerIntake, taking, takingSome } from "../transfer/intake.ts";
import { bodyEndedEarly } from "./refuse.ts";

/**
 * A reader that has to have an exact length. The bytes that complete it are handed out only once the source has ended
 * behind them, so that nobody takes what is too long for complete.
 */
export function exactReader(reader: Reader, length: number): Reader {
  const intake = intakeOf(reader);
  let left = length;

  /** Sees to it that the source ends here. */
  async function end(): Promise<null> {
    const more = await takingSome(intake, 1, new FreshMemory({ owned: false, size: 1 }));
    if (more !== null) throw tooLong("write a body of", length);
    return more;
  }

  async function count(n: number | undefined | null): Promise<void> {
    if (typeof n !== "number") throw bodyEndedEarly(length, length - left);
    left -= n;
    if (left === 0) await end();
  }

  const exact: Reader = {
    async read(p) {
      checkBytes(p);
      if (left === 0) return await end();
      const part = p.subarray(0, left);
      const n = checkReadResult(await readThrough(intake, reader, part), part.byteLength);
      await count(n);
      return n;
    },
  };
  registerIntake(exact, {
    lane: () => intake.lane(),
    taken: asTaken,
    async take(max, memory) {
      if (left === 0) return await end();
      const chunk = await taking(intake, Math.min(max, left), memory);
      // Looking for the end of the source may overwrite what is lent more than once.
      const kept = chunk?.byteLength === left && memory.reused ? new Uint8Array(chunk) : chunk;
      await count(chunk?.byteLength);
      return kept;
    },
    giveBack(bytes) {
      const taken = intake.giveBack(bytes);
      if (taken) left += bytes.byteLength;
      return taken;
    },
    letGo: () => intake.letGo(),
  });
  return exact;
}
