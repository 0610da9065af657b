import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  type ChunkReader,
  copy,
  copyN,
  type CopyPath,
  copySettled,
  discard,
  limitReader,
  pipe,
  readAll,
  type Reader,
  readFull,
  type Source,
  toReadableStream,
  UnexpectedEOFError,
} from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import {
  emptyReadsReader,
  halfReader,
  oneByteReader,
  testReader,
  timeoutReader,
} from "../../src/iotest/mod.ts";
import { Limiter, throttleReader } from "../../src/rate/mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { countingSignal } from "../support/signals.ts";
import { chunkReaderOf, failing, readerOf, streamBySteps, waiting } from "../support/steps.ts";
import { gate, isPending } from "../support/waiting.ts";

const encoder = new TextEncoder();
const data = pattern(250);
const chunks = cutEvery(data, 40);

const SOURCES = [
  { name: "a Reader", open: () => readerOf(...chunks), path: "buffer" },
  { name: "a ChunkReader", open: () => chunkReaderOf(...chunks), path: "chunks" },
  { name: "a stream", open: () => streamBySteps("default", ...chunks), path: "chunks" },
  {
    name: "a byte stream",
    open: () => streamBySteps("filling", ...chunks),
    path: givesByob(streamBySteps("filling")) ? "byob" : "chunks",
  },
] as const;

describe("throttleReader()", () => {
  for (const { name, open, path } of SOURCES) {
    it(`paces ${name}, by its own path`, async () => {
      const clock = fakeClock();
      const limiter = new Limiter({ rate: 1000, burst: 100, clock });
      const paths: CopyPath[] = [];
      let written = 0;
      const done = copy(discard, throttleReader(open(), limiter), {
        onPath: (path) => paths.push(path),
        onProgress(n) {
          written = n;
          assert(written <= 100 + clock.now(), `${written} bytes after ${clock.now()} ms`);
        },
      });
      await clock.advance(0);
      assertEquals(written, 100);
      await clock.advance(100);
      assertEquals(written, 200);
      await clock.advance(50);
      assertEquals([await done, paths, clock.sleeping], [250, [path], 0]);
    });

    it(`gives everything back when a copy of ${name} is aborted while it waits`, async () => {
      const clock = fakeClock();
      const limiter = new Limiter({ rate: 1000, burst: 100, clock });
      const throttled = throttleReader(open(), limiter);
      const { signal, abort, reason } = countingSignal();
      const done = copySettled(discard, throttled, { signal });
      await clock.advance(0);
      abort();
      assertEquals(clock.sleeping, 0);
      assertEquals(await done, { ok: false, written: 100, path, side: "signal", reason });
      assertEquals(limiter.tokens, 0);
      limiter.setRate(Infinity);
      assertBytes(await readAll(throttled), data.subarray(100));
    });
  }

  it("gives a stream back what it had read, unlocked", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1000, burst: 100, clock });
    const src = streamBySteps("default", ...chunks);
    const { signal, abort } = countingSignal();
    const done = copySettled(discard, throttleReader(src, limiter), { signal });
    await clock.advance(0);
    abort();
    await done;
    assertUnlocked(src);
    assertBytes(await readAll(src), data.subarray(100));
  });

  describe("is a Reader as any other", () => {
    const fast = () => new Limiter({ rate: 1e6, burst: 64 });
    for (const { name, open } of [...SOURCES, { name: "a BytesReader", open: () => new BytesReader(data) }]) {
      it(`over ${name}`, async () => {
        await testReader(throttleReader(open(), fast()), data);
        await testReader(oneByteReader(throttleReader(open(), fast())), data);
        await testReader(throttleReader(throttleReader(open(), fast()), fast(), fast()), data);
        await testReader(throttleReader(open()), data);
      });
    }

    for (const wrap of [oneByteReader, halfReader, emptyReadsReader]) {
      it(`over ${wrap.name}()`, async () => {
        await testReader(throttleReader(wrap(readerOf(...chunks)), fast()), data);
      });
    }

    it("over one that fails once, and goes on after that", async () => {
      const throttled = throttleReader(timeoutReader(readerOf(...chunks)), fast());
      const p = new Uint8Array(40);
      assertEquals(await throttled.read(p), 40);
      await assertRejects(() => throttled.read(p), DOMException);
      assertBytes(await readAll(throttled), data.subarray(40));
    });

    it("over one that fails for good, with its own reason, after what came before", async () => {
      const reason = new Error("on purpose");
      const throttled = throttleReader(readerOf(...chunks, failing(reason)), fast());
      assertEquals(await copySettled(discard, throttled), {
        ok: false,
        written: 250,
        path: "buffer",
        side: "src",
        reason,
      });
    });
  });

  it("asks for at most what the burst of the smallest limiter allows, and pays for what came", async () => {
    const clock = fakeClock();
    const limiters = [300, 100].map((burst) => new Limiter({ rate: 1, burst, clock }));
    const src = readerOf(data.subarray(0, 20));
    assertEquals(await throttleReader(src, ...limiters).read(new Uint8Array(1000)), 20);
    assertEquals([src.sizes, limiters.map(({ tokens }) => tokens)], [[100], [280, 80]]);
  });

  it("takes nothing from others while its source is idle", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1000, burst: 100, clock });
    const idle = gate();
    const reading = readAll(throttleReader(readerOf(waiting(idle.promise)), limiter));
    assert(await isPending(reading));
    assertEquals([limiter.tokens, clock.sleeping], [100, 0]);
    idle.open();
    assertEquals((await reading).byteLength, 0);
  });

  it("gives a chunk back that its destination did not take, and what was paid for it", async () => {
    for (const { open } of SOURCES) {
      const clock = fakeClock();
      const limiter = new Limiter({ rate: 1000, burst: 300, clock });
      const throttled = throttleReader(open(), limiter);
      const left = [30, 5];
      const outcome = await copySettled({ write: () => Promise.resolve(left.shift() ?? 0) }, throttled);
      assertEquals([outcome.ok, outcome.written, limiter.tokens], [false, 35, 265]);
      assertBytes(await readAll(throttled), data.subarray(35));
      assertEquals([limiter.tokens, clock.sleeps], [50, 0]);
    }
  });

  it("can be read again after a copy of it was aborted, by whatever reads", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1000, burst: 100, clock });
    for (const { open } of SOURCES) {
      const throttled = throttleReader(open(), limiter);
      for (let round = 0; round < 2; round++) {
        const { signal, abort } = countingSignal();
        limiter.setRate(0);
        const done = copySettled(discard, limitReader(throttled, 1), { signal });
        limiter.allow(Math.floor(limiter.tokens));
        assert(await isPending(done));
        abort();
        assertEquals((await done).written, 0);
      }
      limiter.setRate(Infinity);
      const p = new Uint8Array(10);
      assertEquals(await readFull(throttled, p), 10);
      assertBytes(p, data.subarray(0, 10));
      assertBytes(await readAll(toReadableStream(throttled)), data.subarray(10));
    }
  });

  it("drops what comes late to a copy that was aborted, once another has begun, and mixes up nothing", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1000, burst: 10, clock });
    limiter.allow(10);
    const reads: ((text: string | null) => void)[] = [];
    const throttled = throttleReader({
      read: (p) =>
        new Promise((resolve) =>
          reads.push((text) => resolve(text === null ? null : encoder.encodeInto(text, p).written))
        ),
    }, limiter);
    const { signal, abort } = countingSignal();
    const aborted = copySettled(discard, throttled, { signal });
    await clock.advance(0);
    abort();
    assertEquals((await aborted).written, 0);
    const all = readAll(throttled);
    await clock.advance(0);
    reads[0]?.("late");
    await clock.advance(0);
    reads[1]?.("next");
    await clock.advance(100);
    reads[2]?.(null);
    assertEquals([new TextDecoder().decode(await all), clock.sleeping], ["next", 0]);
  });

  it("hands on what it was asked for while there was no limit only as a limit that came since allows", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: Infinity, clock });
    const here = gate();
    let written = 0;
    const done = copy(discard, throttleReader(readerOf(waiting(here.promise), data), limiter), {
      onProgress: (n) => written = n,
    });
    await clock.advance(0);
    limiter.setBurst(100);
    limiter.setRate(1000);
    here.open();
    await clock.advance(0);
    assertEquals(written, 100);
    await clock.advance(150);
    assertEquals([await done, clock.sleeping], [250, 0]);
  });

  for (const { name, open } of SOURCES.slice(1)) {
    it(`gives no empty chunk for one that has to wait, over ${name}`, async () => {
      const clock = fakeClock();
      const limiter = new Limiter({ rate: 1000, burst: 20, clock });
      const throttled: Reader & Partial<ChunkReader> = throttleReader(open(), limiter);
      const sizes: number[] = [];
      const reading = (async () => {
        for (let chunk = await throttled.readChunk?.(); chunk; chunk = await throttled.readChunk?.()) {
          sizes.push(chunk.byteLength);
        }
      })();
      await clock.advance(1000);
      await reading;
      assertEquals(sizes.reduce((sum, n) => sum + n, 0), 250);
      assert(sizes.length > 12 && Math.min(...sizes) > 0 && Math.max(...sizes) <= 20, sizes.join());
    });
  }

  it("stops waiting when the stream that was made of it is cancelled", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1000, burst: 100, clock });
    limiter.allow(100);
    const reader = toReadableStream(throttleReader(readerOf(...chunks), limiter)).getReader();
    const next = reader.read();
    await clock.advance(0);
    assertEquals(clock.sleeping, 1);
    await reader.cancel();
    assertEquals([(await next).done, clock.sleeping, limiter.tokens], [true, 0, 0]);
  });

  it("goes on when the rate is raised from 0, and at once when there is no limit any more", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 0, burst: 100, clock });
    let written = 0;
    const done = copy(discard, throttleReader(readerOf(...chunks), limiter), {
      onProgress: (n) => written = n,
    });
    await clock.advance(1e9);
    assertEquals([written, clock.sleeping], [100, 0]);
    limiter.setRate(100);
    await clock.advance(500);
    assert(written > 125 && written <= 150);
    limiter.setRate(Infinity);
    assertEquals([await done, clock.sleeping], [250, 0]);
  });

  it("does not end early: a limiter paces, and only a limit ends", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1000, burst: 10, clock });
    const limited = copyN(discard, throttleReader(readerOf(...chunks), limiter), 30);
    const whole = copy(discard, throttleReader(readerOf(...chunks), limiter));
    const beyond = copyN(discard, throttleReader(readerOf(...chunks), limiter), 251).catch((
      reason: unknown,
    ) => reason);
    await clock.advance(1000);
    assertEquals([await limited, await whole], [30, 250]);
    const early = await beyond;
    assert(early instanceof UnexpectedEOFError);
    assertEquals([early.expected, early.actual], [251, 250]);
  });

  it("is fed by a pipe without losing what is written while it waits", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1000, burst: 100, clock });
    const { reader, writer } = pipe();
    const done = readAll(throttleReader(reader, limiter));
    const written = writer.write(data).then(() => writer.close());
    await clock.advance(150);
    await written;
    assertBytes(await done, data);
  });

  it("refuses what is no source, and what is no limiter", () => {
    assertThrows(() => throttleReader({} as Source, new Limiter({ rate: 1 })), TypeError, "read");
    assertThrows(() => throttleReader(readerOf(), { rate: 1 } as unknown as Limiter), TypeError, "Limiter");
  });
});
