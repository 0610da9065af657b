import { runChild } from "./child.ts";
import type { OpenPageOptions } from "./page.ts";

/** A program that speaks WebDriver, and what it is to start. */
export interface Driver {
  /** Its path. */
  program: string;
  /** Variables of its environment. */
  env?: Record<string, string>;
  /** What the browser is to be like. */
  capabilities: Record<string, unknown>;
}

/**
 * Opens a page by WebDriver, and puts a file into its input element as a user would.
 *
 * @param driver What starts the browser
 * @param url The page
 * @param options When it ends, and the file
 */
export async function openByDriver(driver: Driver, url: string, options: OpenPageOptions): Promise<void> {
  const { signal, print, file } = options;
  const closed = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  await using started = await start(driver);
  const capabilities = { alwaysMatch: driver.capabilities };
  const session = await send("POST", `${started.url}/session`, { capabilities });
  print(`${session.capabilities?.browserName} ${session.capabilities?.browserVersion}`);
  const base = `${started.url}/session/${session.sessionId}`;
  await send("POST", `${base}/url`, { url });
  if (file !== undefined) {
    const element = await send("POST", `${base}/element`, { using: "css selector", value: "input" });
    await send("POST", `${base}/element/${element[ELEMENT]}/value`, { text: file });
  }
  await closed;
  await send("DELETE", base);
}

/** The key under which WebDriver refers to an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

const START = 60_000; // ms

async function start({ program, env = {} }: Driver): Promise<AsyncDisposable & { url: string }> {
  const control = new AbortController();
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const ended = runChild(program, [`--port=${port}`], () => {}, { signal: control.signal, env });
  const started = {
    url,
    async [Symbol.asyncDispose]() {
      control.abort();
      await ended;
    },
  };
  const latest = Date.now() + START;
  while (!await answers(`${url}/status`)) {
    if (Date.now() > latest) {
      await started[Symbol.asyncDispose]();
      throw new Error(`${program} does not answer`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return started;
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

/** What a driver answers: of a new session, and of an element. */
interface Answer {
  sessionId?: string;
  capabilities?: { browserName: string; browserVersion: string };
  [ELEMENT]?: string;
}

async function send(method: string, url: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method,
    ...body === undefined ? {} : { body: JSON.stringify(body) },
    signal: AbortSignal.timeout(2 * START),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver: ${value?.message ?? response.status}`);
  return value ?? {};
}
