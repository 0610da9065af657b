/**
 * Starts a program of this repository in a runtime, bundled so that Node 20 runs it too.
 *
 * @module
 */
import { build, stop } from "esbuild";
import { runChild } from "../test/child.ts";
import { type Runtime, RUNTIMES } from "../test/runtimes.ts";

/** The runtimes that were asked for by name, or all. Throws for a name that is none. */
export function chooseRuntimes(names: readonly string[]): [name: string, Runtime][] {
  const all = Object.entries(RUNTIMES);
  const unknown = names.find((name) => !(name in RUNTIMES));
  if (unknown !== undefined) throw new Error(`There is no runtime ${unknown}`);
  return names.length === 0 ? all : all.filter(([name]) => names.includes(name));
}

const bundles = new Map<string, Promise<string>>();

/**
 * Bundles a program into the git-ignored `.cache/`, once.
 *
 * @param entry The path of its module
 * @param name What the bundle is called
 * @returns The path of the bundle
 */
export function bundleProgram(entry: string, name: string): Promise<string> {
  const bundle = bundles.get(entry) ?? bundleNow(entry, name);
  bundles.set(entry, bundle);
  return bundle;
}

async function bundleNow(entry: string, name: string): Promise<string> {
  const outfile = `.cache/${name}.mjs`;
  try {
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "es2022",
      logLevel: "warning",
    });
  } finally {
    await stop();
  }
  return outfile;
}

/**
 * Runs a bundle to its end.
 *
 * @param runtime Where
 * @param bundle What
 * @param settings Its only argument, as JSON
 * @param prefix What stands before its results, which are JSON
 * @returns The results
 */
export async function runProgram<T>(
  runtime: Runtime,
  bundle: string,
  settings: unknown,
  prefix: string,
): Promise<T[]> {
  const args = [...runtime.host === "deno" ? ["run", "-A"] : [], bundle, JSON.stringify(settings)];
  return await runToResults(await runtime.program(), args, prefix);
}

/** Runs a program that prints its results; rejects if it fails, and shows then what else it printed. */
export async function runToResults<T>(
  program: string,
  args: readonly string[],
  prefix: string,
): Promise<T[]> {
  const { code, lines } = await runChild(program, args, () => {});
  if (code !== 0) {
    lines.filter((line) => !line.startsWith(prefix)).forEach((line) => console.log(line));
    throw new Error(code === undefined ? "Timed out" : `Exited with code ${code}`);
  }
  return lines.filter((line) => line.startsWith(prefix)).map((line) => JSON.parse(line.slice(prefix.length)));
}
