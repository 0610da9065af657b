/**
 * The programs of others that tests use, in Deno.
 *
 * @module
 */
import { debianProgram } from "../../scripts/test/debian.ts";
import { UnavailableError } from "../../scripts/test/unavailable.ts";

/** By name, the Debian package that brings them. */
const PACKAGES = {
  chromium: "chromium",
  curl: "curl",
  nginx: "nginx-light",
  script: "bsdutils",
  wrk: "wrk",
};

/** The name of a program. */
export type Program = keyof typeof PACKAGES;

/** The path of a program, which is installed if it is not there. */
export function program(name: Program): Promise<string> {
  return debianProgram(name, PACKAGES[name]);
}

/**
 * The options of a test or a suite that needs a program. Where somebody else would have to install it the test is excluded,
 * and the reason printed; in CI that is a failure.
 */
export async function needsProgram(name: Program): Promise<{ ignore: boolean; reason: string }> {
  try {
    await program(name);
    return { ignore: false, reason: "" };
  } catch (error) {
    if (!(error instanceof UnavailableError) || Deno.env.has("CI")) throw error;
    console.log(`Excluded: tests with ${name}: ${error.message}`);
    return { ignore: true, reason: error.message };
  }
}
