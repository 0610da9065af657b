import type { Counts } from "../offline/run.ts";
import { runChild } from "./child.ts";
import type { Print } from "./in_order.ts";

/** What stands before the counts in the last line of a stub that can only print. */
const RESULT = "test result: ";

/**
 * Runs a program that prints the report of the suite and then its counts.
 *
 * @param program Path of the program
 * @param args Its arguments
 * @param print Takes the report
 * @returns The counts; rejects if the program crashed or took too long
 */
export async function runToResult(program: string, args: readonly string[], print: Print): Promise<Counts> {
  const { code, lines } = await runChild(program, args, (line) => {
    if (!line.startsWith(RESULT)) print(line);
  });
  if (code === undefined) throw new Error("Timed out");
  const result = lines.findLast((line) => line.startsWith(RESULT));
  if (result === undefined) throw new Error(`Exited with code ${code} before the end of the suite`);
  return JSON.parse(result.slice(RESULT.length));
}
