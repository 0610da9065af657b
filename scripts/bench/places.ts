import { runChild } from "../test/child.ts";
import { debianProgram } from "../test/debian.ts";
import { inFolder } from "../test/folder.ts";
import { install } from "../test/install.ts";
import { runScript } from "../test/page.ts";
import { type Runtime, RUNTIMES } from "../test/runtimes.ts";
import { openInChromium } from "../test/chromium.ts";
import { forwardCases } from "./cases/forward.ts";
import { bundleProgram, runProgram, runToResults } from "./child.ts";
import { HOST_CASES } from "./host_cases.ts";
import { type Job, RESULT } from "./job.ts";
import type { Cases } from "./measure.ts";
import { runJob } from "./run_job.ts";
import { WEB_CASES } from "./web_cases.ts";

/** Where things can be measured. */
export interface Place {
  /** What can be measured there. */
  cases: readonly Cases[];
  /** The path of its program, which is got if it is not there. */
  program(): Promise<string>;
  /** Does a job in a process of its own, and returns the results. */
  run(job: Job): Promise<unknown[]>;
}

/** By name, in the order in which they are shown. */
export const PLACES: Record<string, Place> = {
  ...Object.fromEntries(Object.entries(RUNTIMES).map(([name, runtime]) => [name, terminal(runtime)])),
  chromium: {
    cases: WEB_CASES,
    program: () => debianProgram("chromium", "chromium"),
    run: runInChromium,
  },
  workerd: {
    cases: WEB_CASES,
    program: () => install("workerd", "workerd@latest", "workerd"),
    run: runInWorkerd,
  },
};

/** Those that are measured if none is named. */
export const USUAL = ["deno", "bun", "node20", "node", "chromium", "workerd"];

function terminal(runtime: Runtime): Place {
  return {
    cases: HOST_CASES,
    program: runtime.program,
    run: async (job) => {
      return await runProgram(runtime, await bundleProgram("scripts/bench/main.ts", "bench"), job, RESULT);
    },
  };
}

/** Runs a page; it reports all at once, for to send a result would disturb the next. */
async function runInChromium(job: Job): Promise<unknown[]> {
  const open = openInChromium(await debianProgram("chromium", "chromium"));
  const script = await scriptOf("page", job);
  const { results, failure } = await inFolder((folder) => {
    return runScript<{ results: unknown[]; failure?: string }>(open, script, folder);
  });
  if (failure !== undefined) throw new Error(failure);
  return results;
}

async function runInWorkerd(job: Job): Promise<unknown[]> {
  const program = await install("workerd", "workerd@latest", "workerd");
  const script = await scriptOf("worker", job);
  const results = await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/worker.mjs`, script);
    // A configuration names its files relative to itself.
    await Deno.copyFile("scripts/bench/worker.capnp", `${folder}/config.capnp`);
    return await runToResults<unknown>(program, ["test", `${folder}/config.capnp`], RESULT);
  });
  if (job.kind === "mixed") await runJob([forwardCases(program)], job, (result) => results.push(result));
  return results;
}

/** A program that has its job in it. */
async function scriptOf(name: "page" | "worker", job: Job): Promise<string> {
  const bundle = await bundleProgram(`scripts/bench/${name}.ts`, `bench_${name}`);
  return `const JOB = ${JSON.stringify(job)};\n${await Deno.readTextFile(bundle)}`;
}

/** What a program calls itself, with its version. */
export async function versionOf({ program }: Place): Promise<string> {
  const { lines } = await runChild(await program(), ["--version"], () => {});
  return lines.flatMap((line) => /\d+(?:[.-]\d+)+/.exec(line) ?? [])[0] ?? "unknown";
}
