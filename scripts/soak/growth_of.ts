import { bundleProgram, runProgram } from "../bench/child.ts";
import type { Runtime } from "../test/runtimes.ts";
import { type Growth, type Load, RESULT } from "./load.ts";

/**
 * Sends bytes along a route in a process of its own.
 *
 * @returns How its memory grew; rejects if other bytes arrived than were sent
 */
export async function growthOf(runtime: Runtime, load: Load): Promise<Growth> {
  const bundle = await bundleProgram("scripts/soak/main.ts", "soak");
  const [growth] = await runProgram<Growth>(runtime, bundle, load, RESULT);
  if (growth === undefined) throw new Error("Nothing was reported");
  return growth;
}
