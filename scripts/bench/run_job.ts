import { narrowToGoals } from "./goals.ts";
import type { Alone, Effort, Mixed } from "./job.ts";
import { type Cases, check, compare, type Contest, timeAlone } from "./measure.ts";

/** With how much of the bytes of a run every single one is checked before. */
const CHECKED = 1 / 8;

/**
 * Measures in this runtime what the runner asked for.
 *
 * @param cases What can be measured here
 * @param job What is to be measured
 * @param report Takes each result: a `Ratio` or a `Failure`, or the time of a contender that was measured alone
 */
export async function runJob(
  cases: readonly Cases[],
  job: Mixed | Alone,
  report: (result: unknown) => void,
): Promise<void> {
  const { rounds, share } = job.effort;
  const contests = contestsOf(cases, job.effort);
  const checks = contestsOf(cases, { ...job.effort, share: share * CHECKED });
  if (job.kind === "mixed") {
    for (const [i, contest] of contests.entries()) {
      if (!contest.name.includes(job.filter)) continue;
      try {
        await check(checks[i] ?? contest);
        for (const ratio of await compare(contest, rounds)) report(ratio);
      } catch (reason) {
        report({ failure: `${contest.name}: ${reason instanceof Error ? reason.stack ?? reason : reason}` });
      }
    }
    return;
  }
  const index = contests.findIndex(({ name, chunk }) => name === job.contest && chunk === job.chunk);
  const [contest, small] = [only(contests[index], job.contender), only(checks[index], job.contender)];
  await check(small);
  report(await timeAlone(contest, rounds));
}

/** Leaves of a contest one contender. */
function only(contest: Contest | undefined, name: string): Contest {
  const found = contest && [...contest.ours, ...contest.peers].filter((contender) => contender.name === name);
  if (contest === undefined || found?.length !== 1) throw new Error(`There is no ${name}`);
  return { ...contest, ours: found, peers: [] };
}

/** The contests that so much effort is made for. */
export function contestsOf(cases: readonly Cases[], { share, goalsOnly }: Effort): Contest[] {
  const contests = cases.flatMap((make) => make(share));
  return goalsOnly ? contests.flatMap((contest) => narrowToGoals(contest) ?? []) : contests;
}
