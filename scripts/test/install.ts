import { access } from "node:fs/promises";
import type { Print } from "./in_order.ts";

/** What is being installed, or is: two suites may ask for the same at once. */
const programs = new Map<string, Promise<string>>();

/**
 * Gets a runtime from the npm registry into the git-ignored `.cache/`, unless it is there.
 *
 * @param name Its folder in the cache
 * @param spec The npm package with its version, such as `node@20`
 * @param command The program that the package brings
 * @param print Says that it is being installed
 * @returns The path of the program
 */
export function install(
  name: string,
  spec: string,
  command: string,
  print: Print = console.log,
): Promise<string> {
  const program = programs.get(name) ?? ensure(name, spec, command, print);
  programs.set(name, program);
  return program;
}

async function ensure(name: string, spec: string, command: string, print: Print): Promise<string> {
  const folder = `.cache/runtimes/${name}`;
  const program = `${folder}/node_modules/.bin/${command}`;
  if (await exists(program)) return program;
  print(`Installing ${spec} into ${folder}`);
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
