import { run, type TestFile } from "../../scripts/offline/run.ts";

// Tests may replace it; this one stays real.
const { fetch } = globalThis;

/**
 * Runs the bundled suite in a page of a browser, and sends report and counts to the server of the page.
 *
 * @param files The test files of the bundle
 * @param filter As in `run()`
 */
export async function main(files: TestFile[], filter: string): Promise<void> {
  let sent = Promise.resolve();
  const send = (path: string, body: string) => {
    sent = sent.then(async () => void await fetch(path, { method: "POST", body }));
  };
  const counts = await run(files, { filter, print: (line) => send("/print", line) });
  send("/result", JSON.stringify(counts));
  await sent;
}
