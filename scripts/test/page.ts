import type { Counts } from "../offline/run.ts";
import { bundle } from "./bundle.ts";
import { inFolder } from "./folder.ts";
import type { Job } from "./runtimes.ts";

/**
 * Opens a page in a browser and resolves if the browser ends. It has a folder for its own use.
 * Aborting the signal ends the browser.
 */
export type OpenPage = (url: string, folder: string, signal: AbortSignal) => Promise<void>;

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>The suite</title>
<link rel="icon" href="data:,">
<script type="module" src="/suite.mjs"></script>`;

/** Gives the page shared memory. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

const PATIENCE = 10 * 60_000; // ms

/**
 * Runs the suite in a page served on loopback, which sends back its report and its counts.
 *
 * @param open Opens the page
 * @param job What to run
 * @returns The counts; rejects if the browser ended early or took too long
 */
export async function runPage(open: OpenPage, { files, filter }: Job): Promise<Counts> {
  return await inFolder(async (folder) => {
    const outfile = `${folder}/suite.mjs`;
    await bundle({ files, stub: "tests/runtimes/page.ts", filter, outfile, nodeModules: false });
    return await runScript<Counts>(open, await Deno.readTextFile(outfile), folder);
  });
}

/**
 * Runs a module in a page served on loopback. It sends lines to `/print` and, in the end, its result to `/result`.
 *
 * @param open Opens the page
 * @param script The module
 * @param folder A folder for the browser's own use
 * @returns The result; rejects if the browser ended early or took too long
 */
export async function runScript<T>(open: OpenPage, script: string, folder: string): Promise<T> {
  const result = Promise.withResolvers<T>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    switch (new URL(request.url).pathname) {
      case "/":
        return respond(PAGE, "text/html");
      case "/suite.mjs":
        return respond(script, "text/javascript");
      case "/print":
        console.log(await request.text());
        return new Response();
      case "/result":
        result.resolve(await request.json());
        return new Response();
      default:
        return new Response(null, { status: 404 });
    }
  });
  const control = new AbortController();
  const timer = setTimeout(() => result.reject(new Error("Timed out")), PATIENCE);
  const closed = open(`http://127.0.0.1:${server.addr.port}/`, folder, control.signal);
  closed.then(() => result.reject(new Error("Ended before its module did")), result.reject);
  try {
    return await result.promise;
  } finally {
    clearTimeout(timer);
    control.abort();
    await Promise.allSettled([closed]);
    await server.shutdown();
  }
}

function respond(body: string, type: string): Response {
  return new Response(body, { headers: { "content-type": `${type}; charset=utf-8`, ...ISOLATED } });
}
