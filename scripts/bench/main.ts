/**
 * What the runner of the benchmarks starts in a runtime that is a program: measures and prints one line per result.
 *
 * @module
 */
import process from "node:process";
import { allocationsPerChunk } from "./allocations.ts";
import { HOST_CASES } from "./host_cases.ts";
import { type Job, RESULT } from "./job.ts";
import { runJob } from "./run_job.ts";

const report = (result: unknown) => console.log(RESULT + JSON.stringify(result));

const job: Job = JSON.parse(process.argv[2] ?? "");
if (job.kind === "allocations") (await allocationsPerChunk(job.chunks)).forEach(report);
else await runJob(HOST_CASES, job, report);
