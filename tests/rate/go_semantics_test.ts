/**
 * The mistake V4 of GO-SEMANTICS.md, each part of it: what the traffic shaping of a proxy that we learn from gets wrong.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, copyN, discard, onlyWriter, readAll } from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { Limiter, throttleReader, throttleWriter } from "../../src/rate/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { readerOf } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(1000);

describe("traffic shaping, as it must not be (V4)", () => {
  it("does not spin while the bucket is empty: it sleeps once for each part that passes", async () => {
    const clock = fakeClock();
    let looks = 0;
    const watched = {
      now() {
        looks++;
        return clock.now();
      },
      sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
    };
    const limiter = new Limiter({ rate: 100, burst: 100, clock: watched });
    const writer = recordingWriter();
    const done = copy(throttleWriter(writer, limiter), new BytesReader(data));
    await clock.advance(500);
    const [before, parts] = [looks, writer.sizes.length];
    assertEquals(clock.sleeping, 1);
    await clock.advance(0);
    assertEquals([looks, writer.sizes.length], [before, parts]);
    await clock.advance(9000);
    assertEquals(await done, 1000);
    assert(clock.sleeps <= writer.sizes.length, `${clock.sleeps} sleeps for ${writer.sizes.length} parts`);
    assert(looks <= 10 * writer.sizes.length, `${looks} looks at the clock for ${writer.sizes.length} parts`);
  });

  it("takes the end of the source for an end, and not for a failure", async () => {
    const limiter = () => new Limiter({ rate: 1e6, burst: 64 });
    assertEquals(await copy(discard, throttleReader(readerOf(data), limiter())), 1000);
    assertEquals(await copy(throttleWriter(recordingWriter(), limiter()), readerOf(data)), 1000);
    const throttled = throttleReader(readerOf(data), limiter());
    assertBytes(await readAll(throttled), data);
    for (let again = 0; again < 2; again++) assertEquals(await throttled.read(new Uint8Array(1)), null);
  });

  for (
    const { name, open } of [
      {
        name: "a source and a destination with fast paths",
        open: () => [discard, new BytesReader(data)] as const,
      },
      { name: "those that only read and write", open: () => [onlyWriter(discard), readerOf(data)] as const },
    ]
  ) {
    it(`charges what is read to the limiter of the reader, and what is written to that of the writer: ${name}`, async () => {
      const clock = fakeClock();
      const [reads, writes, unused] = [5000, 3000, 2000].map((burst) =>
        new Limiter({ rate: 1, burst, clock })
      );
      assert(reads !== undefined && writes !== undefined && unused !== undefined);
      const [dst, src] = open();
      assertEquals(await copy(throttleWriter(dst, writes), throttleReader(src, reads)), 1000);
      assertEquals([reads.tokens, writes.tokens, unused.tokens], [4000, 2000, 2000]);
      assertEquals(await copyN(dst, throttleReader(open()[1], reads), 400), 400);
      assertEquals([reads.tokens, writes.tokens], [3600, 2000]);
    });
  }

  it("goes on behind the bytes that were accepted, not behind those that were offered, and charges no others", async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ rate: 1, burst: 5000, clock });
    const writer = recordingWriter((p) => Math.min(7, p.byteLength));
    assertEquals(await throttleWriter(writer, limiter).write(data), 1000);
    assertBytes(writer.bytes(), data);
    assertEquals(limiter.tokens, 4000);
    assertEquals(await copy(throttleWriter(writer, limiter), readerOf(data)), 1000);
    assertEquals([limiter.tokens, writer.bytes().byteLength], [3000, 2000]);
  });

  it("knows no tick at which the bucket is full again: no window has more than the burst and what flows in", async () => {
    const clock = fakeClock();
    const [rate, burst] = [1000, 100];
    const limiter = new Limiter({ rate, burst, clock });
    const passed: { at: number; n: number }[] = [];
    const done = copy(throttleWriter(discard, limiter), new BytesReader(pattern(1000)), {
      onProgress: (total) => passed.push({ at: clock.now(), n: total }),
    });
    await clock.advance(900);
    assertEquals(await done, 1000);
    const totalBefore = (at: number) => passed.findLast((one) => one.at < at)?.n ?? 0;
    for (const window of [1, 10, 50, 100, 250, 900]) {
      for (const { at, n } of passed) {
        const most = n - totalBefore(at - window);
        assert(most <= burst + rate * window / 1000, `${most} bytes in the ${window} ms before ${at}`);
      }
    }
  });
});
