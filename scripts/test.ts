/**
 * Runs the test suite in Deno, Bun, several versions of Node, browsers and workerd.
 *
 *     deno task test [runtime...] [--filter TEXT]
 *
 * `--filter` chooses by the name of the outermost `describe`. Without a name the suite runs in all runtimes,
 * as many at once as there are processors. They come from the npm registry, the browsers from Debian's
 * packages. One that cannot be had is a failure, in CI and where it was asked for by name; else, where only
 * somebody else could install it, the summary says that the suite did not run there and how to get it.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Counts } from "./offline/run.ts";
import { runChild } from "./test/child.ts";
import { findTests, selectTests } from "./test/files.ts";
import { inFolder } from "./test/folder.ts";
import { inOrder, type Print } from "./test/in_order.ts";
import { reachesJsr } from "./test/jsr.ts";
import { type Runtime, RUNTIMES } from "./test/runtimes.ts";
import { UnavailableError } from "./test/unavailable.ts";
import { WEB_RUNTIMES } from "./test/web_runtimes.ts";

/** In the order of the summary. */
const ALL: Record<string, Runtime> = { ...RUNTIMES, ...WEB_RUNTIMES };

interface Row extends Counts {
  runtime: string;
  version: string;
  leftOut: number;
  seconds: number;
  /** Why the suite did not run there although nothing has failed. */
  notRun?: string;
}

const { values: { filter }, positionals } = parseArgs({
  args: Deno.args,
  options: { filter: { type: "string", default: "" } },
  allowPositionals: true,
});
const mustRun = positionals.length > 0 || Deno.env.has("CI");

const jsr = await reachesJsr();
console.log(
  jsr
    ? "In Deno the tests use jsr:@std/testing and jsr:@std/assert, elsewhere the stand-ins of scripts/offline/"
    : "JSR cannot be reached: the tests use the stand-ins of scripts/offline/",
);
const paths = await findTests();
const names = positionals.length > 0 ? positionals : Object.keys(ALL);
const rows = await inFolder((folder) =>
  inOrder(names.map((name) => (print) => runSuite(name, folder, print)), navigator.hardwareConcurrency)
);
printTable(rows);
for (const { runtime, notRun } of rows) {
  if (notRun !== undefined) console.log(`NOT RUN in ${runtime}: ${notRun}`);
}
const sum = (key: keyof Counts) => rows.reduce((total, row) => total + row[key], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
Deno.exit(sum("failed") > 0 || sum("passed") === 0 ? 1 : 0);

async function runSuite(name: string, folder: string, print: Print): Promise<Row> {
  const row: Row = { runtime: name, version: "", passed: 0, failed: 0, ignored: 0, leftOut: 0, seconds: 0 };
  const runtime = ALL[name];
  const start = performance.now();
  print(`\n--- ${name}`);
  try {
    if (runtime === undefined) throw new Error(`There is no runtime ${name}`);
    const { host } = runtime;
    const { files, leftOut } = selectTests(paths, host);
    row.leftOut = leftOut.length;
    for (const { path, needed } of leftOut) print(`Left out: ${path} needs ${needed}`);
    const program = await runtime.program(print);
    row.version = await versionOf(program);
    Object.assign(row, await runtime.run(program, { host, files, filter, folder, jsr, print }));
    if (row.passed + row.failed === 0) throw new Error("No test ran");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof UnavailableError && !mustRun) row.notRun = reason;
    else row.failed++;
    print(`${row.notRun === undefined ? "FAILED" : "NOT RUN in"} ${name}: ${reason}`);
  }
  row.seconds = Math.round((performance.now() - start) / 1000);
  const { version, passed, failed, ignored, leftOut } = row;
  print(
    `${name} ${version}: ${passed} passed, ${failed} failed, ${ignored} excluded, ${leftOut} files left out`,
  );
  return row;
}

async function versionOf(program: string): Promise<string> {
  const { lines } = await runChild(program, ["--version"], () => {});
  return /\d+([.-]\d+){2,}/.exec(lines.join("\n"))?.[0] ?? "";
}

function printTable(rows: Row[]): void {
  const table = [
    ["runtime", "version", "passed", "failed", "excluded", "files left out", "seconds"],
    ...rows.map(({ runtime, version, passed, failed, ignored, leftOut, seconds }) =>
      [runtime, version, passed, failed, ignored, leftOut, seconds].map(String)
    ),
  ];
  const widths = table[0]?.map((_, i) => Math.max(...table.map((cells) => cells[i]?.length ?? 0))) ?? [];
  console.log();
  for (const cells of table) {
    console.log(cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd());
  }
}
