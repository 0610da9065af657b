import { bundle } from "./bundle.ts";
import { openInChromium } from "./chromium.ts";
import { debianProgram } from "./debian.ts";
import { openInFirefox } from "./firefox.ts";
import { install } from "./install.ts";
import { type OpenPage, runPage } from "./page.ts";
import { runToResult } from "./result.ts";
import type { Runtime } from "./runtimes.ts";
import { openInWebKit } from "./webkit.ts";

/** The runtimes that have the web platform and no `node:` modules, in the order of the summary. */
export const WEB_RUNTIMES: Record<string, Runtime> = {
  chromium: browser("chromium", "chromium", openInChromium),
  firefox: browser("firefox-esr", "firefox-esr", openInFirefox),
  webkit: browser("WebKitWebDriver", "webkit2gtk-driver", openInWebKit),
  workerd: workerd("workerd.capnp"),
  // The oldest compatibility date that works.
  "workerd-oldest": workerd("workerd_oldest.capnp"),
};

function browser(command: string, debianPackage: string, open: (program: string) => OpenPage): Runtime {
  return {
    host: "page",
    program: (print) => debianProgram(command, debianPackage, print),
    run: (program, job) => runPage(open(program), job),
  };
}

function workerd(config: string): Runtime {
  return {
    host: "edge",
    program: (print) => install("workerd", "workerd@latest", "workerd", print),
    async run(program, job) {
      await bundle(job, "workerd");
      // A configuration names its files relative to itself.
      const path = `${job.folder}/${config}`;
      await Deno.copyFile(`tests/runtimes/${config}`, path);
      return await runToResult(program, ["test", path], job.print);
    },
  };
}
