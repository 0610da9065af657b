import { run, type TestFile } from "../../scripts/offline/run.ts";

/**
 * Makes the worker that runs the bundled suite under `workerd test`, which allows timers and the like only in
 * a handler. The counts go out as the last line, for `scripts/test.ts` to read.
 *
 * @param files The test files of the bundle
 * @param filter As in `run()`
 * @returns What the module of the worker exports
 */
export function main(files: TestFile[], filter: string): { test(): Promise<void> } {
  return {
    async test() {
      const counts = await run(files, { filter, print: (line) => console.log(line) });
      console.log(`test result: ${JSON.stringify(counts)}`);
    },
  };
}
