import { readdir } from "node:fs/promises";

/** Who runs the suite: one of three hosts with `node:` modules, a page of a browser, or a worker at the edge. */
export type Host = "deno" | "bun" | "node" | "page" | "edge";

/** Whether the host has `node:` modules. */
export function hasNodeModules(host: Host): boolean {
  return host !== "page" && host !== "edge";
}

/** Which test files one host runs. */
export interface Selection {
  /** Paths of the files to run, relative to the checkout. */
  files: string[];
  /** Paths of the files that cannot run there, with what they need. */
  leftOut: { path: string; needed: string }[];
}

/** What files are made for, where the report has another word for it. */
const NAMES: Record<string, string> = { host: "node: modules", page: "a page of a browser" };

/** A file can be made for one host, or for every host that has `node:` modules. */
const HOST_FILE = /(?:^|[_/])(deno|bun|node|host|page)_test\.ts$/;

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
 * Chooses what a host runs: every file but those whose name says that they need what it has not.
 *
 * @param paths All test files
 * @param host The host that will run them
 * @returns What to run and what not
 */
export function selectTests(paths: string[], host: Host): Selection {
  const selection: Selection = { files: [], leftOut: [] };
  for (const path of paths) {
    const needed = HOST_FILE.exec(path)?.[1];
    if (needed === undefined || needed === host || (needed === "host" && hasNodeModules(host))) {
      selection.files.push(path);
    } else {
      selection.leftOut.push({ path, needed: NAMES[needed] ?? needed });
    }
  }
  return selection;
}
