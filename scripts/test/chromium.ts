import { debianProgram } from "./debian.ts";
import type { OpenPage } from "./page.ts";
import { openByDriver } from "./webdriver.ts";

/** Against connections of its own, and because its sandbox does not work for root. */
export const CHROMIUM_FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Opens a page in Chromium.
 *
 * @param program Path of `chromium`
 */
export function openInChromium(program: string): OpenPage {
  return async (url, options) => {
    const driver = await debianProgram("chromedriver", "chromium-driver", options.print);
    const args = [...CHROMIUM_FLAGS, `--user-data-dir=${Deno.cwd()}/${options.folder}/profile`];
    const capabilities = { "goog:chromeOptions": { binary: program, args } };
    await openByDriver({ program: driver, capabilities }, url, options);
  };
}
