/**
 * What the runner of the benchmarks opens in a browser: measures and sends its results to the server of the page.
 *
 * @module
 */
import type { Alone, Mixed } from "./job.ts";
import { runJob } from "./run_job.ts";
import { WEB_CASES } from "./web_cases.ts";

/** Defined by the runner, before this. */
declare const JOB: Mixed | Alone;

async function main(): Promise<void> {
  const outcome: { results: unknown[]; failure?: string } = { results: [] };
  try {
    await runJob(WEB_CASES, JOB, (result) => outcome.results.push(result));
  } catch (reason) {
    outcome.failure = String(reason);
  }
  await fetch("/result", { method: "POST", body: JSON.stringify(outcome) });
}

// Whoever opened the page waits until it has loaded, which a page that is busy never tells.
addEventListener("load", () => setTimeout(main, 100));
