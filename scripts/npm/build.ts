import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { METADATA } from "./metadata.ts";
import { run } from "./run.ts";

/** Where the package is built, in the checkout. */
export const FOLDER = "npm";

/** The part of `jsr:@deno/dnt` that is used. */
interface Dnt {
  build(options: {
    entryPoints: { name: string; path: string }[];
    outDir: string;
    shims: Record<string, never>;
    scriptModule: false;
    test: false;
    typeCheck: false;
    skipSourceOutput: true;
    skipNpmInstall: true;
    compilerOptions: { target: "ES2022"; lib: string[] };
    package: typeof METADATA;
  }): Promise<void>;
}

/**
 * Builds the package for npm into {@linkcode FOLDER}: modules and their types, no script and no map.
 *
 * @param jsr Whether dnt can be had; else Deno's own `pack` builds the same
 */
export async function buildPackage(jsr: boolean): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await (jsr ? buildWithDnt() : buildWithPack());
  for (const file of ["README.md", "LICENSE"]) await copyFile(file, join(FOLDER, file));
  await completePackageJson();
  for (const path of await filesOf(FOLDER)) if (path.endsWith(".d.ts")) await nameLibraries(path);
}

/** The paths of all files in a folder. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function buildWithDnt(): Promise<void> {
  // Not a literal: where JSR cannot be reached the rest must still pass `deno check`.
  const specifier: string = "jsr:@deno/dnt@^0.42";
  const { build }: Dnt = await import(specifier);
  await build({
    entryPoints: Object.entries(config.exports).map(([name, path]) => ({ name, path })),
    outDir: FOLDER,
    shims: {},
    scriptModule: false,
    test: false,
    // The compiler of those who use the package checks its types afterwards.
    typeCheck: false,
    skipSourceOutput: true,
    skipNpmInstall: true,
    compilerOptions: { target: "ES2022", lib: ["ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable"] },
    package: METADATA,
  });
}

async function buildWithPack(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-"));
  try {
    const tarball = join(folder, "package.tgz");
    await run(Deno.execPath(), ["pack", "--quiet", "--no-source-maps", "--allow-dirty", "--output", tarball]);
    await mkdir(FOLDER);
    // Everything in the archive is below "package/".
    await run("tar", ["-xzf", tarball, "-C", FOLDER, "--strip-components=1"]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function completePackageJson(): Promise<void> {
  const path = join(FOLDER, "package.json");
  const built = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...METADATA, type: "module", ...built }, null, 2) + "\n");
}

/** Declarations that name a symbol of a newer library say so, for those who compile with an older one. */
async function nameLibraries(path: string): Promise<void> {
  const declarations = await readFile(path, "utf8");
  if (!declarations.includes("Symbol.asyncDispose")) return;
  await writeFile(path, `/// <reference lib="esnext.disposable" />\n${declarations}`);
}
