/**
 * Measures how true the limiter is, on loopback sockets and with many streams at once.
 *
 *     deno task pace [--seconds 10] [--filter TEXT]
 *
 * Per rate and way: by how much the mean over the time is off at the receiving end (1 % is the goal); the most that the
 * limiter let pass in any window of 100 ms, as a share of what may (100 % is the goal); and the most that arrived in such
 * a window, which is more where the receiving end was late, and so has no goal. Slow rates are measured side by side, the
 * fastest one way after the other. With 1,000 streams on one limiter: how far the one that is farthest off is off the
 * mean (10 % is the goal). Idle: the processor time of a thousand streams that wait. At the end, what a limiter costs a
 * chunk (1 µs is the goal).
 *
 * Means do not count the time in which the program stood still for longer than a full bucket makes up for, because the
 * machine was busy with other things: it is told in a column of its own. Exits with 1 if a goal was missed.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { measureCost } from "./pace/cost.ts";
import { measureIdle } from "./pace/idle.ts";
import { measureRate, type Way, WAYS } from "./pace/rate.ts";
import { measureShares } from "./pace/shares.ts";
import { printTable } from "./bench/table.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

const { values } = parseArgs({
  args: Deno.args,
  options: { seconds: { type: "string", default: "10" }, filter: { type: "string", default: "" } },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new RangeError(`Cannot measure for ${values.seconds} seconds`);

let missed = 0;

/** Writes a figure, and behind it its goal if that was missed. */
function figure(value: number, unit: string, goal = Infinity): string {
  const text = value.toFixed(2);
  if (Number(text) <= goal) return `${text} ${unit}`;
  missed++;
  return `MISSED ${goal}: ${text} ${unit}`;
}

function percent(share: number, goal?: number): string {
  return figure(share * 100, "%", goal);
}

const lines = [["through a socket", "mean off", "let pass in 100 ms", "arrived in 100 ms", "stood still"]];

/** Measures some ways at the same time, each at its rate. */
async function measureLines(all: { way: Way; rate: number }[]): Promise<void> {
  const named = all.map((line) => ({ ...line, name: `${line.rate / KIB} KiB/s ${line.way.name}` }))
    .filter(({ name }) => name.includes(values.filter));
  const before = process.cpuUsage();
  const found = await Promise.all(named.map(({ way, rate }) => measureRate(way, rate, seconds)));
  const { user, system } = process.cpuUsage(before);
  found.forEach(({ off, passed, arrived, lost }, i) => {
    const name = named[i]?.name ?? "";
    lines.push([name, percent(off, 1), percent(passed, 100), percent(arrived), figure(lost, "ms")]);
  });
  if (found.length > 0) {
    lines.push([
      `the processor time of the above`,
      percent((user + system) / 1e6 / seconds, 100),
      "",
      "",
      "",
    ]);
  }
}

await measureLines([64 * KIB, MIB, 8 * MIB].flatMap((rate) => WAYS.map((way) => ({ way, rate }))));
for (const way of WAYS) await measureLines([{ way, rate: 64 * MIB }]);

const table = [["at once, or at rest", "measured", "goal"]];
if ("1000 streams".includes(values.filter)) {
  const { farthest, off, lost } = await measureShares(1000, 8 * MIB, seconds);
  table.push(["1000 streams: farthest off the mean", percent(farthest, 10), "10 %"]);
  table.push(["1000 streams: together off", percent(off, 1), "1 %"]);
  table.push(["1000 streams: stood still", figure(lost, "ms"), ""]);
}
if ("idle".includes(values.filter)) {
  table.push(["1000 streams that wait: processor", percent(await measureIdle(1000, 2), 1), "1 %"]);
}
if ("cost".includes(values.filter)) {
  for (const side of ["reader", "writer"] as const) {
    const [none, enough] = [await measureCost(side, Infinity), await measureCost(side, 1e15)];
    table.push([`${side} without a limit, a chunk`, figure(none, "µs", 1), "1 µs"]);
    table.push([`${side} that has enough, a chunk`, figure(enough, "µs", 1), "1 µs"]);
  }
}
for (const rows of [lines, table]) {
  if (rows.length === 1) continue;
  printTable(rows);
  console.log();
}
Deno.exit(missed > 0 ? 1 : 0);
