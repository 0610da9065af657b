/**
 * Runs the test suite in Deno, Bun, several versions of Node, browsers and workerd.
 *
 *     deno task test [runtime...] [--filter TEXT]
 *
 * `--filter` chooses by the name of the outermost `describe`. The runtimes come from the npm
 * registry, the browsers from Debian's packages; one that cannot be had is a failure.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Counts } from "./offline/run.ts";
import { findTests, selectTests } from "./test/files.ts";
import { reachesJsr } from "./test/jsr.ts";
import { type Runtime, RUNTIMES } from "./test/runtimes.ts";
import { runChild } from "./test/child.ts";
import { WEB_RUNTIMES } from "./test/web_runtimes.ts";

/** What can be named. Without a name the suite runs where npm alone suffices: browsers take root and Debian. */
const ALL: Record<string, Runtime> = { ...RUNTIMES, ...WEB_RUNTIMES };

interface Row extends Counts {
  runtime: string;
  version: string;
  leftOut: number;
}

async function runSuite(name: string, paths: string[], filter: string, jsr: boolean): Promise<Row> {
  const row: Row = { runtime: name, version: "", passed: 0, failed: 0, ignored: 0, leftOut: 0 };
  const runtime = ALL[name];
  console.log(`\n--- ${name}`);
  try {
    if (runtime === undefined) throw new Error(`There is no runtime ${name}`);
    const { files, leftOut } = selectTests(paths, runtime.host);
    row.leftOut = leftOut.length;
    for (const { path, needed } of leftOut) console.log(`Left out: ${path} needs ${needed}`);
    const program = await runtime.program();
    row.version = await versionOf(program);
    Object.assign(row, await runtime.run(program, { files, filter, jsr }));
    if (row.passed + row.failed === 0) throw new Error("No test ran");
  } catch (error) {
    row.failed++;
    console.log(`FAILED ${name}: ${error instanceof Error ? error.message : error}`);
  }
  const { version, passed, failed, ignored } = row;
  console.log(`${name} ${version}: ${passed} passed, ${failed} failed, ${ignored} excluded`);
  return row;
}

async function versionOf(program: string): Promise<string> {
  const { lines } = await runChild(program, ["--version"], () => {});
  return /\d+([.-]\d+){2,}/.exec(lines.join("\n"))?.[0] ?? "";
}

function printTable(rows: Row[]): void {
  const table = [
    ["runtime", "version", "passed", "failed", "excluded", "files left out"],
    ...rows.map((row) =>
      [row.runtime, row.version, row.passed, row.failed, row.ignored, row.leftOut].map(String)
    ),
  ];
  const widths = table[0]?.map((_, i) => Math.max(...table.map((cells) => cells[i]?.length ?? 0))) ?? [];
  console.log();
  for (const cells of table) {
    console.log(cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd());
  }
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { filter: { type: "string", default: "" } },
  allowPositionals: true,
});

const jsr = await reachesJsr();
console.log(
  jsr
    ? "In Deno the tests use jsr:@std/testing and jsr:@std/assert, elsewhere the stand-ins of scripts/offline/"
    : "JSR cannot be reached: the tests use the stand-ins of scripts/offline/",
);
const paths = await findTests();
const rows: Row[] = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(RUNTIMES)) {
  rows.push(await runSuite(name, paths, values.filter, jsr));
}
printTable(rows);
const sum = (key: keyof Counts) => rows.reduce((total, row) => total + row[key], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
Deno.exit(sum("failed") > 0 || sum("passed") === 0 ? 1 : 0);
