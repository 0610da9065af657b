import type { Ratio } from "./measure.ts";

/** The ratios of one runtime. */
export interface Column {
  runtime: string;
  ratios: Ratio[];
}

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
