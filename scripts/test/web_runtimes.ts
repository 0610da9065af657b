import type { Counts } from "../offline/run.ts";
import { bundle } from "./bundle.ts";
import { openInChromium } from "./chromium.ts";
import { debianProgram } from "./debian.ts";
import { openInFirefox } from "./firefox.ts";
import { install } from "./install.ts";
import { type OpenPage, runPage } from "./page.ts";
import { runToResult } from "./result.ts";
import type { Job, Runtime } from "./runtimes.ts";
import { openInWebKit } from "./webkit.ts";

/** The runtimes that have the web platform and no `node:` modules, in the order of the summary. */
export const WEB_RUNTIMES: Record<string, Runtime> = {
  chromium: browser("chromium", "chromium", openInChromium),
  firefox: browser("firefox-esr", "firefox-esr", openInFirefox),
  webkit: browser("WebKitWebDriver", "webkit2gtk-driver", openInWebKit),
  workerd: {
    host: "edge",
    program: (print) => install("workerd", "workerd@latest", "workerd", print),
    run: runInWorkerd,
  },
};

function browser(command: string, debianPackage: string, open: (program: string) => OpenPage): Runtime {
  return {
    host: "page",
    program: (print) => debianProgram(command, debianPackage, print),
    run: (program, job) => runPage(open(program), job),
  };
}

async function runInWorkerd(program: string, job: Job): Promise<Counts> {
  await bundle(job, "workerd");
  // A configuration names its files relative to itself.
  const config = `${job.folder}/workerd.capnp`;
  await Deno.copyFile("tests/runtimes/workerd.capnp", config);
  return await runToResult(program, ["test", config], job.print);
}
