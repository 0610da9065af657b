import type { Counts } from "../offline/run.ts";
import { BODY, FILE } from "../../tests/browser/bodies.ts";
import { bundle, bundleServiceWorker } from "./bundle.ts";
import type { Print } from "./in_order.ts";
import { inFolder } from "./folder.ts";
import type { Job } from "./runtimes.ts";

/** Opens a page in a browser and resolves if the browser ends. Aborting the signal ends the browser. */
export type OpenPage = (url: string, options: OpenPageOptions) => Promise<void>;

/** What a browser is given besides the address. */
export interface OpenPageOptions {
  /** For its own use. */
  folder: string;
  /** Ends the browser. */
  signal: AbortSignal;
  /** Takes what there is to say. */
  print: Print;
  /** Absolute path of a file for the input element of the page. */
  file?: string | undefined;
}

/** What a page finds on its server, and in its input element. */
export interface Site {
  /** What the server answers, by path. */
  answers: Record<string, () => Response>;
  /** Absolute path of the file that is put into the input element. */
  file?: string;
}

const DOCUMENT = `<!doctype html>
<meta charset="utf-8">
<title>The suite</title>
<link rel="icon" href="data:,">
<input type="file">
<script type="module" src="/suite.mjs"></script>`;

/** Gives the page shared memory. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

const PATIENCE = 30 * 60_000; // ms

/**
 * Runs the suite in a page served on loopback, which sends back its report and its counts.
 *
 * @param open Opens the page
 * @param job What to run
 * @returns The counts; rejects if the browser ended early or took too long
 */
export async function runPage(open: OpenPage, job: Job): Promise<Counts> {
  const script = await Deno.readTextFile(await bundle(job, "page"));
  const worker = await bundleServiceWorker();
  return await inFolder(async (folder) => {
    const file = `${Deno.cwd()}/${folder}/file`;
    await Deno.writeFile(file, FILE);
    const answers = {
      "/body": () => new Response(BODY, { headers: ISOLATED }),
      "/service_worker.mjs": () => respond(worker, "text/javascript"),
    };
    return await runScript<Counts>(open, script, folder, job.print, { file, answers });
  });
}

/**
 * Runs a module in a page served on loopback. It sends lines to `/print` and, in the end, its result to `/result`.
 *
 * @param open Opens the page
 * @param script The module
 * @param folder A folder for the browser's own use
 * @param print Takes the lines
 * @param site What else there is
 * @returns The result; rejects if the browser ended early or took too long
 */
export async function runScript<T>(
  open: OpenPage,
  script: string,
  folder: string,
  print: Print = console.log,
  { answers, file }: Site = { answers: {} },
): Promise<T> {
  const result = Promise.withResolvers<T>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/":
        return respond(DOCUMENT, "text/html");
      case "/suite.mjs":
        return respond(script, "text/javascript");
      case "/print":
        print(await request.text());
        return new Response();
      case "/result":
        result.resolve(await request.json());
        return new Response();
      default:
        return answers[pathname]?.() ?? new Response(null, { status: 404 });
    }
  });
  const control = new AbortController();
  const { signal } = control;
  const timer = setTimeout(() => result.reject(new Error("Timed out")), PATIENCE);
  const closed = open(`http://127.0.0.1:${server.addr.port}/`, { folder, signal, print, file });
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
