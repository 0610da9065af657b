import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createHash, X509Certificate } from "node:crypto";
import type { RequestListener } from "node:http";
import { CHROMIUM_FLAGS } from "../../scripts/test/chromium.ts";
import { Authority } from "../../scripts/tls/authority.ts";
import { needsProgram, program } from "../support/programs.ts";
import { type Gate, gate, settled } from "../support/waiting.ts";
import { testAuthority, withOrigin, withProxy } from "./proxy/harness.ts";
import { echoWebSocket } from "./proxy/web_socket.ts";

const CHROMIUM = await needsProgram("chromium");

/** Asks for what pages ask for, and tells what came of it. */
const PAGE = `<!doctype html><title>page</title><script src="script.js"></script><script type="module">
const seen = [document.title, window.loaded];
seen.push(...await Promise.all([..."abcdefgh"].map(async (name) => (await fetch(name)).text())));
seen.push(await (await fetch("echo", { method: "POST", body: "x".repeat(300000) })).text());
const socket = new WebSocket("chat");
seen.push(await new Promise((resolve) => {
  socket.onmessage = ({ data }) => data === "hello" ? socket.send("echo?") : resolve(data);
  socket.onerror = () => resolve("no WebSocket");
}));
await fetch("result", { method: "POST", body: JSON.stringify(seen) });
</script>`;

const EXPECTED = ["page", "yes", ..."abcdefgh", "300000", "echo?"];

/** Serves the page; what it tells opens the gate. */
function serving(result: Gate<unknown>): RequestListener {
  return async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const name = request.url?.slice(1) ?? "";
    if (name === "") response.setHeader("content-type", "text/html");
    if (name === "script.js") response.setHeader("content-type", "text/javascript");
    if (name === "result") result.open(JSON.parse(body));
    const bodies: Record<string, string> = {
      "": PAGE,
      "script.js": "loaded = 'yes'",
      echo: `${body.length}`,
    };
    response.end(bodies[name] ?? name);
  };
}

/** Opens a page in Chromium, with everything through the proxy, until it has told that all is well. */
async function opens(
  url: string,
  proxy: { url: string },
  result: Gate<unknown>,
  ...flags: string[]
): Promise<void> {
  const chromium = await program("chromium");
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const args = [
    ...CHROMIUM_FLAGS,
    `--user-data-dir=${directory}`,
    `--proxy-server=${proxy.url}`,
    "--proxy-bypass-list=<-loopback>",
    ...flags,
    url,
  ];
  const child = new Deno.Command(chromium, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  const ended = child.status.then(({ code }) => `Chromium ended with ${code}`);
  try {
    assertEquals(await Promise.race([result.promise, ended]), EXPECTED);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await removeSoon(directory);
  }
}

/** Removes a directory in which processes of a browser that was ended may still make files. */
async function removeSoon(directory: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(directory, { recursive: true });
    } catch (reason) {
      if (tries === 100) throw reason;
      await settled();
    }
  }
}

/** Lets Chromium trust whatever an authority signs. */
function trusting({ cert }: Authority): string {
  const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  return `--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`;
}

describe("the proxy, with Chromium", CHROMIUM, () => {
  it("loads a page with scripts, requests at once, an upload and a WebSocket", async () => {
    const result = gate<unknown>();
    await withOrigin(serving(result), (origin) =>
      withProxy({}, async (proxy) => {
        await opens(origin.url, proxy, result);
      }), { onUpgrade: echoWebSocket });
  });

  it("loads it by HTTPS through tunnels", async () => {
    const result = gate<unknown>();
    const authority = await testAuthority();
    await withOrigin(serving(result), (origin) =>
      withProxy({}, async (proxy) => {
        await opens(origin.url, proxy, result, trusting(authority));
      }), { authority, onUpgrade: echoWebSocket });
  });

  it("loads it by HTTPS where the proxy looks into tunnels", async () => {
    const result = gate<unknown>();
    const theirs = await testAuthority();
    const own = await Authority.create("sluice test proxy");
    await withOrigin(
      serving(result),
      (origin) =>
        withProxy({ authority: own, trusted: [theirs.cert] }, async (proxy) => {
          await opens(origin.url, proxy, result, trusting(own));
        }),
      { authority: theirs, onUpgrade: echoWebSocket },
    );
  });
});
