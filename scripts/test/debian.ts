import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Print } from "./in_order.ts";
import { UnavailableError } from "./unavailable.ts";

/**
 * Finds a program, and installs it from Debian's packages if it is not there.
 *
 * @param command Name of the program
 * @param debianPackage The package that brings it
 * @param print Says that it is being installed
 * @returns Its path; an {@linkcode UnavailableError} where it is missing and this is not root on a Debian system
 */
export async function debianProgram(
  command: string,
  debianPackage: string,
  print: Print = console.log,
): Promise<string> {
  const there = await find(command);
  if (there !== undefined) return there;
  const apt = await find("apt-get");
  if (apt === undefined || Deno.uid() !== 0) {
    throw new UnavailableError(
      `${command} is not here, and only root on a Debian system can install it: apt-get install ${debianPackage}`,
    );
  }
  print(`Installing the Debian package ${debianPackage}`);
  update ??= run(apt, ["update"]);
  await update;
  await run(apt, ["install", "-y", "--no-install-recommends", debianPackage]);
  const installed = await find(command);
  if (installed === undefined) throw new Error(`The Debian package ${debianPackage} brings no ${command}`);
  return installed;
}

/** The package lists are brought up to date once. */
let update: Promise<void> | undefined;

async function find(command: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    const path = join(folder, command);
    try {
      await access(path);
      return path;
    } catch {
      // It is not in this one.
    }
  }
  return undefined;
}

const PATIENT = ["-qq", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=300"];

async function run(apt: string, args: string[]): Promise<void> {
  for (let attempt = 1;; attempt++) {
    const { code, stderr } = await new Deno.Command(apt, {
      args: [...PATIENT, ...args],
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (code === 0) return;
    if (attempt === 3) {
      throw new Error(`apt-get ${args.join(" ")} failed: ${new TextDecoder().decode(stderr).trim()}`);
    }
  }
}
