import { runChild } from "./child.ts";
import { debianProgram } from "./debian.ts";
import type { Print } from "./in_order.ts";
import type { OpenPage } from "./page.ts";
import { openByDriver } from "./webdriver.ts";

/**
 * Opens a page in WebKitGTK. That has no headless mode, so it gets a virtual display, and only its driver knows
 * where its browser is.
 *
 * @param program Path of `WebKitWebDriver`
 */
export function openInWebKit(program: string): OpenPage {
  return async (url, options) => {
    await using display = await startDisplay(options.print);
    await openByDriver({ program, env: { DISPLAY: display.name }, capabilities: {} }, url, options);
  };
}

interface Display extends AsyncDisposable {
  name: string;
}

async function startDisplay(print: Print): Promise<Display> {
  const control = new AbortController();
  const name = Promise.withResolvers<string>();
  const args = ["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "1280x1024x24"];
  const ended = runChild(await debianProgram("Xvfb", "xvfb", print), args, (line) => {
    if (/^\d+$/.test(line)) name.resolve(`:${line}`);
  }, { signal: control.signal });
  ended.then(({ lines }) => name.reject(new Error(["Xvfb ended early", ...lines].join("\n"))));
  return {
    name: await name.promise,
    async [Symbol.asyncDispose]() {
      control.abort();
      await ended;
    },
  };
}
