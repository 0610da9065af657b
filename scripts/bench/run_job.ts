import { narrowToGoals } from "./goals.ts";
import type { Alone, Effort, Mixed } from "./job.ts";
import { type Cases, compare, type Contest, timeAlone } from "./measure.ts";

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
  const contests = contestsOf(cases, job.effort);
  const { rounds } = job.effort;
  if (job.kind === "mixed") {
    for (const contest of contests) {
      if (!contest.name.includes(job.filter)) continue;
      try {
        for (const ratio of await compare(contest, rounds)) report(ratio);
      } catch (reason) {
        report({ failure: `${contest.name}: ${reason instanceof Error ? reason.stack ?? reason : reason}` });
      }
    }
    return;
  }
  const contest = contests.find(({ name, chunk }) => name === job.contest && chunk === job.chunk);
  const contender = contest && [...contest.ours, ...contest.peers].find(({ name }) => name === job.contender);
  if (contest === undefined || contender === undefined) throw new Error(`There is no ${job.contender}`);
  report(await timeAlone(contest, contender, rounds));
}

/** The contests that so much effort is made for. */
export function contestsOf(cases: readonly Cases[], { share, goalsOnly }: Effort): Contest[] {
  const contests = cases.flatMap((make) => make(share));
  return goalsOnly ? contests.flatMap((contest) => narrowToGoals(contest) ?? []) : contests;
}
