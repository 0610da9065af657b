/**
 * Builds the package for npm into `npm/`, and checks it as those who install it see it.
 *
 *     deno task build:npm
 *
 * dnt builds it where JSR can be reached, else `deno pack` does. Then: what is in it, whether every entry point
 * can be imported in each runtime that takes npm packages, whether its types compile for every place, and what
 * publint and arethetypeswrong say.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buildPackage, FOLDER } from "./npm/build.ts";
import { checkContents } from "./npm/check_contents.ts";
import { checkTypes } from "./npm/check_types.ts";
import { ENTRY_POINTS } from "./npm/metadata.ts";
import { installPackage } from "./npm/project.ts";
import { run } from "./npm/run.ts";
import { reachesJsr } from "./test/jsr.ts";
import { RUNTIMES } from "./test/runtimes.ts";

const jsr = await reachesJsr();
console.log(jsr ? "Building with dnt" : "JSR cannot be reached: building with deno pack instead of dnt");
await buildPackage(jsr);

const { folder, tarball, installed } = await installPackage();
await checkContents(installed);
await writeFile(join(folder, "main.js"), importAll());
for (const { host, program } of Object.values(RUNTIMES)) {
  if (host !== "deno") await run(resolve(await program()), ["main.js"], folder);
}
await checkTypes(folder);
await run("node", ["node_modules/publint/src/cli.js", "--strict", resolve(FOLDER)], folder);
await run(
  "node",
  ["node_modules/@arethetypeswrong/cli/dist/index.js", "--profile", "esm-only", tarball],
  folder,
);

function importAll(): string {
  return `for (const name of ${JSON.stringify(ENTRY_POINTS.map(({ name }) => name))}) {
  const count = Object.keys(await import(name)).length;
  if (count === 0) throw new Error(name + " exports nothing");
  console.log(name + ": " + count + " exports");
}`;
}
