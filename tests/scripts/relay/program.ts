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
    args: ["run", "--quiet", "--no-check", "-A", SCRIPT, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
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
