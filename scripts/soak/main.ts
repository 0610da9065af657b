/**
 * One process of the soak: sends the bytes along one route and watches its own memory.
 *
 * @module
 */
import process from "node:process";
import { setImmediate } from "node:timers";
import type { Writer } from "../../mod.ts";
import { plainReader } from "../bench/ends.ts";
import { expected, Receiver, Sender } from "../bench/traffic.ts";
import { type Growth, type Load, RESULT } from "./load.ts";
import { CHUNK, type Ends, ROUTES } from "./routes.ts";

const STEP = 4 * 1024 * 1024; // 4 MiB

function rss(): number {
  return process.memoryUsage().rss;
}

/** Watches the memory while the bytes arrive. After each step it lets the event loop turn, as real input does. */
class Watch {
  readonly growth: Growth = { start: rss(), warm: 0, peak: 0 };
  readonly #warmUp: number;
  #next = STEP;

  constructor(bytes: number) {
    this.#warmUp = bytes / 8;
  }

  async arrived(count: number): Promise<void> {
    if (count < this.#next) return;
    this.#next += STEP;
    const phase = count <= this.#warmUp ? "warm" : "peak";
    this.growth[phase] = Math.max(this.growth[phase], rss());
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function endsOf(bytes: number, watch: Watch): Ends {
  const sender = new Sender(bytes, CHUNK);
  const receiver = new Receiver();
  const writer: Writer = {
    async write(p) {
      const size = p.byteLength;
      receiver.accept(p);
      await watch.arrived(receiver.count);
      return size;
    },
  };
  const sink = new WritableStream<Uint8Array>({
    async write(chunk) {
      await writer.write(chunk);
    },
  });
  return { sender, reader: plainReader(sender), receiver, writer, sink };
}

const { route, bytes }: Load = JSON.parse(process.argv[2] ?? "");
const move = ROUTES[route];
if (move === undefined) throw new Error(`There is no route ${route}`);

const watch = new Watch(bytes);
const ends = endsOf(bytes, watch);
const counted = await move(ends);
const { count, hash } = ends.receiver;
const wanted = expected(bytes);
if (counted !== bytes || count !== bytes || hash !== wanted.hash) {
  throw new Error(
    `${count} bytes with hash ${hash} arrived and ${counted} were counted, instead of ${bytes} with ${wanted.hash}`,
  );
}
console.log(RESULT + JSON.stringify(watch.growth));
