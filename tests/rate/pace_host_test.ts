import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { copy, copyN, copySettled, discard, type Reader, type Writer } from "../../mod.ts";
import { Limiter, systemClock, throttleReader, throttleWriter } from "../../src/rate/mod.ts";
import { pattern } from "../support/bytes.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { type SocketPair, withSockets } from "../support/node_sockets.ts";
import { until } from "../support/waiting.ts";
import { lateClock } from "./late_clock.ts";

/** One end of a connection that counts what arrives, with when each write was done by a clock of the test. */
interface Line {
  writer: Writer;
  /** The bytes that have arrived at the other end. */
  readonly arrived: number;
  /** How large the writes were. */
  readonly sizes: number[];
}

/** Makes connections over loopback until the test is over. */
function withLines(count: number, test: (lines: Line[]) => Promise<void>): Promise<void> {
  return withSockets(async (dial) => {
    const lines: Line[] = [];
    for (let i = 0; i < count; i++) lines.push(lineOver(await dial()));
    await test(lines);
  });
}

function lineOver({ near, far }: SocketPair): Line {
  far.setNoDelay(true);
  let arrived = 0;
  near.on("data", (chunk: Uint8Array) => arrived += chunk.byteLength);
  const sizes: number[] = [];
  return {
    sizes,
    get arrived() {
      return arrived;
    },
    writer: {
      write(p) {
        const { byteLength } = p;
        sizes.push(byteLength);
        return new Promise((resolve, reject) => {
          far.write(p.slice(), (error) => error ? reject(error) : resolve(byteLength));
        });
      },
    },
  };
}

function endless(): Reader {
  return { read: (p) => Promise.resolve(p.byteLength) };
}

const KIB = 1024;

describe("throttled streams on real sockets", () => {
  for (
    const { rate, burst } of [
      { rate: 64 * KIB, burst: 4 * KIB },
      { rate: 1024 * KIB, burst: 64 * KIB },
      { rate: 64 * 1024 * KIB, burst: 4 * 1024 * KIB },
    ]
  ) {
    it(`let through no more than the burst and what flows in, to the byte, at ${rate / KIB} KiB a second`, () =>
      withLines(1, async (lines) => {
        const clock = fakeClock();
        const limiter = new Limiter({ rate, burst, clock });
        const controller = new AbortController();
        for (const line of lines) {
          const done = copySettled(throttleWriter(line.writer, limiter), endless(), {
            signal: controller.signal,
          });
          await until(() => line.arrived >= burst / 2);
          for (let ms = 0; ms < 100; ms += 2) {
            assert(
              line.arrived <= burst + rate * clock.now() / 1000,
              `${line.arrived} after ${clock.now()} ms`,
            );
            await clock.advance(2);
          }
          await until(() => line.arrived > burst);
          controller.abort();
          await done;
        }
      }));
  }

  it("pace a single write that is larger than the burst, over two connections that share a limiter (row 16)", () =>
    withLines(2, async (lines) => {
      const clock = fakeClock();
      const limiter = new Limiter({ rate: 1000 * KIB, burst: 10 * KIB, clock });
      const sent = Promise.all(
        lines.map(({ writer }) => throttleWriter(writer, limiter).write(pattern(50 * KIB))),
      );
      let together = 0;
      while (together < 100 * KIB) {
        await clock.advance(1);
        together = lines.reduce((sum, { arrived }) => sum + arrived, 0);
        assert(together <= 10 * KIB + clock.now() * KIB, `${together} after ${clock.now()} ms`);
      }
      assertEquals(await sent, [50 * KIB, 50 * KIB]);
      assert(lines.every(({ sizes }) => Math.max(...sizes) <= 10 * KIB));
    }));

  it("end where copyN() ends, and nowhere else: a limiter is no limit (row 13)", () =>
    withLines(2, async (lines) => {
      const limiter = new Limiter({ rate: 4_000_000, burst: 20_000 });
      const [counted, whole] = lines;
      assert(counted !== undefined && whole !== undefined);
      const source = throttleReader(endless(), limiter);
      assertEquals(await copyN(counted.writer, source, 123_456), 123_456);
      assertEquals(await copy(throttleWriter(whole.writer, limiter), new Blob([pattern(200_000)])), 200_000);
      await until(() => counted.arrived === 123_456 && whole.arrived === 200_000);
    }));

  it("take as long as they have to by the real clock, but for what the machine itself was late", () =>
    withLines(1, async (lines) => {
      const clock = lateClock();
      const limiter = new Limiter({ rate: 1024 * KIB, burst: 32 * KIB, clock });
      for (const { writer } of lines) {
        const start = performance.now();
        await copy(throttleWriter(writer, limiter), new Blob([pattern(288 * KIB)]));
        const took = performance.now() - start;
        assert(took >= 249, `${took} ms for 250`);
        const { late } = clock;
        assert(took - late <= 250 * 1.15 + 50, `${took} ms for 250, ${late} of them by late timers`);
      }
    }));

  it("need no processor while they wait (row 16, V4)", async () => {
    const limiter = new Limiter({ rate: 1 / 3600, burst: 1 });
    const controller = new AbortController();
    const copies = Array.from(
      { length: 100 },
      () => copySettled(discard, throttleReader(endless(), limiter), { signal: controller.signal }),
    );
    await systemClock.sleep(50);
    const before = process.cpuUsage();
    await systemClock.sleep(400);
    const { user, system } = process.cpuUsage(before);
    controller.abort();
    await Promise.all(copies);
    assert(user + system < 200_000, `${(user + system) / 1000} ms of 400`);
  });
});

describe("a limiter by the real clock", () => {
  it("takes its time: 16 bytes at 4 bytes a quarter of a second, of which the first 4 pass at once", async () => {
    const limiter = new Limiter({ rate: 16, burst: 4 });
    const start = performance.now();
    for (let i = 0; i < 4; i++) await limiter.wait(4);
    const took = performance.now() - start;
    assert(took >= 749 && limiter.tokens < 4, `${took} ms for 750`);
  });

  it("can sleep longer than the timers of the platform can, and be woken", async () => {
    const limiter = new Limiter({ rate: 1e-6, burst: 1 });
    limiter.allow();
    const controller = new AbortController();
    const waits = limiter.wait(1, controller);
    const next = limiter.wait(1);
    await systemClock.sleep(30);
    controller.abort(new Error("enough"));
    assertEquals(await waits.catch((reason: unknown) => reason), controller.signal.reason);
    limiter.setRate(Infinity);
    await next;
  });
});
