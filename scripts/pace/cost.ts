import process from "node:process";
import { copyBuffer, discard, onlyWriter, type Reader, type Writer } from "../../mod.ts";
import { Limiter, throttleReader, throttleWriter } from "../../src/rate/mod.ts";

const CHUNKS = 200_000;
const CHUNK = 1024;
const ROUNDS = 7;

function chunks(): Reader {
  let left = CHUNKS;
  return { read: (p) => Promise.resolve(left-- > 0 ? p.byteLength : null) };
}

/** How much processor time a copy takes, in microseconds a chunk: others who use the machine do not count. */
async function timeOf(writer: Writer, reader: Reader): Promise<number> {
  const before = process.cpuUsage();
  await copyBuffer(writer, reader, new Uint8Array(CHUNK));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CHUNKS;
}

/**
 * What a limiter adds to a copy of 1 KiB chunks from one plain object to another.
 *
 * @param side What is throttled
 * @param rate Bytes a second, more than pass
 * @returns Microseconds a chunk: the median of some rounds, in which the copy with it and without take turns
 */
export async function measureCost(side: "reader" | "writer", rate: number): Promise<number> {
  const writer = onlyWriter(discard);
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const limiter = new Limiter({ rate });
    const bare = await timeOf(writer, chunks());
    const throttled = side === "reader"
      ? await timeOf(writer, throttleReader(chunks(), limiter))
      : await timeOf(throttleWriter(writer, limiter), chunks());
    costs.push(throttled - bare);
  }
  costs.sort((a, b) => a - b);
  return costs[Math.floor(ROUNDS / 2)] ?? NaN;
}
