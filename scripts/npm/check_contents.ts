import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { filesOf } from "./build.ts";
import { ENTRY_POINTS, METADATA } from "./metadata.ts";

const DOCUMENTS = ["package.json", "README.md", "LICENSE"];

/**
 * Checks what is in the package: modules, their declarations, README, licence and a complete `package.json`;
 * no test, no source, and no path of this machine.
 *
 * @param folder The package as it was installed
 */
export async function checkContents(folder: string): Promise<void> {
  const paths = await filesOf(folder);
  for (const path of paths) {
    const name = relative(folder, path);
    const text = await readFile(path, "utf8");
    const known = DOCUMENTS.includes(name) || /^(?!.*_test\.).*\.(js|d\.ts)$/.test(name) ||
      isMarker(name, text);
    if (!known) throw new Error(`${name} does not belong into the package`);
    if (text.includes(Deno.cwd())) throw new Error(`${name} names ${Deno.cwd()}`);
  }
  for (const document of DOCUMENTS) {
    if (!paths.some((path) => relative(folder, path) === document)) {
      throw new Error(`The package lacks ${document}`);
    }
  }
  checkPackageJson(JSON.parse(await readFile(`${folder}/package.json`, "utf8")));
  console.log(`${paths.length} files`);
}

/** dnt puts a second `package.json` beside the modules, to say what they are. */
function isMarker(name: string, text: string): boolean {
  return name === "esm/package.json" && Object.keys(JSON.parse(text)).join() === "type";
}

function checkPackageJson(found: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(METADATA)) {
    if (JSON.stringify(found[key]) !== JSON.stringify(value)) {
      throw new Error(`package.json has ${JSON.stringify(found[key])} for ${key}`);
    }
  }
  if (found.type !== "module") throw new Error("package.json does not say that these are modules");
  const dependencies = Object.keys(found).filter((key) => /dependencies$/i.test(key));
  if (dependencies.some((key) => Object.keys(found[key] ?? {}).length > 0)) {
    throw new Error(`package.json has ${dependencies.join(", ")}`);
  }
  const subpaths = Object.keys(found.exports ?? {}).map((subpath) => METADATA.name + subpath.slice(1));
  const expected = ENTRY_POINTS.map(({ name }) => name);
  if (subpaths.toSorted().join() !== expected.toSorted().join()) {
    throw new Error(`package.json exports ${subpaths.join(", ")}`);
  }
}
