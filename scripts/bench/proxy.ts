/**
 * Measures the proxy against a forwarding proxy of the obvious kind by `node:http` and, where Go is installed, one by its
 * `httputil.ReverseProxy`.
 *
 *     deno run -A scripts/bench/proxy.ts [--quick]
 *
 * Each proxy is a process of its own, and so are origin and client: `wrk` asks for 1 KiB over and over by 32 connections, `curl` for
 * a large body. Prints what passes in a second, and how much time of a processor the proxy takes for it, as medians over rounds in
 * which all take their turns.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { debianProgram } from "../test/debian.ts";
import { printTable } from "./table.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const TICKS = 100; // in a second, as /proc counts them
const CONNECTIONS = 32;

const { values: { quick } } = parseArgs({ args: Deno.args, options: { quick: { type: "boolean" } } });
const large = (quick ? 256 : 1024) * MIB;
const seconds = quick ? 2 : 5;
const rounds = quick ? 3 : 7;

const folder = new URL("proxy/", import.meta.url).pathname;

/** A proxy, ready to be started. */
interface Contender {
  name: string;
  program: string;
  args: string[];
  figures: Record<Measured, number[]>;
}

/** What is measured: requests and MiB per second, and seconds of a processor per 10,000 requests and per GiB. */
type Measured = "requests" | "requestCost" | "rate" | "rateCost";

function contender(name: string, program: string, ...args: string[]): Contender {
  return { name, program, args, figures: { requests: [], requestCost: [], rate: [], rateCost: [] } };
}

/** Compiles the proxy in Go, or says that there is none. */
async function inGo(program: string): Promise<Contender[]> {
  try {
    const build = new Deno.Command("go", { args: ["build", "-o", program, `${folder}reverse_proxy.go`] });
    const { success, stderr } = await build.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return [contender("Go httputil.ReverseProxy", program)];
  } catch (reason) {
    console.log(`No proxy in Go: ${reason instanceof Error ? reason.message : reason}`);
    return [];
  }
}

/** A process that has printed its port. */
interface Server {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

async function serve(program: string, args: string[]): Promise<Server> {
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "inherit" })
    .spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  const port = Number(new TextDecoder().decode(value));
  if (!(port > 0)) throw new Error(`${program} ${args.join(" ")} printed no port`);
  return {
    port,
    pid: child.pid,
    async stop() {
      child.kill("SIGKILL");
      await output.cancel();
      await child.status;
    },
  };
}

/** The seconds of a processor that a process has used. */
function processorTime(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  return ((user ?? NaN) + (system ?? NaN)) / TICKS;
}

async function output(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Asks for small answers as often as may be; returns how many came. */
async function ask(
  proxy: Server,
  origin: Server,
  duration: number,
): Promise<{ requests: number; perSecond: number }> {
  // The script has every request ask the proxy for the whole URL.
  const script = await Deno.makeTempFile({ suffix: ".lua" });
  await Deno.writeTextFile(
    script,
    `request = function() return wrk.format(nil, "http://127.0.0.1:${origin.port}/") end`,
  );
  const connections = ["-t1", `-c${CONNECTIONS}`, `-d${duration}s`];
  const said = await output("wrk", ...connections, "-s", script, `http://127.0.0.1:${proxy.port}/`);
  await Deno.remove(script);
  const [, requests] = /(\d+) requests in/.exec(said) ?? [];
  const [, perSecond] = /Requests\/sec:\s+([\d.]+)/.exec(said) ?? [];
  // A machine that is busy may keep a request waiting for longer than wrk likes; it is answered all the same.
  if (requests === undefined || /Non-2xx|errors: connect [^0]|, read [^0]|, write [^0]/.test(said)) {
    throw new Error(said);
  }
  return { requests: Number(requests), perSecond: Number(perSecond) };
}

/** Has a large body sent; returns bytes per second. */
async function fetchLarge(proxy: Server, origin: Server): Promise<number> {
  const through = ["-sS", "--proxy", `http://127.0.0.1:${proxy.port}`, "--noproxy", "", "-o", "/dev/null"];
  const said = await output(
    "curl",
    ...through,
    "-w",
    "%{size_download} %{speed_download}",
    `http://127.0.0.1:${origin.port}/`,
  );
  const [size, speed] = said.split(" ").map(Number);
  if (size !== large) throw new Error(`${size} bytes arrived instead of ${large}`);
  return speed ?? NaN;
}

async function measure({ program, args, figures }: Contender, small: Server, big: Server): Promise<void> {
  const proxy = await serve(program, args);
  try {
    await ask(proxy, small, seconds); // until what runs often is compiled
    let before = processorTime(proxy.pid);
    const { requests, perSecond } = await ask(proxy, small, seconds);
    figures.requests.push(perSecond);
    figures.requestCost.push((processorTime(proxy.pid) - before) / requests * 10_000);
    before = processorTime(proxy.pid);
    figures.rate.push(await fetchLarge(proxy, big) / MIB);
    figures.rateCost.push((processorTime(proxy.pid) - before) / large * 1024 * MIB);
  } finally {
    await proxy.stop();
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** How many times as much ours is, round by round. */
function ratio(ours: Contender, peer: Contender, measured: Measured): string {
  const peers = peer.figures[measured];
  return median(ours.figures[measured].map((value, i) => value / (peers[i] ?? NaN))).toFixed(2);
}

await debianProgram("wrk", "wrk");
await debianProgram("curl", "curl");
const compiled = await Deno.makeTempFile({ prefix: "sluice-proxy-" });
const ours = contender("deno task proxy", Deno.execPath(), "run", "-A", `${folder}ours.ts`);
const contenders = [
  ours,
  contender("node:http, pipeline", "node", `${folder}node_http.mjs`),
  ...await inGo(compiled),
];
const origin = (size: number) => serve(Deno.execPath(), ["run", "-A", `${folder}origin.ts`, String(size)]);
const [small, big] = [await origin(KIB), await origin(large)];
for (let round = 0; round < rounds; round++) {
  const inTurn = round % 2 === 0 ? contenders : contenders.toReversed();
  for (const one of inTurn) await measure(one, small, big);
}
await Promise.all([small.stop(), big.stop()]);
await Deno.remove(compiled);

printTable([
  [
    "proxy",
    "requests/s",
    "ours is",
    "s per 10,000",
    "ours takes",
    "MiB/s",
    "ours is",
    "s per GiB",
    "ours takes",
  ],
  ...contenders.map((one) => [
    one.name,
    ...(["requests", "requestCost", "rate", "rateCost"] as const).flatMap((measured) => [
      median(one.figures[measured]).toFixed(measured.endsWith("Cost") ? 2 : 0),
      ratio(ours, one, measured),
    ]),
  ]),
]);
