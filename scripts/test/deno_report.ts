import type { Counts } from "../offline/run.ts";

/** A line of Deno's report on one test or step: how deep, and how it went. */
const VERDICT = /^( *)\S.* \.\.\. (ok|FAILED|ignored|cancelled)( \(.*\))?$/;
const UNCAUGHT = /^Uncaught error from .* FAILED$/;

/**
 * Counts the tests in what `deno test` printed.
 *
 * Deno's own summary counts suites as tests and tests as steps. Here only what contains
 * nothing further is a test; a suite counts where it failed by itself, in a hook.
 *
 * @param lines The output
 * @returns How many passed, failed and were ignored
 */
export function countTests(lines: readonly string[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, ignored: 0 };
  let previous = 0;
  for (const line of withoutOutput(withoutImpatience(lines))) {
    if (UNCAUGHT.test(line)) counts.failed++;
    const [, indent, verdict, details = ""] = VERDICT.exec(line) ?? [];
    if (indent === undefined) continue;
    // The verdict on a suite comes right after that on its last member.
    const depth = indent.length;
    const isSuite = previous > depth;
    previous = depth;
    if (verdict === "ignored") counts.ignored++;
    else if (isSuite) counts.failed += verdict === "FAILED" && !details.includes("due to") ? 1 : 0;
    else if (verdict === "ok") counts.passed++;
    else counts.failed++;
  }
  return counts;
}

/** Whether a line says only that something went well, or is about to run. */
export function isRoutine(line: string): boolean {
  return / \.\.\.( ok( \(.*\))?)?$/.test(line);
}

/** Deno breaks the line of a slow test to say that it is slow. */
function withoutImpatience(lines: readonly string[]): string[] {
  return lines.join("\n").replaceAll(/'.*' has been running for over \(.*\)\n/g, "").split("\n");
}

function* withoutOutput(lines: readonly string[]): Generator<string> {
  let printing = false;
  for (const line of lines) {
    if (line === "------- output -------") printing = true;
    else if (line === "----- output end -----") printing = false;
    else if (!printing) yield line;
  }
}
