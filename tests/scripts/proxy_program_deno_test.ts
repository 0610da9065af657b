import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { lines } from "@sluice/io/bufio";
import { inDirectory, list } from "./copy/program.ts";
import { largeBody, writePieces } from "./proxy/body.ts";
import { command, CURL, curl, RawClient, withOrigin } from "./proxy/harness.ts";

const MiB = 1024 * 1024;
const SCRIPT = new URL("../../scripts/proxy.ts", import.meta.url).pathname;

/** The program, as it runs. */
interface Program {
  child: Deno.ChildProcess;
  url: string;
  port: number;
  /** Reads the next line that it says. */
  next(): Promise<string>;
}

function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", SCRIPT, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

/** Runs the program at a free port while a test runs. It must end on SIGINT. */
async function withProgram(args: string[], test: (program: Program) => Promise<void>): Promise<void> {
  const child = start("--listen", "127.0.0.1:0", ...args);
  const said = lines(child.stderr);
  async function next(): Promise<string> {
    const { value, done } = await said.next();
    return done ? "" : value;
  }
  try {
    let first = await next();
    while (first.startsWith("Made")) first = await next();
    const [, port = ""] = /^Listening at 127\.0\.0\.1:(\d+)$/.exec(first) ?? [];
    await test({ child, url: `http://127.0.0.1:${port}`, port: Number(port), next });
  } finally {
    child.kill("SIGINT");
    const rest: string[] = [];
    for await (const line of said) rest.push(line);
    await child.stdout.cancel();
    const { code } = await child.status;
    assertEquals({ code, failures: rest.filter((line) => /uncaught|unhandled/i.test(line)) }, {
      code: 130,
      failures: [],
    });
  }
}

async function ran(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await start(...args).output();
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

/** The memory that a process has in use, in bytes. */
async function memoryOf({ pid }: Deno.ChildProcess): Promise<number> {
  const [, kilobytes = ""] = /VmHWM:\s+(\d+) kB/.exec(await Deno.readTextFile(`/proc/${pid}/status`)) ?? [];
  return Number(kilobytes) * 1024;
}

describe("deno task proxy", CURL, () => {
  it("listens, forwards, says a line a request, and sets fields", () =>
    withOrigin(
      (request, response) => response.end(`${request.headers["x-one"]}`),
      (origin) =>
        withProgram(["--request-header", "x-one: 1", "--response-header", "x-two: 2"], async (program) => {
          assertMatch((await curl(program, "-i", origin.url)).stdout, /\r\nx-two: 2\r\n[^]*\r\n1$/);
          assertMatch(await program.next(), /^127\.0\.0\.1:\d+ GET http:\S+ 200 \d+ B in .+s$/);
        }),
    ));

  it("makes an authority where there is none, and takes it up again", () =>
    inDirectory(async (directory) => {
      const files = [`${directory}/ca.pem`, `${directory}/key.pem`];
      await withOrigin((_, response) => response.end("within"), async (origin) => {
        await withProgram(["--mitm", ...files], async (program) => {
          assertEquals((await curl(program, "-p", origin.url)).stdout, "within");
        });
        const before = await Deno.readTextFile(`${directory}/ca.pem`);
        await withProgram(["--mitm", ...files], () => Promise.resolve());
        assertEquals(await Deno.readTextFile(`${directory}/ca.pem`), before);
      });
      assertEquals(list(directory), ["ca.pem", "key.pem"]);
      assertEquals(((await Deno.stat(`${directory}/key.pem`)).mode ?? 0) & 0o777, 0o600);
    }));

  it("has no more memory in use after 400 MiB than before: row 30", async () => {
    const { pieces } = largeBody(200 * MiB);
    await withOrigin(async (request, response) => {
      if (request.url !== "/large") return void request.resume().on("end", () => response.end("ok"));
      await writePieces(response, pieces);
      response.end();
    }, (origin) =>
      withProgram([], async (program) => {
        await curl(program, origin.url);
        const before = await memoryOf(program.child);
        const download = `curl -sS --proxy ${program.url} --noproxy '' ${origin.url}large`;
        const upload = `curl -sS --proxy ${program.url} --noproxy '' -T - ${origin.url}`;
        assertEquals((await command("sh", "-c", `${download} | ${upload}`)).stdout, "ok");
        const grown = await memoryOf(program.child) - before;
        assert(grown < 64 * MiB, `${grown} bytes`);
      }));
  });

  it("ends with everything under way on SIGINT", () =>
    withOrigin((_, response) => void response.write("and then nothing"), async (origin) => {
      let client: RawClient | undefined;
      await withProgram([], async (program) => {
        client = await RawClient.connect(program);
        await client.send(`GET ${origin.url} HTTP/1.1\r\nHost: x\r\n\r\n`);
        await client.until("nothing");
      });
      await client?.rest().catch(() => "");
      client?.close();
    }));

  it("prints help", async () => {
    const { code, out } = await ran("--help");
    assertEquals(code, 0);
    assertMatch(out, /deno task proxy/);
  });

  for (
    const [args, complaint] of [
      [["--nonsense"], /^Unknown option '--nonsense'; see --help\n$/],
      [["--trust", "/nowhere.pem"], /^Cannot read \/nowhere\.pem: No such file or directory\n$/],
      [["--listen", "192.0.2.1:1"], /^Cannot listen at 192\.0\.2\.1:1: .*\n$/],
    ] as const
  ) {
    it(`refuses ${args.join(" ")} in one line`, async () => {
      const { code, err } = await ran(...args);
      assertEquals(code, 1);
      assertMatch(err, complaint);
    });
  }
});
