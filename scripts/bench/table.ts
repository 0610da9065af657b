import type { Allocation } from "./allocations.ts";
import { goalIn, GOALS, ratioFor } from "./goals.ts";
import type { Column } from "./results.ts";

/** Prints one table per contest: a row for each way of `copy` and each peer, columns for runtimes and chunk sizes. */
export function printRatios(columns: Column[]): void {
  const contests = unique(columns.flatMap(({ ratios }) => ratios.map(({ contest }) => contest)));
  for (const contest of contests) {
    const parts = columns.map(({ runtime, ratios }) => {
      return { runtime, ratios: ratios.filter((ratio) => ratio.contest === contest) };
    }).filter(({ ratios }) => ratios.length > 0);
    const all = parts.flatMap(({ ratios }) => ratios);
    const chunks = unique(all.map(({ chunk }) => chunk));
    const rows = unique(all.map(({ ours, peer }) => `${ours} / ${peer}`));
    const table = [
      [contest, ...parts.flatMap(({ runtime }) => chunks.map((_, i) => i === 0 ? runtime : ""))],
      ["", ...parts.flatMap(() => chunks.map(sizeOf))],
      ...rows.map((row) => [
        row,
        ...parts.flatMap(({ ratios }) =>
          chunks.map((chunk) => {
            const found = ratios.find((one) => `${one.ours} / ${one.peer}` === row && one.chunk === chunk);
            return found?.ratio.toFixed(2) ?? "";
          })
        ),
      ]),
    ];
    console.log();
    printTable(table);
  }
}

/** Prints a row for each goal: the ratio in each runtime, and the goal behind it where it was missed. */
export function printGoals(columns: Column[]): void {
  const rows = GOALS.map((goal) => [
    `${goal.title} / ${goal.peer}`,
    ...columns.map(({ runtime, ratios }) => {
      const ratio = ratioFor(goal, ratios)?.ratio;
      return ratio === undefined ? "" : verdict(ratio, goalIn(goal, runtime) ?? 0);
    }),
  ]);
  printIfAny("goals", columns, rows);
}

function verdict(ratio: number, goal: number): string {
  return ratio.toFixed(2) + (ratio < goal ? ` < ${goal.toFixed(2)}` : "");
}

/** Prints how much memory grew by. */
export function printGrowth(columns: Column[]): void {
  const routes = unique(columns.flatMap(({ growth }) => Object.keys(growth)));
  const rows = routes.map((
    route,
  ) => [route, ...columns.map(({ growth }) => growth[route]?.toFixed(0) ?? "")]);
  printIfAny("MiB grown over 4 GiB", columns, rows);
}

/** Prints what a chunk costs. */
export function printAllocations(columns: Column[]): void {
  const label = ({ ends, mover }: Allocation) => `${ends}, ${mover}`;
  const labels = unique(columns.flatMap(({ allocations }) => allocations.map(label)));
  const rows = labels.map((row) => [
    row,
    ...columns.map(({ allocations }) => {
      return allocations.find((one) => label(one) === row)?.bytesPerChunk.toFixed(0) ?? "";
    }),
  ]);
  printIfAny("bytes of heap per chunk", columns, rows);
}

function printIfAny(title: string, columns: Column[], rows: string[][]): void {
  const filled = rows.filter((row) => row.slice(1).some((cell) => cell !== ""));
  if (filled.length === 0) return;
  console.log();
  printTable([[title, ...columns.map(({ runtime }) => runtime)], ...filled]);
}

/** Prints cells in columns: the first to the left, numbers to the right. */
export function printTable(table: string[][]): void {
  const widths = table[0]?.map((_, i) => Math.max(...table.map((cells) => cells[i]?.length ?? 0))) ?? [];
  for (const cells of table) {
    const padded = cells.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)
    );
    console.log(padded.join("  ").trimEnd());
  }
}

function sizeOf(chunk: number | undefined): string {
  if (chunk === undefined) return "";
  return chunk < 1024 * 1024 ? `${chunk / 1024} KiB` : `${chunk / 1024 / 1024} MiB`;
}

function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}
