import { FileError } from "@sluice/io/fs";

/** What went wrong, in one line for the person at the terminal. */
export class Complaint extends Error {
  override name = "Complaint";
}

/** The person at the terminal has had enough. */
export class Interrupted extends Complaint {
  override name = "Interrupted";
}

/** The program that reads standard output has had enough: no word is lost about it. */
export class EnoughRead extends Error {
  override name = "EnoughRead";
}

/**
 * Says in a few words what a failure of the host was: the operating system's own text where there is one.
 *
 * @param reason What was thrown
 * @returns One line
 */
export function explain(reason: unknown): string {
  if (!(reason instanceof Error)) return firstLine(String(reason));
  // It names the file, which whoever complains does too.
  if (reason instanceof FileError && reason.cause !== undefined) return explain(reason.cause);
  // Deno's fetch keeps what happened in the cause.
  if (reason.message === "fetch failed" && reason.cause !== undefined) return explain(reason.cause);
  const [, system] = /([^:]+) \(os error \d+\)/.exec(reason.message) ?? [];
  if (system !== undefined) return system.trim();
  return firstLine(reason.message.replace(/^error sending request .*?\): (client error \(\w+\): )?/, ""));
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/**
 * Waits for a step of the host, and says what was being done if it fails.
 *
 * @param what What is being done, such as `read a.txt`
 * @param step The step
 * @returns Its result
 */
export async function attempt<T>(what: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (reason) {
    throw new Complaint(`Cannot ${what}: ${explain(reason)}`);
  }
}
