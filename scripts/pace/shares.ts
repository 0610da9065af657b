import { copySettled, discard } from "../../mod.ts";
import { throttleReader } from "../../src/rate/mod.ts";
import { endless } from "./rate.ts";
import { Trial } from "./trial.ts";

/** How fairly many streams shared a limiter. */
export interface Shares {
  /** By how much the one that is farthest off is off the mean, as a share of that. */
  farthest: number;
  /** By how much all of them were off, as a share of the rate. */
  off: number;
  /** For how many milliseconds the program stood still, beyond what a full bucket makes up for. */
  lost: number;
}

/**
 * Lets streams without an end share a limiter for some time. It counts from when the first of them asks, and up to
 * when they are told to end: to begin and to end a thousand copies takes a while, in which nobody asks for anything.
 *
 * @param streams How many
 * @param rate Bytes a second, all together
 * @param seconds For how long
 */
export async function measureShares(streams: number, rate: number, seconds: number): Promise<Shares> {
  const trial = new Trial(rate);
  const controller = new AbortController();
  const counts = Array<number>(streams).fill(0);
  const copies = counts.map((_, i) =>
    copySettled(discard, throttleReader(endless(), trial.limiter), {
      signal: controller.signal,
      onProgress(written) {
        trial.passed.add(written - (counts[i] ?? 0), trial.now);
        counts[i] = written;
      },
    })
  );
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { total } = trial.passed;
  const [mean, each] = [trial.mean(total), total / streams];
  const farthest = Math.max(...counts.map((n) => Math.abs(n / each - 1)));
  const { lost } = trial;
  controller.abort();
  await Promise.all(copies);
  return { farthest, off: Math.abs(mean - 1), lost };
}
