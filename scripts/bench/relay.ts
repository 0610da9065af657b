/**
 * Measures a TCP relay by `copyBidirectional` in Deno against one by the platform's own pipes and, where Go is
 * installed, one by Go's `io.Copy`.
 *
 *     deno run -A scripts/bench/relay.ts [--quick]
 *
 * Each relay is a process of its own, and so is what sends. Prints how much each relays per second, and how much time of
 * a processor it takes for a GiB, as medians over rounds in which all take their turns.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { printTable } from "./table.ts";

const MIB = 1024 * 1024;
const TICKS = 100; // in a second, as /proc counts them

const { values: { quick } } = parseArgs({ args: Deno.args, options: { quick: { type: "boolean" } } });
const size = (quick ? 512 : 2048) * MIB;
const rounds = quick ? 3 : 7;

const folder = new URL("relay/", import.meta.url).pathname;

/** A relay, ready to be started. */
interface Contender {
  name: string;
  program: string;
  args: string[];
  /** MiB per second. */
  rates: number[];
  /** Seconds of a processor per GiB. */
  costs: number[];
}

function inDeno(name: string, file: string): Contender {
  return { name, program: Deno.execPath(), args: ["run", "-A", folder + file], rates: [], costs: [] };
}

/** Compiles the relay in Go, or says that there is none. */
async function inGo(): Promise<Contender[]> {
  const program = await Deno.makeTempFile({ prefix: "sluice-relay-" });
  try {
    const build = new Deno.Command("go", { args: ["build", "-o", program, `${folder}io_copy.go`] });
    const { success, stderr } = await build.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return [{ name: "Go io.Copy", program, args: [], rates: [], costs: [] }];
  } catch (reason) {
    console.log(`No relay in Go: ${reason instanceof Error ? reason.message : reason}`);
    return [];
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The relay ended: ${text}`);
    text += value;
  }
  reader.cancel().catch(() => {});
  return text.trim();
}

/** The seconds of a processor that a process has used. */
function processorTime(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  return ((user ?? NaN) + (system ?? NaN)) / TICKS;
}

async function measure({ program, args, rates, costs }: Contender): Promise<void> {
  using sink = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const relay = new Deno.Command(program, {
    args: [...args, String(sink.addr.port)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const port = await firstLine(relay.stdout);
    const source = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `${folder}source.ts`, port, String(size)],
    }).spawn();
    using conn = await sink.accept();
    const before = processorTime(relay.pid);
    const start = performance.now();
    const p = new Uint8Array(MIB);
    let received = 0;
    for (let n = await conn.read(p); n !== null; n = await conn.read(p)) received += n;
    const seconds = (performance.now() - start) / 1000;
    if (received !== size) throw new Error(`${received} bytes arrived instead of ${size}`);
    rates.push(size / MIB / seconds);
    costs.push((processorTime(relay.pid) - before) / (size / 1024 ** 3));
    await conn.closeWrite();
    await source.status;
  } finally {
    relay.kill("SIGKILL");
    await relay.status;
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const ours = inDeno("copyBidirectional", "ours.ts");
const contenders = [ours, inDeno("readable.pipeTo(writable)", "pipe_to.ts"), ...await inGo()];
for (let round = 0; round < rounds; round++) {
  for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) await measure(contender);
}
printTable([
  ["relay", "MiB/s", "ours is", "s per GiB", "ours takes"],
  ...contenders.map(({ name, rates, costs }) => [
    name,
    median(rates).toFixed(0),
    median(ours.rates.map((rate, i) => rate / (rates[i] ?? NaN))).toFixed(2),
    median(costs).toFixed(2),
    median(ours.costs.map((cost, i) => cost / (costs[i] ?? NaN))).toFixed(2),
  ]),
]);
for (const { program } of contenders) if (program !== Deno.execPath()) await Deno.remove(program);
