/** What the program did. */
export interface Ran {
  code: number;
  stdout: string;
  /** The lines of standard error, without those that are empty. */
  said: string[];
}

const SCRIPT = new URL("../../../scripts/copy.ts", import.meta.url).pathname;
const COMMAND = ["run", "--quiet", "-A", SCRIPT];

/** Starts the real program. */
export function start(args: string[], options: Deno.CommandOptions = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...COMMAND, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
    ...options,
  }).spawn();
}

/** Waits for the end of the program. */
export async function ended(child: Deno.ChildProcess): Promise<Ran> {
  const { code, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stderr).split("\n").filter((line) => line !== "");
  return { code, stdout: new TextDecoder().decode(stdout), said };
}

/** Runs the real program from start to end. */
export function run(...args: string[]): Promise<Ran> {
  return ended(start(args));
}

/** Runs it as a part of a shell's command line: `$COPY` is the program. */
export async function shell(script: string, cwd: string): Promise<Ran> {
  const COPY = [Deno.execPath(), ...COMMAND].join(" ");
  return await ended(
    new Deno.Command("sh", {
      args: ["-c", script],
      cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { COPY, NO_COLOR: "1" },
    }).spawn(),
  );
}

/** Lends a directory of its own to a test. */
export async function inDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Serves on the loopback interface while a test runs. */
export async function withServer(
  handler: Deno.ServeHandler,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  try {
    await test(`http://127.0.0.1:${server.addr.port}/`);
  } finally {
    await server.shutdown();
  }
}

/** The names in a directory, sorted, those that begin with a dot too. */
export function list(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

/** Waits until a name that passes the test appears in a directory. */
export async function appears(
  watcher: Deno.FsWatcher,
  wanted: (path: string) => boolean,
): Promise<void> {
  for await (const { paths } of watcher) {
    if (paths.some(wanted)) return;
  }
}

/** Bytes that differ from place to place. */
export function pattern(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255);
}
