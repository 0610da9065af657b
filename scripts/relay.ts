/**
 * Relays TCP connections, with `@sluice/io/net` and `@sluice/io/rate`.
 *
 *     deno task relay LISTEN TARGET [--rate 1MiB] [--rate-each 64KiB] [--idle 60s] [--half-close 10s]
 *
 * @module
 */
import { Complaint, explain } from "./copy/complaint.ts";
import { say } from "./copy/say.ts";
import { HELP, parseArguments } from "./relay/arguments.ts";
import { runRelay } from "./relay/run_relay.ts";

async function main(args: string[]): Promise<number> {
  const interrupt = new AbortController();
  // Every time, not once: a task runner passes on what the terminal has sent to all already.
  Deno.addSignalListener("SIGINT", () => interrupt.abort());
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => interrupt.abort());
  try {
    const command = parseArguments(args);
    if (command.kind === "help") console.log(HELP.trimEnd());
    else say(`${await runRelay(command.request, interrupt.signal)}\n`);
    return 0;
  } catch (reason) {
    say(`${reason instanceof Complaint ? reason.message : `Cannot relay: ${explain(reason)}`}\n`);
    return 1;
  }
}

Deno.exit(await main(Deno.args));
