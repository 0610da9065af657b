import { runChild } from "./child.ts";
import type { OpenPage } from "./page.ts";

/** Against connections of its own. */
const SETTINGS = `
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

/**
 * Opens a page in Firefox, which speaks WebDriver BiDi itself.
 *
 * @param program Path of `firefox-esr`
 */
export function openInFirefox(program: string): OpenPage {
  return async (url, { folder, signal, file }) => {
    const profile = `${Deno.cwd()}/${folder}/profile`;
    await Deno.mkdir(profile);
    await Deno.writeTextFile(`${profile}/user.js`, SETTINGS);
    const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"];
    const endpoint = Promise.withResolvers<string>();
    const ended = runChild(program, args, (line) => {
      const address = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
      if (address !== undefined) endpoint.resolve(`${address}/session`);
    }, { signal });
    ended.then(({ lines }) => endpoint.reject(new Error(["Firefox ended early", ...lines].join("\n"))));
    using session = await connect(await endpoint.promise);
    await session.send("session.new", { capabilities: {} });
    const { contexts } = await session.send("browsingContext.getTree", {});
    const context = contexts?.[0]?.context;
    await session.send("browsingContext.navigate", { context, url, wait: "complete" });
    if (file !== undefined) {
      const { nodes } = await session.send("browsingContext.locateNodes", {
        context,
        locator: { type: "css", value: "input" },
      });
      const element = { sharedId: nodes?.[0]?.sharedId };
      await session.send("input.setFiles", { context, element, files: [file] });
    }
    await ended;
  };
}

/** What Firefox answers: of the tabs that it has, and of the elements that were sought. */
interface Answer {
  contexts?: { context: string }[];
  nodes?: { sharedId: string }[];
}

interface Session extends Disposable {
  send(method: string, params: Record<string, unknown>): Promise<Answer>;
}

async function connect(endpoint: string): Promise<Session> {
  const socket = new WebSocket(endpoint);
  const pending = new Map<number, PromiseWithResolvers<Answer>>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result, message } = JSON.parse(data);
    if (message === undefined) pending.get(id)?.resolve(result);
    else pending.get(id)?.reject(new Error(`WebDriver BiDi: ${message}`));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  let id = 0;
  return {
    send(method, params) {
      const answer = Promise.withResolvers<Answer>();
      pending.set(++id, answer);
      socket.send(JSON.stringify({ id, method, params }));
      return answer.promise;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}
