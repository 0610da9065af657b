import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { FOLDER } from "./build.ts";
import { METADATA } from "./metadata.ts";
import { run } from "./run.ts";

/** What checks the package, by the names under which `deno.json` says its versions. */
const TOOLS = [
  "typescript",
  "typescript-5",
  "@types/node",
  "@types/bun",
  "@cloudflare/workers-types",
  "publint",
  "@arethetypeswrong/cli",
] as const;

/** A project that uses the package. */
export interface Project {
  /** Its folder. */
  folder: string;
  /** The package as it would be published. */
  tarball: string;
  /** Where the package is installed. */
  installed: string;
}

/**
 * Installs the package that was built into an empty project in the git-ignored `.cache/`. The tools beside it
 * stay there from one time to the next.
 */
export async function installPackage(): Promise<Project> {
  const folder = resolve(".cache/consumer");
  const tarball = join(folder, `${METADATA.name.slice(1).replace("/", "-")}-${METADATA.version}.tgz`);
  const installed = join(folder, "node_modules", METADATA.name);
  await mkdir(folder, { recursive: true });
  const devDependencies = Object.fromEntries(TOOLS.map((name) => [name, config.imports[name]]));
  const manifest = JSON.stringify({ private: true, type: "module", devDependencies });
  if (await readFile(join(folder, "package.json"), "utf8").catch(() => "") !== manifest) {
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(join(folder, "package.json"), manifest);
    await npm(["install"], folder).catch(async (reason) => {
      await rm(folder, { recursive: true });
      throw reason;
    });
  }
  await rm(installed, { recursive: true, force: true });
  await run("npm", ["pack", "--silent", "--pack-destination", folder], FOLDER);
  await npm(["install", "--no-save", tarball], folder);
  return { folder, tarball, installed };
}

async function npm(args: string[], folder: string): Promise<void> {
  await run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], folder);
}
