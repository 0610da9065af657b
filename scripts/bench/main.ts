/**
 * What the runner of the benchmarks starts in each runtime: measures and prints one line per result.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parsingContests } from "./bufio_cases.ts";
import { memoryContests } from "./cases.ts";
import { fileContest } from "./file_cases.ts";
import { compare, type Contest } from "./measure.ts";
import { RESULT, type Settings } from "./settings.ts";

const { rounds, share, filter }: Settings = JSON.parse(process.argv[2] ?? "");

async function measure(contest: Contest): Promise<void> {
  if (!contest.name.includes(filter)) return;
  for (const ratio of await compare(contest, rounds)) console.log(RESULT + JSON.stringify(ratio));
}

for (const contest of memoryContests(share)) await measure(contest);
for (const contest of parsingContests(share)) await measure(contest);

const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
try {
  await measure(await fileContest(folder, 256 * 1024 * 1024 * share));
} finally {
  await rm(folder, { recursive: true });
}
