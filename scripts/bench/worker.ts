/**
 * What the runner of the benchmarks starts in workerd, by `workerd test`: measures and prints one line per result.
 *
 * @module
 */
import { type Alone, type Mixed, RESULT } from "./job.ts";
import { runJob } from "./run_job.ts";
import { WEB_CASES } from "./web_cases.ts";

/** Defined by the runner, before this. */
declare const JOB: Mixed | Alone;

export default {
  async test(): Promise<void> {
    await runJob(WEB_CASES, JOB, (result) => console.log(RESULT + JSON.stringify(result)));
  },
};
