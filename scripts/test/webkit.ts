import { runChild } from "./child.ts";
import { debianProgram } from "./debian.ts";
import type { Print } from "./in_order.ts";
import type { OpenPage } from "./page.ts";

/**
 * Opens a page in WebKitGTK. That has no headless mode, so it gets a virtual display, and only its driver knows
 * where its browser is.
 *
 * @param program Path of `WebKitWebDriver`
 */
export function openInWebKit(program: string): OpenPage {
  return async (url, { signal, print }) => {
    const closed = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await using display = await startDisplay(print);
    await using driver = await startDriver(program, display.name);
    const { sessionId, capabilities } = await send("POST", `${driver.url}/session`, { capabilities: {} });
    print(`${capabilities.browserName} ${capabilities.browserVersion}`);
    const session = `${driver.url}/session/${sessionId}`;
    await send("POST", `${session}/url`, { url });
    await closed;
    await send("DELETE", session);
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

interface Driver extends AsyncDisposable {
  url: string;
}

const START = 30_000; // ms

async function startDriver(program: string, display: string): Promise<Driver> {
  const control = new AbortController();
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const ended = runChild(program, [`--port=${port}`, "--host=127.0.0.1"], () => {}, {
    signal: control.signal,
    env: { DISPLAY: display },
  });
  const driver = {
    url,
    async [Symbol.asyncDispose]() {
      control.abort();
      await ended;
    },
  };
  const latest = Date.now() + START;
  while (!await answers(`${url}/status`)) {
    if (Date.now() > latest) {
      await driver[Symbol.asyncDispose]();
      throw new Error("WebKitWebDriver does not answer");
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return driver;
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).body?.cancel();
    return true;
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** What the driver says of a new session. */
interface Session {
  sessionId: string;
  capabilities: { browserName: string; browserVersion: string };
}

async function send(method: string, url: string, body?: unknown): Promise<Session> {
  const response = await fetch(url, {
    method,
    ...body === undefined ? {} : { body: JSON.stringify(body) },
    signal: AbortSignal.timeout(2 * START),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebKitWebDriver: ${value?.message ?? response.status}`);
  return value;
}
