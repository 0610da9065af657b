/**
 * Copies a file by everything there is for that, against `cp`: by the kernel, by the loop, and by the loop that everybody
 * writes. Alone in a process, for it wants a machine to itself:
 *
 *     deno run -A --import-map scripts/offline/import_map.json scripts/bench/kernel_cases.ts [MiB] [FOLDER] [ROUNDS]
 *
 * Bun and the newer versions of Node run it as well. The rounds are interleaved, and the medians compared: above 1 is faster
 * than `cp`. Growth is what the process took more at the most than before the copy.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtemp, open as openHandle, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { copy, type CopyOptions } from "../../mod.ts";
import { open } from "../../src/fs/mod.ts";

const MIB = 1024 * 1024;

const [size = "1024", parent = tmpdir(), rounds = "5"] = process.argv.slice(2);
const bytes = Number(size) * MIB;
const folder = await mkdtemp(join(parent, "sluice-bench-"));
const [src, dst] = [join(folder, "src"), join(folder, "dst")];

const ours = (options: CopyOptions) => async () => {
  await using from = await open(src);
  await using to = await open(dst, { write: true, create: true });
  await copy(to, from, options);
};

const ways: Record<string, () => Promise<void>> = {
  "cp": () =>
    new Promise((resolve, reject) => {
      const child = spawn("cp", [src, dst], { stdio: "ignore" });
      child.on("error", reject);
      child.on("exit", (code) => code === 0 ? resolve() : reject(new Error(`cp exited with code ${code}`)));
    }),
  "kernel": ours({ via: "kernel" }),
  "loop": ours({ via: "buffer" }),
  "loop of 64 KiB": ours({ via: "buffer", bufferSize: 64 * 1024 }),
};

const times: Record<string, number[]> = {};
const growth: Record<string, number> = {};
try {
  await writeSample();
  for (let round = 0; round <= Number(rounds); round++) {
    for (const [name, way] of Object.entries(ways)) {
      await rm(dst, { force: true });
      const before = process.memoryUsage().rss;
      let most = before;
      const watch = setInterval(() => most = Math.max(most, process.memoryUsage().rss), 5);
      const start = performance.now();
      await way();
      const time = performance.now() - start;
      clearInterval(watch);
      if ((await stat(dst)).size !== bytes) throw new Error(`${name} lost bytes`);
      if (round === 0) continue; // warms up
      (times[name] ??= []).push(time);
      growth[name] = Math.max(growth[name] ?? 0, most - before);
    }
  }
  const cp = median(times["cp"] ?? []);
  console.log(`${size} MiB, ratio to cp, medians of ${rounds}`);
  for (const name of Object.keys(ways)) {
    const own = times[name] ?? [];
    const ratio = (cp / median(own)).toFixed(2);
    const best = (Math.min(...times["cp"] ?? []) / Math.min(...own)).toFixed(2);
    const grown = ((growth[name] ?? 0) / MIB).toFixed(1);
    console.log(`${name.padEnd(16)} ${ratio} (best to best ${best}), grew by ${grown} MiB`);
  }
} finally {
  await rm(folder, { recursive: true });
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

async function writeSample(): Promise<void> {
  const handle = await openHandle(src, "w");
  const chunk = new Uint8Array(MIB);
  for (let i = 0; i < bytes / MIB; i++) {
    crypto.getRandomValues(chunk.subarray(0, 65536));
    await handle.write(chunk);
  }
  await handle.sync();
  await handle.close();
}
