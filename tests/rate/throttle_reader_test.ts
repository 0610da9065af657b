import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, type CopyPath, copySettled, discard, readAll } from "../../mod.ts";
import { Limiter, throttleReader } from "../../src/rate/mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { countingSignal } from "../support/signals.ts";
import { chunkReaderOf, readerOf, streamBySteps } from "../support/steps.ts";

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
});
