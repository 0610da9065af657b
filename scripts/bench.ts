/**
 * Measures `copy` against what people use instead, in Deno, Bun and Node.
 *
 *     deno task bench [runtime...] [--quick] [--filter TEXT]
 *
 * Prints ratios: above 1, `copy` was faster than the peer after the stroke. Each is the median of several rounds in one
 * process, in which everybody does the same job in turn; how many bytes arrived, and which, is checked every time.
 * `--filter` chooses by the name of the contest.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { bundleProgram, chooseRuntimes, runProgram } from "./bench/child.ts";
import type { Ratio } from "./bench/measure.ts";
import { RESULT, type Settings } from "./bench/settings.ts";
import { type Column, printRatios } from "./bench/table.ts";

const { values: { quick, filter }, positionals } = parseArgs({
  args: Deno.args,
  options: { quick: { type: "boolean", default: false }, filter: { type: "string", default: "" } },
  allowPositionals: true,
});

const settings: Settings = quick ? { rounds: 3, share: 1 / 4, filter } : { rounds: 7, share: 1, filter };
const bundle = await bundleProgram("scripts/bench/main.ts", "bench");
const columns: Column[] = [];
for (const [name, runtime] of chooseRuntimes(positionals)) {
  console.log(`Measuring in ${name}`);
  columns.push({ runtime: name, ratios: await runProgram<Ratio>(runtime, bundle, settings, RESULT) });
}
printRatios(columns);
