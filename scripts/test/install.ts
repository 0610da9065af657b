import { access } from "node:fs/promises";

/**
 * Gets a runtime from the npm registry into the git-ignored `.cache/`, unless it is there.
 *
 * @param name Its folder in the cache
 * @param spec The npm package with its version, such as `node@20`
 * @param command The program that the package brings
 * @returns The path of the program
 */
export async function install(name: string, spec: string, command: string): Promise<string> {
  const folder = `.cache/runtimes/${name}`;
  const program = `${folder}/node_modules/.bin/${command}`;
  if (await exists(program)) return program;
  console.log(`Installing ${spec} into ${folder}`);
  const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", spec];
  const { code } = await new Deno.Command("npm", { args, stdin: "null", stdout: "null" }).output();
  if (code !== 0 || !await exists(program)) throw new Error(`Cannot install ${spec} with npm`);
  return program;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
