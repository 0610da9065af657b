import process from "node:process";
import { copySettled, discard } from "../../mod.ts";
import { Limiter, throttleReader } from "../../src/rate/mod.ts";
import { endless } from "./rate.ts";

/**
 * Lets streams wait for a limiter that lets one byte pass in an hour.
 *
 * @param streams How many
 * @param seconds For how long
 * @returns The share of a processor that it took
 */
export async function measureIdle(streams: number, seconds: number): Promise<number> {
  const limiter = new Limiter({ rate: 1 / 3600 });
  const controller = new AbortController();
  const copies = Array.from(
    { length: streams },
    () => copySettled(discard, throttleReader(endless(), limiter), { signal: controller.signal }),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { user, system } = process.cpuUsage(before);
  controller.abort();
  await Promise.all(copies);
  return (user + system) / 1e6 / seconds;
}
