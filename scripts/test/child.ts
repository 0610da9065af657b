/** How a child process ended. */
export interface Ended {
  /** Its exit code, or undefined if it was killed for taking too long. */
  code: number | undefined;
  /** Everything it printed. */
  lines: string[];
}

/** What a child process is given besides its arguments. */
export interface ChildOptions {
  /** Ends the program; it is killed if it does not end by itself. */
  signal?: AbortSignal;
  /** Variables of its environment, besides those of this process. */
  env?: Record<string, string>;
}

const PATIENCE = 30 * 60_000; // ms
const GRACE = 5000; // ms

/**
 * Runs a program in the checkout and hands on each line that it prints.
 *
 * @param program Path or name of the program
 * @param args Its arguments
 * @param onLine Takes each line of standard output and standard error
 * @param options When it ends, and its environment
 * @returns How it ended; after half an hour it is killed
 */
export async function runChild(
  program: string,
  args: readonly string[],
  onLine: (line: string) => void,
  { signal, env }: ChildOptions = {},
): Promise<Ended> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...env },
  }).spawn();
  const lines: string[] = [];
  const take = (line: string) => {
    lines.push(line);
    onLine(line);
  };
  let late = false;
  let timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, PATIENCE);
  const end = () => {
    clearTimeout(timer);
    child.kill("SIGTERM");
    timer = setTimeout(() => child.kill("SIGKILL"), GRACE);
  };
  signal?.addEventListener("abort", end);
  const output = Promise.all([readLines(child.stdout, take), readLines(child.stderr, take)]);
  const { code } = await child.status;
  signal?.removeEventListener("abort", end);
  clearTimeout(timer);
  // A process that a test left behind may hold the pipes open: what it prints is of no interest.
  await Promise.race([output, delay(2000)]);
  return { code: late ? undefined : code, lines };
}

async function readLines(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}
