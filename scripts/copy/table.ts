/**
 * Aligns the cells of a table with spaces.
 *
 * @param rows The rows, that of the titles first
 * @param right Which columns are numbers, and so aligned at the right
 * @returns The lines
 */
export function formatTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))
      .join("  ").trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}
