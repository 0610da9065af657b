import { cpus, release, totalmem, type } from "node:os";
import type { Allocation } from "./allocations.ts";
import type { Ratio } from "./measure.ts";

/** What was measured in one runtime. */
export interface Column {
  runtime: string;
  version: string;
  /** The day, as in 2026-11-25. */
  date: string;
  ratios: Ratio[];
  /** How many MiB memory grew by while 4 GiB went through one buffer, by route. */
  growth: Record<string, number>;
  allocations: Allocation[];
}

/** What was measured, and on what. */
export interface Results {
  machine: string;
  columns: Column[];
}

const PATH = "scripts/bench/results.json";

/** The ratios by contest, by size of chunks and by contenders: the median between the quartiles. */
type RatioTree = Record<string, Record<string, Record<string, [low: number, ratio: number, high: number]>>>;

/** A column as it is stored. */
interface Stored extends Omit<Column, "runtime" | "ratios"> {
  ratios: RatioTree;
}

interface StoredResults {
  machine: string;
  runtimes: Record<string, Stored>;
}

/** What stands for the size of the chunks where there is none. */
const NO_CHUNK = "any";

/** What the machine is. */
export function machine(): string {
  const all = cpus();
  const gib = Math.round(totalmem() / 1024 ** 3);
  return `${all.length} cores of ${all[0]?.model.trim()}, ${gib} GiB, ${type()} ${release()}`;
}

/** Reads the committed results; there may be none. */
export async function readResults(): Promise<Results> {
  let text: string;
  try {
    text = await Deno.readTextFile(PATH);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { machine: machine(), columns: [] };
    throw error;
  }
  const { machine: on, runtimes }: StoredResults = JSON.parse(text);
  const columns = Object.entries(runtimes).map(([runtime, { ratios, ...rest }]): Column => {
    return { runtime, ...rest, ratios: flatten(ratios) };
  });
  return { machine: on, columns };
}

/** Writes results in place of those that were there, in the manner of `deno fmt`. */
export async function writeResults({ machine, columns }: Results): Promise<void> {
  const runtimes = Object.fromEntries(columns.map(({ runtime, ratios, ...rest }) => {
    return [runtime, { ...rest, ratios: grow(ratios) }];
  }));
  const text = JSON.stringify({ machine, runtimes } satisfies StoredResults, rounded, 2);
  // Three numbers go on one line.
  await Deno.writeTextFile(
    PATH,
    text.replace(/\[\s+([\d.]+),\s+([\d.]+),\s+([\d.]+)\s+\]/g, "[$1, $2, $3]") + "\n",
  );
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(3)) : value;
}

function grow(ratios: readonly Ratio[]): RatioTree {
  const tree: RatioTree = {};
  for (const { contest, chunk, ours, peer, low, ratio, high } of ratios) {
    const sizes = tree[contest] ??= {};
    const rows = sizes[chunk ?? NO_CHUNK] ??= {};
    rows[`${ours} / ${peer}`] = [low, ratio, high];
  }
  return tree;
}

function flatten(tree: RatioTree): Ratio[] {
  return Object.entries(tree).flatMap(([contest, sizes]) =>
    Object.entries(sizes).flatMap(([size, rows]) =>
      Object.entries(rows).map(([pair, [low, ratio, high]]): Ratio => {
        const [ours = "", peer = ""] = pair.split(" / ");
        const chunk = size === NO_CHUNK ? {} : { chunk: Number(size) };
        return { contest, ...chunk, ours, peer, ratio, low, high };
      })
    )
  );
}
