import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  type CopyOutcome,
  copySettled,
  type Destination,
  InvalidReadError,
  InvalidWriteError,
  NoProgressError,
  readAll,
  type Reader,
  ShortWriteError,
  type Source,
} from "../../mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { type Route, ROUTES } from "../support/routes.ts";
import { countingSignal } from "../support/signals.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, failing, readerOf, type Step, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const SRC = new Error("the source failed");
const DST = new Error("the destination failed");
const a = pattern(4, 1);
const b = pattern(6, 2);
const c = pattern(5, 3);

interface Played {
  outcome: CopyOutcome;
  arrived: Uint8Array;
  src: Source;
}

/** Copies over a route whose destination fails at the chunk of that index, and checks that nothing is left behind. */
async function play(route: Route, steps: Step[], failAtChunk = Infinity): Promise<Played> {
  const open = () => {
    const arrived: Uint8Array[] = [];
    const src = route.source(...steps);
    const dst = route.destination((chunk) => {
      if (arrived.length >= failAtChunk) throw DST;
      arrived.push(chunk.slice());
    });
    return { src, dst, arrived };
  };

  const first = open();
  const abort = countingSignal();
  const outcome = await copySettled(first.dst, first.src, { ...route.options, signal: abort.signal });
  assertUnlocked(first.src, first.dst);
  assertEquals(abort.listeners, 0);

  // copy() tells the same with nothing but the reason.
  const second = open();
  const result = await copy(second.dst, second.src, { ...route.options, signal: abort.signal })
    .catch((reason: unknown) => ({ reason }));
  assertUnlocked(second.src, second.dst);
  assertEquals(abort.listeners, 0);
  if (outcome.ok) assertEquals(result, outcome.written);
  else assertStrictEquals(typeof result === "object" ? result.reason : result, outcome.reason);
  return { outcome, arrived: concat(first.arrived), src: first.src };
}

describe("copySettled() over every path", () => {
  for (const route of ROUTES) {
    const { path } = route;
    for (
      const { what, steps, failAtChunk, side, written } of [
        { what: "a source that fails at once", steps: [failing(SRC)], side: "src", written: 0 },
        { what: "a source that fails midway", steps: [a, b, failing(SRC)], side: "src", written: 10 },
        { what: "a destination that fails at once", steps: [a, b], failAtChunk: 0, side: "dst", written: 0 },
        {
          what: "a destination that fails midway",
          steps: [a, b, c],
          failAtChunk: 2,
          side: "dst",
          written: 10,
        },
        {
          what: "the destination first, if the source would fail next",
          steps: [a, b, failing(SRC)],
          failAtChunk: 1,
          side: "dst",
          written: 4,
        },
        {
          what: "the source first, if the destination would fail next",
          steps: [a, failing(SRC)],
          failAtChunk: 1,
          side: "src",
          written: 4,
        },
      ] as const
    ) {
      it(`tells of ${what}: ${route.name}`, async () => {
        const { outcome, arrived } = await play(route, [...steps], failAtChunk);
        assertEquals(outcome, { ok: false, written, path, side, reason: side === "src" ? SRC : DST });
        assertBytes(arrived, concat([a, b, c]).subarray(0, written));
      });
    }

    if (route.takesBack) {
      it(`leaves what was read and not written in the source: ${route.name}`, async () => {
        const { src } = await play(route, [a, b, c], 1);
        assertBytes(await readAll(src), concat([b, c]));
      });
    }
  }

  it("passes on reasons that are no errors", async () => {
    for (const reason of [undefined, null, 0, "text"]) {
      const outcome = await copySettled(recordingWriter(), readerOf(failing(reason)));
      assertEquals(outcome, { ok: false, written: 0, path: "buffer", side: "src", reason });
    }
  });

  it("takes a throw for a rejection", async () => {
    const reason = new Error("thrown");
    const thrower = () => {
      throw reason;
    };
    assertEquals((await copySettled(recordingWriter(), { read: thrower })).ok, false);
    await assertRejects(() => copy({ write: thrower }, readerOf(a)), Error, "thrown");
  });
});

describe("copy() and a Reader that answers nonsense", () => {
  for (const result of [-1, 1.5, NaN, Infinity, 2 ** 53, 65_537, undefined, "3", 3n, {}]) {
    it(`refuses ${String(result)} as the result of a read`, async () => {
      const lying = { read: () => Promise.resolve(result) } as unknown as Reader;
      const writer = recordingWriter();
      const outcome = await copySettled(writer, lying);
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written, writer.sizes.length], ["src", 0, 0]);
      assertInstanceOf(outcome.reason, InvalidReadError);
      assertEquals(outcome.reason.result, result);
      assertEquals(outcome.reason.code, "INVALID_READ");
    });
  }

  it("keeps what came before", async () => {
    const writer = recordingWriter();
    const outcome = await copySettled(writer, readerOf(a, b, -1));
    assert(!outcome.ok);
    assertInstanceOf(outcome.reason, InvalidReadError);
    assertEquals([outcome.written, writer.bytes().byteLength], [10, 10]);
  });

  for (const chunk of ["text", 5, undefined, [1, 2], new Uint16Array(2)]) {
    it(`refuses ${typeof chunk} ${String(chunk)} as the chunk of a ChunkReader`, async () => {
      const lying = { ...readerOf(), readChunk: () => Promise.resolve(chunk) } as unknown as Reader;
      await assertRejects(() => copy(recordingWriter(), lying), InvalidReadError);
    });
  }

  for (
    const { name, open } of [
      { name: "a Reader", open: (zeros: number) => readerOf(a, ...Array<number>(zeros).fill(0), b) },
      {
        name: "a ChunkReader",
        open: (zeros: number) => chunkReaderOf(a, ...Array<Uint8Array>(zeros).fill(new Uint8Array(0)), b),
      },
      {
        name: "a stream",
        open: (zeros: number) =>
          streamBySteps("default", a, ...Array<Uint8Array>(zeros).fill(new Uint8Array(0)), b),
      },
    ]
  ) {
    for (const to of ["a Writer", "a WritableStream"]) {
      const destination = () => to === "a Writer" ? recordingWriter() : sink().stream;
      it(`bears 99 empty reads in a row of ${name} to ${to}`, async () => {
        assertEquals(await copy(destination(), open(99)), 10);
      });

      it(`gives up after 100 empty reads in a row of ${name} to ${to}`, async () => {
        const src = open(100);
        const dst = destination();
        const outcome = await copySettled(dst, src);
        assert(!outcome.ok);
        assertEquals([outcome.side, outcome.written], ["src", 4]);
        assertInstanceOf(outcome.reason, NoProgressError);
        assertUnlocked(src, dst);
      });
    }
  }

  it("counts empty reads in a row only", async () => {
    const zeros = Array<number>(60).fill(0);
    assertEquals(await copy(recordingWriter(), readerOf(...zeros, a, ...zeros, b, ...zeros)), 10);
  });
});

describe("copy() and a Writer that answers nonsense", () => {
  for (const result of [-1, 1.5, NaN, Infinity, 5, undefined, null, "4"]) {
    it(`refuses ${String(result)} as the result of a write of 4`, async () => {
      const lying = { write: () => Promise.resolve(result) } as unknown as Destination;
      for (const src of [readerOf(a), chunkReaderOf(a), streamBySteps("filling", a)]) {
        const outcome = await copySettled(lying, src);
        assert(!outcome.ok);
        assertEquals([outcome.side, outcome.written], ["dst", 0]);
        assertInstanceOf(outcome.reason, InvalidWriteError);
        assertEquals(outcome.reason.result, result);
        assertUnlocked(src);
      }
    });
  }

  it("refuses more than was left of a chunk", async () => {
    const writer = recordingWriter((p) => p.byteLength === 6 ? 2 : 5);
    const outcome = await copySettled(writer, readerOf(b));
    assert(!outcome.ok);
    assertInstanceOf(outcome.reason, InvalidWriteError);
    assertEquals(outcome.written, 2);
  });

  it("writes the rest of a short write again", async () => {
    const writer = recordingWriter((p) => Math.ceil(p.byteLength / 2));
    assertEquals(await copy(writer, readerOf(b, c)), 11);
    assertEquals(writer.sizes, [6, 3, 1, 5, 2, 1]);
    assertBytes(writer.bytes(), concat([b, c]));
  });

  for (const { accepts, actual } of [{ accepts: [0], actual: 0 }, { accepts: [2, 3, 0], actual: 5 }]) {
    it(`calls it a short write when ${actual} of 6 bytes were accepted and then none`, async () => {
      const left = [4, ...accepts];
      const src = streamBySteps("default", a, b, c);
      const outcome = await copySettled(recordingWriter(() => left.shift() ?? 0), src);
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written], ["dst", 4 + actual]);
      assertInstanceOf(outcome.reason, ShortWriteError);
      assertEquals([outcome.reason.expected, outcome.reason.actual], [6, actual]);
      assertEquals(outcome.reason.code, "SHORT_WRITE");
      assertBytes(await readAll(src), concat([b.subarray(actual), c]));
    });
  }
});

describe("copy() and streams in a bad state", () => {
  const webRoutes = ROUTES.filter(({ source }) => source() instanceof ReadableStream);

  for (const route of webRoutes) {
    it(`refuses a locked source: ${route.name}`, async () => {
      const src = route.source(a);
      assert(src instanceof ReadableStream);
      const reader = src.getReader();
      const dst = route.destination(() => {});
      const outcome = await copySettled(dst, src);
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written, outcome.path], ["src", 0, undefined]);
      assertInstanceOf(outcome.reason, TypeError);
      reader.releaseLock();
      assertUnlocked(dst);
      assertEquals(await copy(dst, src), 4);
    });

    it(`refuses a string in a stream: ${route.name}`, async () => {
      const src = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(a);
          controller.enqueue("text" as unknown as Uint8Array);
        },
      });
      const dst = route.destination(() => {});
      if (route.path === "byob") return;
      const outcome = await copySettled(dst, src, route.options);
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written], ["src", 4]);
      assertInstanceOf(outcome.reason, TypeError);
      assert(outcome.reason.message.includes("string"), outcome.reason.message);
      assertUnlocked(src, dst);
    });

    it(`copies nothing of a closed source: ${route.name}`, async () => {
      const src = route.source();
      assert(src instanceof ReadableStream);
      await src.cancel();
      const dst = route.destination(() => {});
      assertEquals(await copy(dst, src, route.path === "byob" ? {} : route.options), 0);
      assertUnlocked(src, dst);
    });

    it(`rejects with the reason of a failed source: ${route.name}`, async () => {
      const src = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(SRC) });
      const dst = route.destination(() => {});
      const outcome = await copySettled(dst, src, route.path === "byob" ? {} : route.options);
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written, outcome.reason], ["src", 0, SRC]);
      assertUnlocked(src, dst);
    });
  }

  for (const route of ROUTES.filter(({ destination }) => destination(() => {}) instanceof WritableStream)) {
    const open = () => {
      const dst = route.destination(() => {});
      assert(dst instanceof WritableStream);
      return { dst, src: route.source(a, b) };
    };

    it(`refuses a locked destination: ${route.name}`, async () => {
      const { dst, src } = open();
      const writer = dst.getWriter();
      const outcome = await copySettled(dst, src, route.options);
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written, outcome.path], ["dst", 0, undefined]);
      assertInstanceOf(outcome.reason, TypeError);
      writer.releaseLock();
      assertUnlocked(src);
      assertEquals(await copy(dst, src, route.options), 10);
    });

    it(`rejects with a TypeError when the destination was closed: ${route.name}`, async () => {
      const { dst, src } = open();
      await dst.close();
      const outcome = await copySettled(dst, src, route.options);
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written], ["dst", 0]);
      assertInstanceOf(outcome.reason, TypeError);
      assertUnlocked(src, dst);
      if (route.takesBack) assertBytes(await readAll(src), concat([a, b]));
    });

    it(`rejects with the reason with which the destination was aborted: ${route.name}`, async () => {
      const { dst, src } = open();
      await dst.abort(DST);
      const outcome = await copySettled(dst, src, route.options);
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written, outcome.reason], ["dst", 0, DST]);
      assertUnlocked(src, dst);
      if (route.takesBack) assertBytes(await readAll(src), concat([a, b]));
    });
  }

  it("ends at once when a destination fails while the source is idle", async () => {
    let fail = (_reason: unknown) => {};
    const dst = new WritableStream<Uint8Array>({
      start(controller) {
        fail = (reason) => controller.error(reason);
      },
    });
    const src = new ReadableStream<Uint8Array>();
    const settled = copySettled(dst, src, { onPath: () => queueMicrotask(() => fail(DST)) });
    assertEquals(await settled, { ok: false, written: 0, path: "chunks", side: "dst", reason: DST });
    assertUnlocked(src, dst);
  });

  it("ends when the readable side of a TransformStream is cancelled", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const src = new ReadableStream<Uint8Array>();
    const settled = copySettled(writable, src);
    await readable.cancel(DST);
    const outcome = await settled;
    assert(!outcome.ok);
    assertEquals([outcome.side, outcome.reason], ["dst", DST]);
    assertUnlocked(src, writable);
  });
});

describe("copy() and callbacks that throw", () => {
  const reason = new Error("the callback failed");
  const thrower = () => {
    throw reason;
  };

  for (const route of ROUTES) {
    it(`ends with what onPath threw, before a byte moved: ${route.name}`, async () => {
      const src = route.source(a, b);
      const dst = route.destination(() => assert(false, "a byte moved"));
      const outcome = await copySettled(dst, src, { ...route.options, onPath: thrower });
      assertEquals(outcome, { ok: false, written: 0, path: route.path, side: "callback", reason });
      assertUnlocked(src, dst);
      assertBytes(await readAll(src), concat([a, b]));
    });

    it(`ends with what onProgress threw, and counts what it was told: ${route.name}`, async () => {
      const src = route.source(a, b);
      const dst = route.destination(() => {});
      const outcome = await copySettled(dst, src, { ...route.options, onProgress: thrower });
      assertEquals(outcome, { ok: false, written: 4, path: route.path, side: "callback", reason });
      assertUnlocked(src, dst);
      assertBytes(await readAll(src), b);
    });
  }
});
