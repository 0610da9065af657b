import { readdir } from "node:fs/promises";

/** The only hosts that a test file can be made for: `net_deno_test.ts` runs in Deno alone. */
export type Host = "deno" | "bun" | "node";

/** Which test files one runtime runs. */
export interface Selection {
  /** Paths of the files to run, relative to the checkout. */
  files: string[];
  /** Paths of the files that were made for another host, with that host. */
  leftOut: { path: string; host: string }[];
}

const HOST_FILE = /(?:^|[_/])(deno|bun|node)_test\.ts$/;

/**
 * Finds the test files of the suite.
 *
 * @returns Their paths relative to the current directory, sorted
 */
export async function findTests(): Promise<string[]> {
  const names = await readdir("tests", { recursive: true });
  return names.filter((name) => name.endsWith("_test.ts")).map((name) => `tests/${name}`).sort();
}

/**
 * Chooses what a host runs: every file but those whose name says that they need another.
 *
 * @param paths All test files
 * @param host The host that will run them
 * @returns What to run and what not
 */
export function selectTests(paths: string[], host: Host): Selection {
  const selection: Selection = { files: [], leftOut: [] };
  for (const path of paths) {
    const needed = HOST_FILE.exec(path)?.[1];
    if (needed === undefined || needed === host) selection.files.push(path);
    else selection.leftOut.push({ path, host: needed });
  }
  return selection;
}
