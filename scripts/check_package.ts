/**
 * Packs the package for npm, installs it into an empty project, and imports every entry point
 * there in each runtime that takes npm packages.
 *
 * @module
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import config from "../deno.json" with { type: "json" };
import { RUNTIMES } from "./test/runtimes.ts";

const entryPoints = Object.keys(config.exports).map((path) => join(config.name, path));
const project = await mkdtemp(join(tmpdir(), "sluice-"));
let failed = false;
try {
  const tarball = join(project, "package.tgz");
  await run(Deno.execPath(), ["pack", "--no-source-maps", "--allow-dirty", "--output", tarball], Deno.cwd());
  await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", tarball], project);
  await checkContents(join(project, "node_modules", config.name));
  await writeFile(join(project, "main.js"), importAll());
  for (const { host, program } of Object.values(RUNTIMES)) {
    if (host !== "deno") await run(resolve(await program()), ["main.js"], project);
  }
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
  failed = true;
} finally {
  await rm(project, { recursive: true });
}
Deno.exit(failed ? 1 : 0);

/** No test, no source that no entry point reaches, and no path of this machine may be in the package. */
async function checkContents(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    console.log(path.slice(folder.length + 1));
    if (/_test\.|\.map$|(?<!\.d)\.ts$/.test(path)) {
      throw new Error(`${path} does not belong into the package`);
    }
    if ((await readFile(path, "utf8")).includes(Deno.cwd())) {
      throw new Error(`${entry.name} names ${Deno.cwd()}`);
    }
  }
}

function importAll(): string {
  return `for (const name of ${JSON.stringify(entryPoints)}) {
  const count = Object.keys(await import(name)).length;
  if (count === 0) throw new Error(name + " exports nothing");
  console.log(name + ": " + count + " exports");
}`;
}

async function run(program: string, args: string[], cwd: string): Promise<void> {
  console.log(`${program.split("/").at(-1)} ${args[0]}`);
  const { code } = await new Deno.Command(program, {
    args,
    cwd,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  })
    .spawn().status;
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} exited with code ${code}`);
}
