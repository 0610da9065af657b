import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copyBuffer,
  copyN,
  copySettled,
  limitReader,
  readAll,
  readerFrom,
  StagingBuffer,
} from "../../mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { needs } from "../support/features.ts";
import { assertUnlocked } from "../support/locks.ts";
import { ROUTES } from "../support/routes.ts";
import { countingSignal } from "../support/signals.ts";
import { readerOf, STREAM_KINDS, streamBySteps, waiting } from "../support/steps.ts";
import { gate, isPending, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const a = pattern(4, 1);
const b = pattern(6, 2);
const c = pattern(5, 3);

describe("copy() with a signal", () => {
  for (const route of ROUTES) {
    const { path, options, takesBack } = route;

    it(`moves nothing if it was aborted before: ${route.name}`, async () => {
      const abort = countingSignal();
      abort.abort();
      let touched = false;
      const src = route.source(() => void (touched = true), a);
      const dst = route.destination(() => touched = true);
      let paths = 0;
      const onPath = () => void paths++;
      const outcome = await copySettled(dst, src, { ...options, onPath, signal: abort.signal });
      assertEquals(outcome, { ok: false, written: 0, side: "signal", reason: abort.reason });
      assertEquals([paths, touched, abort.listeners], [0, false, 0]);
      assertUnlocked(src, dst);
      assertBytes(await readAll(src), a);
    });

    it(`ends at once while a read is pending: ${route.name}`, async () => {
      const abort = countingSignal();
      const hold = gate();
      const reached = gate();
      const src = route.source(a, () => reached.open(), waiting(hold.promise), b, c);
      const dst = route.destination(() => {});
      const outcome = copySettled(dst, src, { ...options, signal: abort.signal });
      await reached.promise;
      assertEquals(await isPending(outcome), true);
      abort.abort();
      assertEquals(await outcome, { ok: false, written: 4, path, side: "signal", reason: abort.reason });
      assertEquals(abort.listeners, 0);
      assertUnlocked(src, dst);

      hold.open();
      if (takesBack) assertBytes(await readAll(src), concat([b, c]));
      else await settled();
      assertUnlocked(src, dst);
    });

    it(`ends at once while a write is pending: ${route.name}`, async () => {
      const abort = countingSignal();
      const hold = gate();
      const reached = gate();
      const src = route.source(a, b, c);
      let chunks = 0;
      const dst = route.destination(() => {
        if (chunks++ === 0) return;
        reached.open();
        return hold.promise;
      });
      const progress: number[] = [];
      const onProgress = (total: number) => void progress.push(total);
      const outcome = copySettled(dst, src, { ...options, onProgress, signal: abort.signal });
      await reached.promise;
      assertEquals(await isPending(outcome), true);
      abort.abort();
      assertEquals(await outcome, { ok: false, written: 4, path, side: "signal", reason: abort.reason });
      assertEquals(abort.listeners, 0);
      assertUnlocked(src, dst);

      // What was in the hands of the destination is its own; nothing of it is told or given back later.
      hold.open();
      await settled();
      assertEquals(progress, [4]);
      assertUnlocked(src, dst);
      if (takesBack) assertBytes(await readAll(src), c);
    });

    it(`ends with the pending write failing after it: ${route.name}`, async () => {
      const abort = countingSignal();
      const src = route.source(a, b);
      const hold = gate();
      const dst = route.destination(async () => {
        abort.abort();
        await hold.promise;
        throw new Error("nobody is to hear this");
      });
      const outcome = await copySettled(dst, src, { ...options, signal: abort.signal });
      assertEquals(outcome, { ok: false, written: 0, path, side: "signal", reason: abort.reason });
      hold.open();
      await settled(); // an unhandled rejection fails the test
    });

    it(`ends when onProgress aborts it, and leaves the rest: ${route.name}`, async () => {
      const abort = countingSignal();
      const src = route.source(a, b, c);
      const dst = route.destination(() => {});
      const progress: number[] = [];
      const onProgress = (total: number) => {
        progress.push(total);
        if (total === 10) abort.abort();
      };
      const outcome = await copySettled(dst, src, { ...options, onProgress, signal: abort.signal });
      assertEquals(outcome, { ok: false, written: 10, path, side: "signal", reason: abort.reason });
      assertEquals([progress, abort.listeners], [[4, 10], 0]);
      assertUnlocked(src, dst);
      assertBytes(await readAll(src), c);
    });

    it(`moves nothing when onPath aborts it: ${route.name}`, async () => {
      const abort = countingSignal();
      const src = route.source(a, b);
      const dst = route.destination(() => assert(false, "a byte moved"));
      const onPath = () => abort.abort();
      const outcome = await copySettled(dst, src, { ...options, onPath, signal: abort.signal });
      assertEquals(outcome, { ok: false, written: 0, path, side: "signal", reason: abort.reason });
      await settled();
      assertUnlocked(src, dst);
      assertEquals(abort.listeners, 0);
      assertBytes(await readAll(src), concat([a, b]));
    });

    it(`does not care for an abort after the end: ${route.name}`, async () => {
      const abort = countingSignal();
      const src = route.source(a, b);
      const dst = route.destination(() => {});
      assertEquals(await copy(dst, src, { ...options, signal: abort.signal }), 10);
      assertEquals(abort.listeners, 0);
      abort.abort();
      await settled();
      assertUnlocked(src, dst);
      if (dst instanceof WritableStream) await dst.close();
    });

    it(`rejects copy() with the very reason: ${route.name}`, async () => {
      const abort = countingSignal();
      const src = route.source(a, () => abort.abort("just a text"), waiting(new Promise(() => {})));
      const copied = copy(route.destination(() => {}), src, { ...options, signal: abort.signal });
      assertEquals(await copied.catch((reason: unknown) => ({ reason })), { reason: "just a text" });
    });
  }

  for (const route of ROUTES.filter(({ destination }) => destination(() => {}) instanceof WritableStream)) {
    const queued = needs("queued writes that outlive their lock");
    it(`ends at once while others fill the queue of the destination: ${route.name}`, queued, async () => {
      const hold = gate();
      const taken: number[] = [];
      const dst = route.destination((chunk) => {
        taken.push(chunk.byteLength);
        return hold.promise;
      });
      assert(dst instanceof WritableStream);
      const writer = dst.getWriter();
      const earlier = [writer.write(pattern(1)), writer.write(pattern(2))];
      writer.releaseLock();

      const abort = countingSignal();
      const src = route.source(a, b);
      const outcome = copySettled(dst, src, { ...route.options, signal: abort.signal });
      assertEquals(await isPending(outcome), true);
      abort.abort();
      const { path } = route;
      assertEquals(await outcome, { ok: false, written: 0, path, side: "signal", reason: abort.reason });
      assertUnlocked(src, dst);
      assertEquals(abort.listeners, 0);

      hold.open();
      await Promise.all(earlier);
      assertUnlocked(src, dst);
      await dst.close();
      assertEquals(taken.slice(0, 2), [1, 2]);
    });
  }

  it("rejects with an AbortError when no reason was given", async () => {
    const control = new AbortController();
    const copied = copy(recordingWriter(), new ReadableStream<Uint8Array>(), { signal: control.signal });
    control.abort();
    const reason = await assertRejects(() => copied);
    assertInstanceOf(reason, DOMException);
    assertEquals(reason.name, "AbortError");
  });

  it("goes by AbortSignal.timeout()", async () => {
    const signal = AbortSignal.timeout(1);
    const src = new ReadableStream<Uint8Array>();
    const reason = await assertRejects(() => copy(recordingWriter(), src, { signal }));
    assertInstanceOf(reason, DOMException);
    assertEquals(reason.name, "TimeoutError");
    assertUnlocked(src);
  });

  it("leaves no listener after a thousand copies with one signal", async () => {
    const abort = countingSignal();
    for (let i = 0; i < 1000; i++) await copy(recordingWriter(), readerOf(a), { signal: abort.signal });
    assertEquals(abort.listeners, 0);
  });

  for (const { kind, name } of STREAM_KINDS) {
    it(`gives ${name} to the next copy from where the aborted one stopped`, async () => {
      const hold = gate();
      const src = streamBySteps(kind, a, waiting(hold.promise), b, c);
      const first = recordingWriter();
      const abort = countingSignal();
      const onProgress = () => queueMicrotask(abort.abort);
      await copySettled(first, src, { signal: abort.signal, onProgress });
      hold.open();
      const second = recordingWriter();
      assertEquals(await copy(second, src), 11);
      assertBytes(concat([first.bytes(), second.bytes()]), concat([a, b, c]));
    });

    it(`keeps what a Writer had not accepted of a chunk of ${name}`, async () => {
      const abort = countingSignal();
      const src = streamBySteps(kind, a, b);
      const writer = recordingWriter(() => 3);
      const onProgress = () => abort.abort();
      const outcome = await copySettled(writer, src, { signal: abort.signal, onProgress });
      assertEquals(outcome.written, 3);
      assertBytes(await readAll(src), concat([a.subarray(3), b]));
    });
  }

  it("does not take a read that was given up for a failure of the stream", async () => {
    const reader = readerFrom(streamBySteps("filling", waiting(new Promise(() => {}))));
    const abort = countingSignal();
    const copied = copySettled(recordingWriter(), reader, { signal: abort.signal });
    assertEquals(await isPending(copied), true);
    abort.abort();
    await copied;
    assertEquals(await reader.read(new Uint8Array(0)), 0);
  });

  it("keeps the chunk in a StreamReader, and puts it before what comes next", async () => {
    const reader = readerFrom(streamBySteps("default", a, b, c));
    const abort = countingSignal();
    await copySettled(recordingWriter(() => 2), reader, {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    assertBytes(await readAll(reader), concat([a.subarray(2), b, c]));
  });

  it("gives what was not written back to a LimitedReader and its count", async () => {
    const abort = countingSignal();
    const limited = limitReader(streamBySteps("default", a, b, c), 12);
    await copySettled(recordingWriter(() => 2), limited, {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    assertEquals(limited.remaining, 10);
    assertBytes(await readAll(limited), concat([a.subarray(2), b, c]).subarray(0, 10));
  });

  it("ends copyN() and copyBuffer() too, and frees a StagingBuffer at once", async () => {
    const abort = countingSignal();
    const src = streamBySteps("filling", a, waiting(new Promise(() => {})));
    const staging = new StagingBuffer(16);
    const copied = copyBuffer(recordingWriter(), src, staging, { signal: abort.signal });
    assertEquals(await isPending(copied), true);
    assertEquals(staging.busy, true);
    abort.abort();
    assertEquals(staging.busy, false);
    assertEquals(await copied.catch((reason: unknown) => reason), abort.reason);
    assertEquals(await copyBuffer(recordingWriter(), readerOf(a, b), staging), 10);

    const again = countingSignal();
    const part = copyN(recordingWriter(), readerOf(a, waiting(new Promise(() => {}))), 8, {
      signal: again.signal,
    });
    assertEquals(await isPending(part), true);
    again.abort();
    assertEquals(await part.catch((reason: unknown) => reason), again.reason);
    assertEquals([abort.listeners, again.listeners], [0, 0]);
  });
});
