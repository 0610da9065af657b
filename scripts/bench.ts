/**
 * Measures `copy` against what people use instead, in Deno, Bun, Node 20 and the newest, Chromium and workerd.
 *
 *     deno task bench [runtime...] [--quick] [--filter TEXT] [--draw]
 *
 * Prints ratios: above 1, `copy` was faster than the peer after the stroke. Each is the median of several rounds, in
 * which everybody does the same job in turn; how many bytes arrived, and which, is checked every time.
 *
 * A whole run writes `scripts/bench/results.json` and draws the plots in `scripts/bench/plots/`; naming runtimes
 * measures only those again. `--quick` measures, in two minutes, only what has a goal and needs no fresh processes, and
 * warns where it is clearly worse than the results say; `--filter` chooses by the name of the contest. Neither writes
 * anything. `--draw` only draws. Exits with 1 if something failed, or other bytes arrived than were sent.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { measureColumn } from "./bench/column.ts";
import { drawPlots } from "./bench/plots.ts";
import { PLACES, USUAL } from "./bench/places.ts";
import { regressions } from "./bench/regressions.ts";
import { type Column, machine, readResults, writeResults } from "./bench/results.ts";
import { printAllocations, printGoals, printGrowth, printRatios } from "./bench/table.ts";

const { values: { quick, filter, draw }, positionals } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    filter: { type: "string", default: "" },
    draw: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

const before = await readResults();
if (draw) {
  await drawPlots(before);
  Deno.exit(0);
}

const effort = quick
  ? { rounds: 5, share: 1 / 2, goalsOnly: true }
  : { rounds: 5, share: 1, goalsOnly: false };
const columns: Column[] = [];
let failed = 0;
const fail = (runtime: string, reason: unknown) => {
  failed++;
  console.log(`FAILED ${runtime}: ${reason}`);
};
for (const runtime of positionals.length === 0 ? USUAL : positionals) {
  console.log(`Measuring in ${runtime}`);
  try {
    const { column, failures } = await measureColumn(runtime, effort, filter);
    columns.push(column);
    failures.forEach((failure) => fail(runtime, failure));
  } catch (error) {
    fail(runtime, error instanceof Error ? error.message : error);
  }
}

if (!quick) {
  printRatios(columns);
  printAllocations(columns);
}
printGrowth(columns);
printGoals(columns);

for (const { runtime, ratios } of columns) {
  const then = before.columns.find((column) => column.runtime === runtime)?.ratios ?? [];
  for (const line of regressions(ratios, then)) console.log(`Slower than before in ${runtime}: ${line}`);
}
if (!quick && filter === "" && columns.length > 0) {
  const fresh = new Map([...before.columns, ...columns].map((column) => [column.runtime, column]));
  const all = Object.keys(PLACES).flatMap((runtime) => fresh.get(runtime) ?? []);
  await writeResults({ machine: machine(), columns: all });
  await drawPlots(await readResults());
}
Deno.exit(failed > 0 ? 1 : 0);
