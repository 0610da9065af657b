/**
 * An HTTP proxy made of `@sluice/io` and sockets.
 *
 *     deno task proxy [--listen 127.0.0.1:8080] [--mitm ca.pem key.pem] [--rate SIZE] [--upstream URL]
 *
 * @module
 */
import { attempt, Complaint, explain } from "./copy/complaint.ts";
import { say } from "./copy/say.ts";
import { type Command, HELP, parseArguments } from "./proxy/arguments.ts";
import { loadAuthority } from "./proxy/authority_files.ts";
import { settingFields } from "./proxy/modifiers.ts";
import { type Proxy, startProxy } from "./proxy/proxy.ts";
import { formatAddress } from "./serve/address.ts";

function log(line: string): void {
  say(`${line}\n`);
}

async function start(command: Command): Promise<Proxy> {
  const { mitm, trust, requestHeaders, responseHeaders } = command;
  const authority = mitm === null ? null : await loadAuthority(mitm, log);
  const trusted = await Promise.all(trust.map((path) => attempt(`read ${path}`, Deno.readTextFile(path))));
  const modifiers = settingFields(requestHeaders, responseHeaders);
  try {
    return startProxy({ ...command, authority, trusted, modifiers, log });
  } catch (reason) {
    throw new Complaint(`Cannot listen at ${formatAddress(command)}: ${explain(reason)}`);
  }
}

async function main(args: string[]): Promise<number> {
  const interrupted = new Promise<void>((resolve) => onSignals(resolve));
  try {
    const command = parseArguments(args);
    if (command === null) {
      console.log(HELP.trimEnd());
      return 0;
    }
    const proxy = await start(command);
    log(`Listening at ${formatAddress(proxy)}`);
    await interrupted;
    await proxy.close();
    return 130;
  } catch (reason) {
    log(reason instanceof Complaint ? reason.message : `Cannot run the proxy: ${explain(reason)}`);
    return 1;
  }
}

function onSignals(interrupt: () => void): void {
  Deno.addSignalListener("SIGINT", interrupt);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", interrupt);
}

Deno.exit(await main(Deno.args));
