import type { Counts } from "../offline/run.ts";
import { bundle } from "./bundle.ts";
import { runChild } from "./child.ts";
import { debianProgram } from "./debian.ts";
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
    host: "web",
    program: (print) => install("workerd", "workerd@latest", "workerd", print),
    run: runInWorkerd,
  },
};

function browser(command: string, debianPackage: string, open: (program: string) => OpenPage): Runtime {
  return {
    host: "web",
    program: (print) => debianProgram(command, debianPackage, print),
    run: (program, job) => runPage(open(program), job),
  };
}

/** Against connections of its own, and because its sandbox does not work for root. */
const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Opens a page in Chromium. */
export function openInChromium(program: string): OpenPage {
  return async (url, { folder, signal }) => {
    const args = [...CHROMIUM_FLAGS, `--user-data-dir=${folder}/profile`, url];
    await runChild(program, args, () => {}, { signal });
  };
}

/** Against connections of its own. */
const FIREFOX_SETTINGS = `
user_pref("app.update.enabled", false);
user_pref("browser.safebrowsing.downloads.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "");
`;

function openInFirefox(program: string): OpenPage {
  return async (url, { folder, signal }) => {
    const profile = `${Deno.cwd()}/${folder}/profile`;
    await Deno.mkdir(profile);
    await Deno.writeTextFile(`${profile}/user.js`, FIREFOX_SETTINGS);
    const args = ["--headless", "--no-remote", "--profile", profile, url];
    await runChild(program, args, () => {}, { signal });
  };
}

async function runInWorkerd(program: string, job: Job): Promise<Counts> {
  await bundle(job, "workerd");
  // A configuration names its files relative to itself.
  const config = `${job.folder}/workerd.capnp`;
  await Deno.copyFile("tests/runtimes/workerd.capnp", config);
  return await runToResult(program, ["test", config], job.print);
}
