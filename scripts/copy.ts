/**
 * Copies bytes between files, URLs and standard input and output, with `@sluice/io`.
 *
 *     deno task copy SRC DST [--limit 10MiB] [--rate 1MiB] [--buffer 64KiB] [--via PATH]
 *     deno task copy
 *
 * @module
 */
import { HELP, parseArguments } from "./copy/arguments.ts";
import { Complaint, EnoughRead, explain, Interrupted } from "./copy/complaint.ts";
import { runCopy } from "./copy/run_copy.ts";
import { copySample } from "./copy/sample.ts";
import { say } from "./copy/say.ts";
import { formatExactSize, formatRate, formatSeconds } from "./copy/sizes.ts";

async function run(args: string[], signal: AbortSignal): Promise<void> {
  const command = parseArguments(args);
  switch (command.kind) {
    case "help":
      return console.log(HELP.trimEnd());
    case "sample":
      return console.log((await copySample(signal)).trimEnd());
    case "copy": {
      const start = performance.now();
      const { written, path } = await runCopy(command.request, signal);
      const seconds = (performance.now() - start) / 1000;
      const rate = formatRate(written, seconds);
      say(`${formatExactSize(written)} in ${formatSeconds(seconds)}, ${rate}, via ${path}\n`);
    }
  }
}

async function main(args: string[]): Promise<number> {
  const interrupt = new AbortController();
  onSignals(() => interrupt.abort());
  try {
    await run(args, interrupt.signal);
    return 0;
  } catch (reason) {
    if (reason instanceof EnoughRead) return 0;
    const { aborted } = interrupt.signal;
    say(`${aborted ? interruption(reason) : complaint(reason)}\n`);
    return aborted ? 130 : 1;
  }
}

function interruption(reason: unknown): string {
  return reason instanceof Interrupted ? reason.message : "Interrupted";
}

function complaint(reason: unknown): string {
  return reason instanceof Complaint ? reason.message : `Cannot copy: ${explain(reason)}`;
}

function onSignals(abort: () => void): void {
  // Every time, not once: a task runner passes on what the terminal has sent to all already.
  Deno.addSignalListener("SIGINT", abort);
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGTERM", abort);
  // Without this a file that grows beyond `ulimit -f` kills the process instead of failing the write.
  Deno.addSignalListener("SIGXFSZ", () => {});
}

// A read of standard input that was given up would keep the process from ending by itself.
Deno.exit(await main(Deno.args));
