import process from "node:process";
import { copySettled, type Reader, type Writer } from "../../mod.ts";
import { Limiter, throttle, throttleReader, throttleWriter } from "../../src/rate/mod.ts";

const WINDOW = 100; // ms

/** How true a limiter was. */
export interface Truth {
  /** By how much the mean was off, as a share of the rate. */
  off: number;
  /** The most that passed in any window of 100 ms, as a share of what may. */
  fullest: number;
  /** The share of a processor that it took. */
  cpu: number;
}

/** Bytes without an end. */
export function endless(): Reader {
  return { read: (p) => Promise.resolve(p.byteLength) };
}

/** What arrived when. */
class Arrivals {
  total = 0;
  readonly #all: { at: number; n: number }[] = [];

  add(n: number): void {
    this.total += n;
    this.#all.push({ at: performance.now(), n });
  }

  /** The most within a window. */
  fullest(ms: number): number {
    let most = 0;
    let sum = 0;
    let first = 0;
    for (const { at, n } of this.#all) {
      sum += n;
      for (
        let oldest = this.#all[first];
        oldest !== undefined && oldest.at < at - ms;
        oldest = this.#all[++first]
      ) {
        sum -= oldest.n;
      }
      most = Math.max(most, sum);
    }
    return most;
  }
}

/**
 * Sends through a socket at a rate for some time.
 *
 * @param side What is throttled
 * @param rate Bytes a second
 * @param seconds For how long
 * @returns How true it was, by what arrived at the other end
 */
export async function measureRate(
  side: "reader" | "writer" | "stream",
  rate: number,
  seconds: number,
): Promise<Truth> {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = listener.accept();
  using near = await Deno.connect({ port: listener.addr.port, hostname: "127.0.0.1" });
  using far = await accepted;
  listener.close();

  const limiter = new Limiter({ rate });
  const { burst } = limiter;
  const controller = new AbortController();
  const { signal } = controller;
  const arrivals = new Arrivals();
  const received = receive(far, arrivals, signal);
  const before = process.cpuUsage();
  const start = performance.now();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  await send(side, near, limiter, signal);
  clearTimeout(timer);
  const passed = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  near.closeWrite();
  await received;
  return {
    off: Math.abs(arrivals.total / passed / rate - 1),
    fullest: arrivals.fullest(WINDOW) / (burst + rate * WINDOW / 1000),
    cpu: (user + system) / 1e6 / passed,
  };
}

async function send(side: string, conn: Writer, limiter: Limiter, signal: AbortSignal): Promise<void> {
  if (side === "reader") await copySettled(conn, throttleReader(endless(), limiter), { signal });
  else if (side === "writer") await copySettled(throttleWriter(conn, limiter), endless(), { signal });
  else {
    const chunks = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(256 * 1024)),
    }, { highWaterMark: 0 });
    await copySettled(conn, chunks.pipeThrough(throttle(limiter)), { signal });
  }
}

/** Takes in everything up to the end. */
async function receive(conn: Reader, arrivals: Arrivals, signal: AbortSignal): Promise<void> {
  const p = new Uint8Array(1024 * 1024);
  for (let n = await conn.read(p); n !== null; n = await conn.read(p)) {
    if (!signal.aborted) arrivals.add(n);
  }
}
