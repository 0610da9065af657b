import { collect } from "./bdd.ts";
import { chosen, isFocused, type Reporter, runNode, type Suite, type Test } from "./suite.ts";
import { onStray } from "./trap.ts";

/** How the tests of one run ended. */
export interface Counts {
  passed: number;
  failed: number;
  ignored: number;
}

/** A test file of a bundle: its path, and what loads it. */
export type TestFile = [path: string, load: () => Promise<unknown>];

/** What to run, and where the report goes. */
export interface RunOptions {
  /** Runs only what has this text in the name of its outermost `describe`, as `deno test --filter` does. */
  filter?: string;
  /** Takes a line of the report. */
  print: (line: string) => void;
}

/**
 * Loads the files one after the other and then runs their tests, all in this one realm.
 * Needs no host API, so that it works wherever the library does.
 *
 * @param files The files of the bundle
 * @param options What to run and where to report
 * @returns How many passed, failed and were ignored
 */
export async function run(files: TestFile[], { filter = "", print }: RunOptions): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, ignored: 0 };
  const fail = (name: string, reason: unknown) => {
    counts.failed++;
    print(`FAILED ${name}\n${explain(reason)}\n`);
  };
  onStray((stray) => fail("(outside any test)", stray));

  const suites: Suite[] = [];
  for (const [path, load] of files) {
    try {
      suites.push({ ...await collect(load), name: path });
    } catch (reason) {
      fail(`${path} (while loading)`, reason);
    }
  }
  if (suites.some(isFocused)) fail("(all)", 'A test is marked "only", so that others did not run');

  const report = (names: string[]): Reporter => ({
    async step(node, body) {
      const path = [...names, node.name];
      if (node.options.ignore) {
        const count = countTests(node);
        counts.ignored += count;
        const tests = count === 1 ? "1 test" : `${count} tests`;
        print(`Excluded: ${path.join(" > ")} (${tests}): ${node.options.reason ?? "marked to be skipped"}`);
        return;
      }
      try {
        await body(report(path));
        if (node.kind === "test") counts.passed++;
      } catch (reason) {
        fail(path.join(" > "), reason);
      }
    },
  });
  for (const suite of chosen(suites)) {
    suite.children = suite.children.filter((child) => child.name.includes(filter));
    if (suite.children.length > 0) await report([]).step(suite, (inner) => runNode(suite, [], inner));
  }
  return counts;
}

function countTests(node: Suite | Test): number {
  return node.kind === "test" ? 1 : node.children.reduce((sum, child) => sum + countTests(child), 0);
}

/** The reason with its stack and all its causes. */
function explain(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  // Some engines leave the message out of the stack.
  const stack = reason.stack ?? "";
  const lines = [stack.includes(reason.message) ? stack : `${reason.name}: ${reason.message}\n${stack}`];
  if (reason instanceof AggregateError) lines.push(...reason.errors.map(explain));
  if (reason.cause !== undefined) lines.push(`Caused by: ${explain(reason.cause)}`);
  return lines.join("\n");
}
