import { run, type TestFile } from "../../scripts/offline/run.ts";
import process from "node:process";

/**
 * Runs the bundled suite where there is a process: Node and Bun.
 *
 * The counts go out as the last line, for `scripts/test.ts` to read. The exit is forced, so
 * that a test that was given up cannot keep the process alive.
 *
 * @param files The test files of the bundle
 * @param filter As in `run()`
 */
export async function main(files: TestFile[], filter: string): Promise<void> {
  const counts = await run(files, { filter, print: (line) => console.log(line) });
  console.log(`test result: ${JSON.stringify(counts)}`);
  process.exit(counts.failed > 0 ? 1 : 0);
}
