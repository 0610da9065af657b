import { growthOf } from "../soak/growth_of.ts";
import { ONE_BUFFER } from "../soak/routes.ts";
import { RUNTIMES } from "../test/runtimes.ts";
import type { Allocation } from "./allocations.ts";
import { compareAlone } from "./alone.ts";
import type { Effort } from "./job.ts";
import type { Failure, Ratio } from "./measure.ts";
import { type Place, PLACES, versionOf } from "./places.ts";
import type { Column } from "./results.ts";

const MIB = 1024 ** 2;
const SOAKED = 4 * 1024 ** 3; // 4 GiB
const CHUNKS = 1_000_000;

/**
 * Measures everything in one runtime.
 *
 * @param runtime Its name in `PLACES`
 * @param effort How thoroughly; only the ratios of a busy process if nothing else than the goals matters
 * @param filter Only contests whose name contains it, and nothing but contests if there is one
 * @returns What was measured, and which contests failed and why
 */
export async function measureColumn(
  runtime: string,
  effort: Effort,
  filter: string,
): Promise<{ column: Column; failures: string[] }> {
  const place = PLACES[runtime];
  if (place === undefined) throw new Error(`There is no runtime ${runtime}`);
  const all = filter === "" && !effort.goalsOnly;
  const mixed = await place.run({ kind: "mixed", effort, filter }) as (Ratio | Failure)[];
  const alone = effort.goalsOnly ? [] : await compareAlone(place, effort, filter);
  const column: Column = {
    runtime,
    version: await versionOf(place),
    date: new Date().toISOString().slice(0, 10),
    ratios: [...alone, ...mixed.filter((one) => "ratio" in one)],
    growth: all ? await growthIn(runtime) : {},
    allocations: all ? await allocationsIn(runtime, place) : [],
  };
  return { column, failures: mixed.flatMap((one) => "failure" in one ? [one.failure] : []) };
}

/** Only a program for a terminal can be asked for its memory. */
async function growthIn(name: string): Promise<Record<string, number>> {
  const growth: Record<string, number> = {};
  const runtime = RUNTIMES[name];
  if (runtime === undefined) return growth;
  for (const route of ONE_BUFFER) {
    const { start, peak } = await growthOf(runtime, { route, bytes: SOAKED });
    growth[route] = (peak - start) / MIB;
  }
  return growth;
}

async function allocationsIn(name: string, place: Place): Promise<Allocation[]> {
  if (!(name in RUNTIMES)) return [];
  return await place.run({ kind: "allocations", chunks: CHUNKS }) as Allocation[];
}
