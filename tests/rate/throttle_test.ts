import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll } from "../../mod.ts";
import { Limiter, throttle } from "../../src/rate/mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { sink } from "../support/sinks.ts";
import { bodyOf, scripted, streamOf } from "../support/streams.ts";
import { isPending } from "../support/waiting.ts";

const data = pattern(250);

function limited(rate = 1000, burst = 100) {
  const clock = fakeClock();
  return { clock, limiter: new Limiter({ rate, burst, clock }) };
}

describe("throttle()", () => {
  it("splits and paces a chunk that is larger than the burst", async () => {
    const { clock, limiter } = limited();
    const { stream, chunks } = sink();
    const got = () => concat(chunks).byteLength;
    const done = streamOf(data).pipeThrough(throttle(limiter)).pipeTo(stream);
    await clock.advance(0);
    assertEquals(got(), 100);
    await clock.advance(100);
    assertEquals(got(), 200);
    await clock.advance(50);
    await done;
    assertBytes(concat(chunks), data);
    assertEquals(clock.sleeping, 0);
  });

  it("is a TransformStream between any two streams", async () => {
    const stream = throttle(new Limiter({ rate: 1e9 }));
    assert(stream instanceof TransformStream);
    assertEquals(await new Response(bodyOf("a body").pipeThrough(stream)).text(), "a body");
  });

  it("takes nothing in while nobody reads, beyond the chunk at hand", async () => {
    const { clock, limiter } = limited(Infinity);
    const { stream, push } = scripted();
    const reader = stream.pipeThrough(throttle(limiter)).getReader();
    for (const text of ["a", "b", "c", "d"]) push(text);
    await clock.advance(0);
    const writer = throttle(limiter).writable.getWriter();
    const first = writer.write(data);
    assert(await isPending(first));
    assertEquals(writer.desiredSize, 0);
    assertEquals((await reader.read()).value, new Uint8Array([0x61]));
    assertEquals(limiter.tokens, 100);
    writer.abort().catch(() => {});
    await first.catch(() => {});
    await reader.cancel();
  });

  it("lets a burst pass and no more when its reader comes back after a long time", async () => {
    const { clock, limiter } = limited();
    const reader = streamOf(data).pipeThrough(throttle(limiter)).getReader();
    await reader.read();
    await clock.advance(100_000);
    let got = 0;
    const read = async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        got += value.byteLength;
      }
    };
    const done = read();
    await clock.advance(0);
    assert(got <= 100, `${got} bytes at once`);
    await clock.advance(1000);
    await done;
  });

  it("hands chunks on as they are where there is no limit, or when they fit", async () => {
    for (const rate of [Infinity, 1000]) {
      const chunk = pattern(100);
      const reader = streamOf(chunk).pipeThrough(throttle(limited(rate).limiter)).getReader();
      assert((await reader.read()).value === chunk);
      assertEquals((await reader.read()).done, true);
    }
  });

  it("splits a chunk into parts that whoever gets them may transfer", async () => {
    const { clock, limiter } = limited();
    const reader = streamOf(data).pipeThrough(throttle(limiter)).getReader();
    const got: number[] = [];
    const done = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        got.push(...structuredClone(part.value, { transfer: [part.value.buffer as ArrayBuffer] }));
      }
    })();
    await clock.advance(1000);
    await done;
    assertBytes(new Uint8Array(got), data);
  });

  it("obeys several limiters, or none", async () => {
    const { clock, limiter } = limited(10_000, 1000);
    const slow = new Limiter({ rate: 1000, burst: 100, clock });
    let done = false;
    const text = new Response(streamOf(data).pipeThrough(throttle(limiter, slow))).arrayBuffer();
    text.then(() => done = true);
    await clock.advance(149);
    assertEquals(done, false);
    await clock.advance(1);
    assertBytes(new Uint8Array(await text), data);
    assertEquals(await new Response(bodyOf("free").pipeThrough(throttle())).text(), "free");
  });

  it("ends the waiting at once and gives everything back when its readable side is cancelled", async () => {
    const { clock, limiter } = limited();
    const { stream, push, cancelled } = scripted();
    const reader = stream.pipeThrough(throttle(limiter)).getReader();
    push(data);
    assertEquals((await reader.read()).value?.byteLength, 100);
    const next = reader.read();
    await clock.advance(10);
    assertEquals([clock.sleeping, limiter.tokens], [1, -15]);
    const reason = new Error("on purpose");
    await reader.cancel(reason);
    await clock.advance(0);
    assertEquals([clock.sleeping, limiter.tokens, cancelled], [0, 10, [reason]]);
    assertEquals((await next).done, true);
  });

  it("ends the waiting at once and gives everything back when its writable side is aborted", async () => {
    const { clock, limiter } = limited();
    const { readable, writable } = throttle(limiter);
    const reader = readable.getReader();
    const writer = writable.getWriter();
    const reason = new Error("on purpose");
    const written = writer.write(data).catch((reason: unknown) => reason);
    assertEquals((await reader.read()).value?.byteLength, 100);
    const next = reader.read().catch((reason: unknown) => reason);
    await clock.advance(10);
    assertEquals([clock.sleeping, limiter.tokens], [1, -15]);
    await writer.abort(reason);
    assertEquals([clock.sleeping, limiter.tokens], [0, 10]);
    assert(await written instanceof Error);
    assertEquals(await next, reason);
  });

  it("is left by a pipe that is aborted once the chunk at hand has passed, as every stream is", async () => {
    const { clock, limiter } = limited();
    const { stream, push, cancelled } = scripted();
    const controller = new AbortController();
    const { readable, writable } = throttle(limiter);
    const piped = stream.pipeTo(writable, controller).catch((reason: unknown) => reason);
    const text = readAll(readable).catch((reason: unknown) => reason);
    push(data);
    await clock.advance(0);
    const reason = new Error("on purpose");
    controller.abort(reason);
    await clock.advance(200);
    assertEquals([await piped, await text, cancelled, clock.sleeping], [reason, reason, [reason], 0]);
  });

  it("passes a failure of its source on, after what came before it", async () => {
    const { limiter } = limited();
    const reason = new Error("on purpose");
    const { stream, push, fail } = scripted();
    const reader = stream.pipeThrough(throttle(limiter)).getReader();
    push("abc");
    assertEquals((await reader.read()).value?.byteLength, 3);
    fail(reason);
    assertEquals(await reader.read().catch((reason: unknown) => reason), reason);
  });

  it("fails with a TypeError for a chunk that is not bytes", async () => {
    const body = streamOf("text").pipeThrough(throttle(limited().limiter));
    await assertRejects(() => readAll(body), TypeError);
  });
});
