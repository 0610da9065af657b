import type { Counts } from "../offline/run.ts";
import { bundle } from "./bundle.ts";
import { runChild } from "./child.ts";
import type { Print } from "./in_order.ts";
import { runToResult } from "./result.ts";
import { countTests, isRoutine } from "./deno_report.ts";
import type { Host } from "./files.ts";
import { install } from "./install.ts";
import { OFFLINE } from "./jsr.ts";

/** What a run of the suite is given. */
export interface Job {
  host: Host;
  /** The test files. */
  files: string[];
  /** As in `deno test --filter`. */
  filter: string;
  /** For what the whole run needs; relative to the checkout. */
  folder: string;
  /** Whether Deno imports `jsr:@std` instead of the stand-ins. */
  jsr: boolean;
  /** Takes the report. */
  print: Print;
}

/** Where the suite can run. */
export interface Runtime {
  host: Host;
  /** Gets the runtime if it is not there, and returns the path of its program. */
  program(print?: Print): Promise<string>;
  /** Runs the files and returns the counts; rejects if the runtime crashed or took too long. */
  run(program: string, job: Job): Promise<Counts>;
}

/** The runtimes that are programs for a terminal, in the order of the summary. */
export const RUNTIMES: Record<string, Runtime> = {
  deno: { host: "deno", program: () => Promise.resolve(Deno.execPath()), run: runInDeno },
  bun: { host: "bun", program: (print) => install("bun", "bun@latest", "bun", print), run: runBundle },
  node20: { host: "node", program: (print) => install("node20", "node@20", "node", print), run: runBundle },
  node22: { host: "node", program: (print) => install("node22", "node@22", "node", print), run: runBundle },
  node24: { host: "node", program: (print) => install("node24", "node@24", "node", print), run: runBundle },
  node: { host: "node", program: (print) => install("node", "node@latest", "node", print), run: runBundle },
};

async function runInDeno(program: string, { files, filter, jsr, print }: Job): Promise<Counts> {
  const flags = [...jsr ? [] : OFFLINE, ...filter === "" ? [] : [`--filter=${filter}`]];
  const { code, lines } = await runChild(program, ["test", "-A", ...flags, ...files], (line) => {
    if (!isRoutine(line)) print(line);
  });
  const counts = countTests(lines);
  if (code === 0 || counts.failed > 0) return counts;
  print(code === undefined ? "FAILED deno: timed out" : `FAILED deno: exited with code ${code}`);
  return { ...counts, failed: 1 };
}

async function runBundle(program: string, job: Job): Promise<Counts> {
  return await runToResult(program, ["--enable-source-maps", await bundle(job, "process")], job.print);
}
