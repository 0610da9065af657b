/**
 * Sends much through each path of `copy` in each runtime and prints how much memory grew.
 *
 *     deno task soak [runtime...] [--gib 4] [--filter TEXT]
 *
 * Every path runs in a process of its own. Memory is the resident set, in MiB: at the start, at its highest during the
 * warm-up (an eighth of the bytes), and at its highest after that; then how much that is above the start and above the
 * warm-up. `--filter` chooses by the name of the path.
 * Exits with 1 if other bytes arrived than were sent, or if `copy` counted wrong.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { chooseRuntimes } from "./bench/child.ts";
import { printTable } from "./bench/table.ts";
import { growthOf } from "./soak/growth_of.ts";
import { ROUTES } from "./soak/routes.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const { values: { gib, filter }, positionals } = parseArgs({
  args: Deno.args,
  options: { gib: { type: "string", default: "4" }, filter: { type: "string", default: "" } },
  allowPositionals: true,
});
const bytes = Math.round(Number(gib) * GIB);
if (!(bytes > 0)) throw new RangeError(`Cannot send ${gib} GiB`);

const table = [["path", "runtime", "start", "warm", "peak", "above start", "above warm"]];
let failures = 0;
for (const route of Object.keys(ROUTES).filter((name) => name.includes(filter))) {
  for (const [name, runtime] of chooseRuntimes(positionals)) {
    try {
      const { start, warm, peak } = await growthOf(runtime, { route, bytes });
      const sizes = [start, warm, peak, peak - start, peak - warm];
      table.push([route, name, ...sizes.map((size) => (size / MIB).toFixed(0))]);
    } catch (error) {
      failures++;
      console.log(`FAILED ${route} in ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
}
printTable(table);
console.log(`${table.length - 1} passed, ${failures} failed`);
Deno.exit(failures > 0 ? 1 : 0);
