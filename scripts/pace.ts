/**
 * Measures how true the limiter is, on loopback sockets and with many streams at once.
 *
 *     deno task pace [--seconds 10] [--filter TEXT]
 *
 * Per rate: the mean over the time, at the receiver, against the rate (1 % off is the goal); the most that passed in any
 * window of 100 ms, as a share of what may (100 % is the goal), and the processor time that it took. With 1,000 streams
 * on one limiter: how far the one that is farthest off is off the mean (10 % is the goal). Idle: the processor time of a
 * thousand streams that wait. At the end, what a limiter that has enough costs a chunk (1 µs is the goal).
 * Exits with 1 if a goal was missed. A machine that is busy with other things misses some.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { measureCost } from "./pace/cost.ts";
import { measureIdle } from "./pace/idle.ts";
import { measureRate } from "./pace/rate.ts";
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

const table = [["what", "measured", "goal"]];
let missed = 0;

/** Measures something and notes whether it is within its goal. */
async function judge(
  what: string,
  unit: string,
  goal: number,
  measure: () => number | Promise<number>,
): Promise<void> {
  const value = await measure();
  if (!(value <= goal)) missed++;
  table.push([what, `${value.toFixed(2)} ${unit}`, `${value <= goal ? "" : "MISSED "}${goal} ${unit}`]);
}

for (const rate of [64 * KIB, MIB, 8 * MIB, 64 * MIB]) {
  for (
    const [side, ends] of [["reader", "reader"], ["writer", "writer"], ["throttle()", "stream"]] as const
  ) {
    const name = `${rate / KIB} KiB/s through a ${side}`;
    if (!name.includes(values.filter)) continue;
    const found = await measureRate(ends, rate, seconds);
    await judge(`${name}: mean off`, "%", 1, () => found.off * 100);
    await judge(`${name}: fullest 100 ms`, "%", 100, () => found.fullest * 100);
    await judge(`${name}: processor`, "%", 100, () => found.cpu * 100);
  }
}
if ("1000 streams".includes(values.filter)) {
  const found = await measureShares(1000, 8 * MIB, seconds);
  await judge("1000 streams: farthest off the mean", "%", 10, () => found.farthest * 100);
  await judge("1000 streams: together off", "%", 1, () => found.off * 100);
}
if ("idle".includes(values.filter)) {
  await judge("1000 streams that wait: processor", "%", 1, async () => await measureIdle(1000, 2) * 100);
}
if ("cost".includes(values.filter)) {
  await judge("limiter without a limit, a chunk", "µs", 1, () => measureCost(Infinity));
  await judge("limiter that has enough, a chunk", "µs", 1, () => measureCost(1e15));
}
printTable(table);
Deno.exit(missed > 0 ? 1 : 0);
