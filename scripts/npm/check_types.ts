import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ENTRY_POINTS, METADATA } from "./metadata.ts";
import { run } from "./run.ts";

/** A place for which people compile: the libraries that its compiler knows, and no other. */
interface Place {
  name: string;
  lib: string[];
  types: string[];
}

const PLACES: readonly Place[] = [
  { name: "a browser", lib: ["es2022", "dom"], types: [] },
  { name: "a browser of today", lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"], types: [] },
  { name: "Node", lib: ["es2022"], types: ["node"] },
  { name: "Bun", lib: ["esnext"], types: ["bun"] },
  { name: "Cloudflare", lib: ["es2022"], types: ["@cloudflare/workers-types"] },
];

const BUNDLER = { module: "esnext", moduleResolution: "bundler" };
const NODENEXT = { module: "nodenext", moduleResolution: "nodenext" };

/** The newest compiler, and one that many still have; each with the ways in which it finds declarations. */
const COMPILERS = [
  { compiler: "typescript", resolutions: [BUNDLER, NODENEXT] },
  { compiler: "typescript-5", resolutions: [NODENEXT] },
];

const FILES = ["all.ts", "consumer.ts"];

/**
 * Compiles a consumer of every entry point for each place, and checks the declarations of the package in full.
 *
 * @param project A folder in which the package, the compilers and the types of the places are installed
 */
export async function checkTypes(project: string): Promise<void> {
  const everything = ENTRY_POINTS.map(({ name }, index) =>
    `export * as entry${index} from ${JSON.stringify(name)};\n`
  );
  const forDeno = join(project, "deno");
  await mkdir(forDeno, { recursive: true });
  for (const folder of [project, forDeno]) {
    await writeFile(join(folder, "all.ts"), everything.join(""));
    await copyFile("scripts/npm/consumer.ts", join(folder, "consumer.ts"));
  }
  for (const { compiler, resolutions } of COMPILERS) {
    for (const { name, lib, types } of PLACES) {
      for (const resolution of resolutions) {
        const compilerOptions = {
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noEmit: true,
          skipLibCheck: false,
          target: "es2022",
          ...resolution,
          lib,
          types,
        };
        const config = { compilerOptions, files: FILES };
        await writeFile(join(project, "tsconfig.json"), JSON.stringify(config));
        console.log(`For ${name}, ${resolution.moduleResolution}, ${compiler}`);
        await run("node", [`node_modules/${compiler}/bin/tsc`, "-p", "."], project);
      }
    }
  }
  // Deno wants to be told of a package before it looks for it.
  const dependencies = { [METADATA.name]: METADATA.version };
  await writeFile(join(forDeno, "package.json"), JSON.stringify({ dependencies }));
  await run(Deno.execPath(), ["check", "--quiet", "--node-modules-dir=manual", ...FILES], forDeno);
}
