import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, type CopyPath, copySettled, multiWriter, readAll, type Writer } from "../../mod.ts";
import { Limiter, throttleWriter } from "../../src/rate/mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { assertUnlocked } from "../support/locks.ts";
import { countingSignal } from "../support/signals.ts";
import { sink } from "../support/sinks.ts";
import { readerOf, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(250);
const chunks = cutEvery(data, 90);

function limited(rate = 1000, burst = 100) {
  const clock = fakeClock();
  return { clock, limiter: new Limiter({ rate, burst, clock }) };
}

/** The destinations there are, and what they got. */
const DESTINATIONS = [
  {
    name: "a Writer",
    open() {
      const writer = recordingWriter();
      return { dst: writer, got: () => writer.bytes(), unlocked: () => {} };
    },
    path: "buffer",
  },
  {
    name: "a Writer that takes little",
    open() {
      const writer = recordingWriter((p) => Math.min(7, p.byteLength));
      return { dst: writer, got: () => writer.bytes(), unlocked: () => {} };
    },
    path: "buffer",
  },
  {
    name: "a stream",
    open() {
      const { stream, chunks } = sink();
      return { dst: stream, got: () => concat(chunks), unlocked: () => assertUnlocked(stream) };
    },
    path: "chunks",
  },
] as const;

describe("throttleWriter()", () => {
  for (const { name, open, path } of DESTINATIONS) {
    it(`splits and paces a write to ${name} that is larger than the burst`, async () => {
      const { clock, limiter } = limited();
      const { dst, got } = open();
      const done = throttleWriter(dst, limiter).write(data);
      await clock.advance(0);
      assertEquals(got().byteLength, 100);
      await clock.advance(100);
      assertEquals(got().byteLength, 200);
      await clock.advance(49);
      assert(got().byteLength < 250);
      await clock.advance(1);
      assertEquals([await done, clock.sleeping], [250, 0]);
      assertBytes(got(), data);
    });

    it(`paces a copy to ${name}, by its own path`, async () => {
      const { clock, limiter } = limited();
      const { dst, got, unlocked } = open();
      const paths: CopyPath[] = [];
      const done = copy(throttleWriter(dst, limiter), readerOf(...chunks), {
        onPath: (path) => paths.push(path),
        onProgress: (n) => assert(n <= 100 + clock.now(), `${n} bytes after ${clock.now()} ms`),
      });
      await clock.advance(0);
      assertEquals(got().byteLength, 100);
      await clock.advance(150);
      assertEquals([await done, paths, clock.sleeping], [250, [path], 0]);
      assertBytes(got(), data);
      unlocked();
    });

    it(`counts exactly what ${name} got when a copy is aborted while it waits, and gives everything back`, async () => {
      const { clock, limiter } = limited();
      const { dst, got, unlocked } = open();
      const src = streamBySteps("default", data);
      const { signal, abort, reason } = countingSignal();
      const done = copySettled(throttleWriter(dst, limiter), src, { signal });
      await clock.advance(10);
      assertEquals([got().byteLength, clock.sleeping], [100, 1]);
      abort();
      assertEquals(clock.sleeping, 0);
      const outcome = await done;
      assertEquals([outcome.ok, outcome.written, limiter.tokens], [false, 100, 10]);
      assert(!outcome.ok && outcome.reason === reason);
      assertBytes(await readAll(src), data.subarray(100));
      await clock.advance(10_000);
      assertEquals(got().byteLength, 100);
      unlocked();
    });
  }

  it("counts exactly also what the platform's own pipe got through before it was aborted", async () => {
    const { clock, limiter } = limited();
    const { stream, chunks } = sink();
    const src = streamBySteps("default", data, data);
    const { signal, abort, reason } = countingSignal();
    const done = copySettled(throttleWriter(stream, limiter), src, { signal, via: "pipeTo" });
    await clock.advance(30);
    abort();
    const written = concat(chunks).byteLength;
    assert(written >= 125 && written <= 130);
    assertEquals(await done, { ok: false, written, path: "pipeTo", side: "signal", reason });
    assertEquals(clock.sleeping, 0);
    assertBytes(await readAll(src), concat([data, data]).subarray(written));
    assertUnlocked(src, stream);
  });

  it("leaves the wait of one copy alone when another is aborted", async () => {
    const { clock, limiter } = limited();
    limiter.allow(100);
    const writer = recordingWriter();
    const throttled = throttleWriter(writer, limiter);
    const { signal, abort } = countingSignal();
    const aborted = copySettled(throttled, readerOf(data), { signal });
    const other = copy(throttled, readerOf(pattern(100)));
    await clock.advance(0);
    abort();
    assertEquals((await aborted).written, 0);
    await clock.advance(100);
    assertEquals([await other, clock.now()], [100, 100]);
    assertBytes(writer.bytes(), pattern(100));
  });

  it("obeys the slowest of several limiters, and leaves the others what it does not use", async () => {
    const clock = fakeClock();
    const fast = new Limiter({ rate: 10_000, burst: 1000, clock });
    const slow = new Limiter({ rate: 1000, burst: 100, clock });
    const writer = recordingWriter();
    const done = throttleWriter(writer, fast, slow).write(pattern(1100));
    await clock.advance(0);
    assertEquals(writer.bytes().byteLength, 100);
    assertEquals([fast.tokens, slow.tokens < 0], [900, true]);
    await clock.advance(1000);
    assertEquals(await done, 1100);
    await clock.advance(1000);
    assertEquals([fast.tokens, slow.tokens], [1000, 100]);
  });

  it("gives back to every limiter when a copy is aborted while it waits for one of them", async () => {
    const clock = fakeClock();
    const limiters = [1000, 100, 1].map((rate) => new Limiter({ rate, burst: 50, clock }));
    limiters[2]?.allow(50);
    const { signal, abort } = countingSignal();
    const done = copySettled(throttleWriter(recordingWriter(), ...limiters), readerOf(data), { signal });
    await clock.advance(0);
    abort();
    assertEquals((await done).written, 0);
    assertEquals([limiters.map(({ tokens }) => tokens), clock.sleeping], [[50, 50, 0], 0]);
  });

  it("goes on when the burst is lowered below what waits, and when the rate is 0 for a while", async () => {
    const { clock, limiter } = limited();
    const writer = recordingWriter();
    const done = throttleWriter(writer, limiter).write(data);
    await clock.advance(0);
    limiter.setBurst(1);
    await clock.advance(60);
    limiter.setRate(0);
    const { byteLength } = writer.bytes();
    assert(byteLength > 150 && byteLength < 165);
    await clock.advance(1e6);
    assertEquals([writer.bytes().byteLength, clock.sleeping], [byteLength, 0]);
    limiter.setRate(1000);
    limiter.setBurst(0);
    await clock.advance(200);
    assertEquals(await done, 250);
  });

  it("hands a stream its chunks as they are when there is no limit", async () => {
    const { clock, limiter } = limited(Infinity);
    const { stream, chunks: taken } = sink();
    const chunk = pattern(1000);
    const src = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(chunk);
        controller.close();
      },
    });
    assertEquals(await copy(throttleWriter(stream, limiter), src), 1000);
    assert(taken[0] === chunk);
    assertEquals([clock.sleeps, limiter.tokens], [0, 100]);
  });

  it("paces what goes to several at once", async () => {
    const { clock, limiter } = limited();
    const [a, b] = [recordingWriter(), recordingWriter()];
    const done = copy(multiWriter(a, throttleWriter(b, limiter)), readerOf(data));
    await clock.advance(0);
    assertEquals([a.bytes().byteLength, b.bytes().byteLength], [250, 100]);
    await clock.advance(150);
    await done;
    assertBytes(b.bytes(), data);
  });

  it("fails with the reason of the destination, and refuses what is none, or no limiter", async () => {
    const { limiter } = limited();
    const reason = new Error("on purpose");
    const throttled = throttleWriter({ write: () => Promise.reject(reason) }, limiter);
    assertEquals(await throttled.write(data).catch((reason: unknown) => reason), reason);
    await assertRejects(async () => void await throttleWriter({} as Writer, limiter).write(data), TypeError);
    await assertRejects(
      async () => {
        await throttleWriter(recordingWriter(), { rate: 1 } as unknown as Limiter).write(data);
      },
      TypeError,
      "Limiter",
    );
  });

  it("writes nothing as it is", async () => {
    const { limiter } = limited(0, 0);
    const writer = recordingWriter();
    assertEquals(await throttleWriter(writer, limiter).write(new Uint8Array(0)), 0);
    assertEquals(writer.sizes, [0]);
  });
});
