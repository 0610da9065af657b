import { program } from "../../support/programs.ts";
import { encode } from "../../support/utf8.ts";
import { until } from "../../support/waiting.ts";

const SCRIPT = new URL("../../../scripts/relay.ts", import.meta.url).pathname;

/** The real program, while it runs. */
export interface Relay {
  port: number;
  pid: number;
  /** The lines of standard error so far. */
  readonly said: readonly string[];
  /** Waits for a line that contains a text. */
  line(text: string): Promise<string>;
  /** Ends it as Ctrl-C does; resolves to its exit code. */
  interrupt(): Promise<number>;
}

async function collect(stream: ReadableStream<Uint8Array>, said: string[]): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    said.push(...lines);
  }
}

/** Runs the real program from start to end; resolves to its exit code and what it said. */
export async function run(...args: string[]): Promise<{ code: number; said: string; stdout: string }> {
  const { code, stdout, stderr } = await command(args).output();
  const [out, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, said: said ?? "", stdout: out ?? "" };
}

function command(args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: argumentsOf(args),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

function argumentsOf(args: string[]): string[] {
  return ["run", "--quiet", "--no-check", "-A", SCRIPT, ...args];
}

/** Lets the real program relay to a port of this machine during a test. */
export async function withRelay(
  target: number,
  options: string[],
  test: (relay: Relay) => Promise<void>,
): Promise<void> {
  const child = command(["0", String(target), ...options]).spawn();
  const said: string[] = [];
  const collecting = Promise.all([collect(child.stderr, said), child.stdout.cancel()]);
  let over = false;
  const status = child.status.finally(() => over = true);
  async function line(text: string): Promise<string> {
    const find = () => said.find((line) => line.includes(text));
    await until(() => over || find() !== undefined);
    const found = find();
    if (found === undefined) {
      throw new Error(`The relay ended without a word of ${text}: ${said.join(" | ")}`);
    }
    return found;
  }
  try {
    const first = await line("Relaying");
    await test({
      port: Number(/^Relaying 127\.0\.0\.1:(\d+) to /.exec(first)?.[1]),
      pid: child.pid,
      said,
      line,
      async interrupt() {
        child.kill("SIGINT");
        const { code } = await status;
        await collecting;
        return code;
      },
    });
  } finally {
    if (!over) child.kill("SIGKILL");
    await status;
    await collecting;
  }
}

/** The real program on a terminal, while it runs. */
export interface RelayOnTerminal {
  port: number;
  /** What the terminal shows, a string for each line. */
  readonly screen: readonly string[];
  /** All that was written to it so far. */
  readonly written: string;
  /** Waits until the last line of the screen is as it should be; resolves to it. */
  lastLine(holds: (line: string) => boolean): Promise<string>;
  /** Presses Ctrl-C; resolves to the exit code. */
  pressCtrlC(): Promise<number>;
}

/** Lets the real program relay to a port of this machine during a test, on a terminal of so many columns. */
export async function withRelayOnTerminal(
  target: number,
  columns: number,
  test: (relay: RelayOnTerminal) => Promise<void>,
): Promise<void> {
  const quoted = [Deno.execPath(), ...argumentsOf(["0", String(target)])].map((arg) => `'${arg}'`).join(" ");
  const child = new Deno.Command(await program("script"), {
    args: [
      "--quiet",
      "--flush",
      "--return",
      "--command",
      `stty cols ${columns} rows 24; exec ${quoted}`,
      "/dev/null",
    ],
    stdin: "piped",
    stdout: "piped",
    env: { NO_COLOR: "1", SHELL: "/bin/sh" },
  }).spawn();
  const keyboard = child.stdin.getWriter();
  let written = "";
  let over = false;
  const watching = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) written += text;
  })();
  const status = child.status.finally(() => over = true);
  async function lastLine(holds: (line: string) => boolean): Promise<string> {
    const last = () => screenOf(written).at(-1) ?? "";
    await until(() => over || holds(last()));
    if (!holds(last())) throw new Error(`The relay ended, and the terminal shows ${JSON.stringify(written)}`);
    return last();
  }
  try {
    await lastLine((line) => line.includes(" open, "));
    await test({
      port: Number(/Relaying 127\.0\.0\.1:(\d+) to /.exec(written)?.[1]),
      get screen() {
        return screenOf(written);
      },
      get written() {
        return written;
      },
      lastLine,
      async pressCtrlC() {
        await keyboard.write(encode("\x03"));
        const { code } = await status;
        await watching;
        return code;
      },
    });
  } finally {
    if (!over) child.kill("SIGKILL"); // the terminal goes with it, and ends what runs on it
    await status;
    await watching;
    await keyboard.abort().catch(() => {});
  }
}

/** What a terminal shows after it was sent a text: `\r` goes back to the beginning of a line, `ESC [ K` wipes the rest. */
function screenOf(text: string): string[] {
  return text.split("\n").map((line) =>
    line.split("\r").reduce((shown, part) => {
      const [before = "", ...after] = part.split("\x1b[K");
      return after.length > 0 ? before + after.join("") : before + shown.slice(before.length);
    }, "")
  );
}

/** Serves connections on a free port of this machine during a test; what a handler throws ends its connection. */
export async function withTarget(
  handle: (conn: Deno.TcpConn) => Promise<void>,
  test: (port: number) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const conns = new Set<Promise<void>>();
  async function serve(conn: Deno.TcpConn): Promise<void> {
    try {
      await handle(conn);
    } catch {
      // The peer went away.
    } finally {
      conn.close();
    }
  }
  const accepting = (async () => {
    for await (const conn of listener) {
      const served = serve(conn);
      conns.add(served);
      served.finally(() => conns.delete(served));
    }
  })();
  try {
    await test(listener.addr.port);
  } finally {
    listener.close();
    await accepting;
    await Promise.all(conns);
  }
}

/** Connects to a port of this machine. */
export function dial(port: number): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

/** How many descriptors a process has open. */
export function descriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** The most memory that a process ever had, in bytes. */
export function peakMemory(pid: number): number {
  const [, kib] = /VmHWM:\s*(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kib) * 1024;
}
