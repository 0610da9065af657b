import { copySettled, discard } from "../../mod.ts";
import { Limiter, throttleReader } from "../../src/rate/mod.ts";
import { endless } from "./rate.ts";

/** How fairly many streams shared a limiter. */
export interface Shares {
  /** By how much the one that is farthest off is off the mean, as a share of that. */
  farthest: number;
  /** By how much all of them were off, as a share of the rate. */
  off: number;
}

/**
 * Lets streams without an end share a limiter for some time.
 *
 * @param streams How many
 * @param rate Bytes a second, all together
 * @param seconds For how long
 */
export async function measureShares(streams: number, rate: number, seconds: number): Promise<Shares> {
  const limiter = new Limiter({ rate });
  const controller = new AbortController();
  const start = performance.now();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  const outcomes = await Promise.all(
    Array.from(
      { length: streams },
      () => copySettled(discard, throttleReader(endless(), limiter), { signal: controller.signal }),
    ),
  );
  clearTimeout(timer);
  const passed = (performance.now() - start) / 1000;
  const total = outcomes.reduce((sum, { written }) => sum + written, 0);
  const mean = total / streams;
  return {
    farthest: Math.max(...outcomes.map(({ written }) => Math.abs(written / mean - 1))),
    off: Math.abs(total / passed / rate - 1),
  };
}
