import { GOALS, ratioFor } from "./goals.ts";
import type { Ratio } from "./measure.ts";

/** How much worse a good round of now may be than a bad round of then. */
const TOLERANCE = 0.8;

/**
 * Tells what has become slower. A machine that is busy makes single rounds slow, but hardly all of them: so the better
 * quartile of now is held against the worse of then.
 *
 * @param now What was measured
 * @param then What was measured before in the same runtime
 * @returns A line for each comparison that has a goal and is clearly worse
 */
export function regressions(now: readonly Ratio[], then: readonly Ratio[]): string[] {
  return GOALS.flatMap((goal) => {
    const [current, former] = [ratioFor(goal, now), ratioFor(goal, then)];
    if (current === undefined || former === undefined || current.high >= TOLERANCE * former.low) return [];
    const ratios = `${current.ratio.toFixed(2)} instead of ${former.ratio.toFixed(2)}`;
    return [`${goal.title}, against ${goal.peer}: ${ratios}`];
  });
}
