import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copyN,
  type CopyOptions,
  type CopyPath,
  copySettled,
  discard,
  InvalidWriteError,
  onlyReader,
  onlyWriter,
  type Reader,
  type ReaderFrom,
  type Writer,
  type WriterTo,
} from "../../mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { countingSignal } from "../support/signals.ts";
import { sink } from "../support/sinks.ts";
import { failing, readerOf, streamBySteps, waiting } from "../support/steps.ts";
import { gate, isPending, settled } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const a = pattern(4, 1);
const b = pattern(6, 2);

/** A source from elsewhere that writes itself out, chunk by chunk. */
function writerTo(
  chunks: Uint8Array[],
  before: (options: CopyOptions | undefined) => unknown = () => {},
): Reader & WriterTo & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    read() {
      calls.push("read");
      return Promise.resolve(null);
    },
    async writeTo(dst, options) {
      calls.push("writeTo");
      await before(options);
      let written = 0;
      for (const chunk of chunks) written += await dst.write(chunk);
      return written;
    },
  };
}

/** A destination from elsewhere that reads its source to the end, 5 bytes at a time. */
function readerFrom(
  before: (options: CopyOptions | undefined) => unknown = () => {},
): Writer & ReaderFrom & { calls: string[]; bytes: () => Uint8Array } {
  const calls: string[] = [];
  const kept: Uint8Array[] = [];
  return {
    calls,
    bytes: () => concat(kept),
    write(p) {
      calls.push("write");
      kept.push(p.slice());
      return Promise.resolve(p.byteLength);
    },
    async readFrom(src, options) {
      calls.push("readFrom");
      await before(options);
      const p = new Uint8Array(5);
      let total = 0;
      for (let n = await src.read(p); n !== null; n = await src.read(p)) {
        kept.push(p.slice(0, n));
        total += n;
      }
      return total;
    },
  };
}

describe("copy() and objects with their own writeTo and readFrom", () => {
  it("asks writeTo first, then readFrom, then copies itself, and only one of them", async () => {
    const src = writerTo([a, b]);
    const dst = readerFrom();
    assertEquals(await copy(dst, src), 10);
    assertEquals([src.calls, dst.calls], [["writeTo"], ["write", "write"]]);

    const taker = readerFrom();
    assertEquals(await copy(taker, readerOf(a, b)), 10);
    assertEquals(taker.calls, ["readFrom"]);
    assertBytes(taker.bytes(), concat([a, b]));

    const plain = recordingWriter();
    assertEquals(await copy(plain, readerOf(a, b)), 10);
    assertBytes(plain.bytes(), concat([a, b]));
  });

  it("hides them behind onlyReader() and onlyWriter()", async () => {
    const src = writerTo([a]);
    const dst = readerFrom();
    const paths: CopyPath[] = [];
    await copy(onlyWriter(dst), onlyReader(src), { onPath: (path) => paths.push(path) });
    assertEquals([src.calls, dst.calls, paths], [["read"], [], ["buffer"]]);
  });

  it("names writeTo and readFrom, once and before the first byte", async () => {
    for (
      const { src, dst, path, totals } of [
        { src: writerTo([a, b]), dst: readerFrom(), path: "writeTo", totals: [4, 10] },
        { src: readerOf(a, 0, b), dst: readerFrom(), path: "readFrom", totals: [4, 9, 10] },
      ]
    ) {
      const events: unknown[] = [];
      const written = await copy(dst, src, {
        onPath(path) {
          events.push(path);
          assertEquals(dst.bytes().byteLength, 0);
        },
        onProgress: (total) => events.push(total),
      });
      assertEquals(written, 10);
      assertEquals(events, [path, ...totals]);
    }
  });

  it("names the path when there was nothing to copy", async () => {
    for (
      const [dst, src, path] of [[readerFrom(), writerTo([]), "writeTo"], [
        readerFrom(),
        readerOf(),
        "readFrom",
      ]]
    ) {
      const paths: unknown[] = [];
      const outcome = await copySettled(dst as Writer, src as Reader, { onPath: (path) => paths.push(path) });
      assertEquals(outcome, { ok: true, written: 0, path: path as CopyPath });
      assertEquals(paths, [path]);
    }
  });

  it("lets the object name its path itself", async () => {
    const src = writerTo([a], (options) => options?.onPath?.("kernel"));
    const dst = readerFrom((options) => options?.onPath?.("kernel"));
    assertEquals(await copySettled(recordingWriter(), src), { ok: true, written: 4, path: "kernel" });
    assertEquals(await copySettled(dst, readerOf(a)), { ok: true, written: 4, path: "kernel" });
  });

  it("passes the options on", async () => {
    const { signal } = new AbortController();
    const options = { signal, length: 4, bufferSize: 7 };
    const seen: (CopyOptions | undefined)[] = [];
    await copy(recordingWriter(), writerTo([a], (given) => seen.push(given)), options);
    await copy(readerFrom((given) => seen.push(given)), readerOf(a), options);
    assertEquals(seen.length, 2);
    for (const given of seen) {
      assertStrictEquals(given?.signal, signal);
      assertEquals([given?.length, given?.bufferSize], [4, 7]);
    }
  });

  it("gives it the other end itself when nobody wants to watch", async () => {
    const dst = recordingWriter();
    const src = { ...readerOf(), writeTo: (given: Writer) => Promise.resolve(given === dst ? 1 : 0) };
    assertEquals(await copy(dst, src), 1);
    const from = readerOf();
    const into = {
      ...recordingWriter(),
      readFrom: (given: Reader) => Promise.resolve(given === from ? 1 : 0),
    };
    assertEquals(await copy(into, from), 1);
  });

  it("lets it call copy() again, which moves the bytes by a path of its own", async () => {
    const inner = streamBySteps("default", a, b);
    const src = { ...readerOf(), writeTo: (dst: Writer, options?: CopyOptions) => copy(dst, inner, options) };
    const paths: CopyPath[] = [];
    const progress: number[] = [];
    const written = await copy(recordingWriter(), src, {
      onPath: (path) => paths.push(path),
      onProgress: (total) => progress.push(total),
    });
    assertEquals([written, paths, progress], [10, ["chunks"], [4, 10]]);
    assertUnlocked(inner);
  });

  it("leaves them alone via another path", async () => {
    const src = writerTo([a]);
    const dst = readerFrom();
    await copy(dst, src, { via: "buffer" });
    assertEquals([src.calls, dst.calls], [["read"], []]);
    const taker = readerFrom();
    await copy(taker, { ...readerOf(a), ...writerTo([b]), read: readerOf(a).read }, { via: "readFrom" });
    assertEquals(taker.calls, ["readFrom"]);
    assertBytes(taker.bytes(), a);
  });

  it("hides writeTo in copyN(), but not readFrom", async () => {
    const src = { ...writerTo([b]), read: readerOf(a, b).read };
    const dst = readerFrom();
    assertEquals(await copyN(dst, src, 7), 7);
    assertEquals([src.calls, dst.calls], [[], ["readFrom"]]);
    assertBytes(dst.bytes(), concat([a, b]).subarray(0, 7));
  });

  it("asks a destination of this package for its writes only", async () => {
    const src = writerTo([a, b]);
    const { stream, chunks } = sink();
    assertEquals(await copySettled(stream, src), { ok: true, written: 10, path: "writeTo" });
    assertUnlocked(stream);
    assertBytes(concat(chunks), concat([a, b]));
    assertEquals(await copy(discard, writerTo([a, b])), 10);
  });

  it("keeps bytes right that writeTo sends from one buffer", async () => {
    const buffer = new Uint8Array(4);
    const src = {
      ...readerOf(),
      async writeTo(dst: Writer) {
        for (let i = 1; i <= 3; i++) {
          await dst.write(buffer.fill(i));
        }
        return 12;
      },
    };
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({}, { highWaterMark: 9 }, {
      highWaterMark: 9,
    });
    await copy(writable, src);
    const all = new Response(readable).arrayBuffer();
    await writable.close();
    assertEquals([...new Uint8Array(await all)], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  });

  describe("that fail", () => {
    const reason = new Error("it failed");

    it("are told as the source, with an exact count", async () => {
      const src = writerTo([a, b]);
      const failsAfter = {
        ...src,
        async writeTo(dst: Writer) {
          await src.writeTo(dst);
          throw reason;
        },
      };
      const dst = recordingWriter();
      const outcome = await copySettled(dst, failsAfter);
      assertEquals(outcome, { ok: false, written: 10, path: "writeTo", side: "src", reason });
    });

    it("are told as the destination when that failed", async () => {
      const dst = recordingWriter((p) => {
        if (p.byteLength === 6) throw reason;
        return p.byteLength;
      });
      const outcome = await copySettled(dst, writerTo([a, b]));
      assertEquals(outcome, { ok: false, written: 4, path: "writeTo", side: "dst", reason });

      const { stream } = sink(() => {
        throw reason;
      });
      const other = await copySettled(stream, writerTo([a]));
      assertEquals(other, { ok: false, written: 0, path: "writeTo", side: "dst", reason });
      assertUnlocked(stream);
    });

    it("are told as the destination by readFrom, or as the source when that failed", async () => {
      const broken = {
        ...recordingWriter(),
        async readFrom(src: Reader) {
          await src.read(new Uint8Array(2));
          throw reason;
        },
      };
      const outcome = await copySettled(broken, readerOf(a));
      assertEquals(outcome, { ok: false, written: 2, path: "readFrom", side: "dst", reason });

      const src = await copySettled(readerFrom(), readerOf(a, failing(reason)));
      assertEquals(src, { ok: false, written: 4, path: "readFrom", side: "src", reason });
    });

    it("are told with their path when they fail before the first byte", async () => {
      const src = { ...readerOf(), writeTo: () => Promise.reject(reason) };
      const dst = { ...recordingWriter(), readFrom: () => Promise.reject(reason) };
      const bySource = await copySettled(recordingWriter(), src);
      assertEquals(bySource, { ok: false, written: 0, path: "writeTo", side: "src", reason });
      const byDestination = await copySettled(dst, readerOf());
      assertEquals(byDestination, { ok: false, written: 0, path: "readFrom", side: "dst", reason });

      const paths: string[] = [];
      await copy(dst, readerOf(), { onPath: (path) => paths.push(path) }).catch(() => {});
      assertEquals(paths, ["readFrom"]);
    });

    for (const result of [-1, 1.5, NaN, "3", undefined, 2 ** 53]) {
      it(`are refused when they tell ${String(result)} as their count`, async () => {
        const lying = { ...readerOf(), writeTo: () => Promise.resolve(result) } as unknown as Reader;
        const outcome = await copySettled(recordingWriter(), lying);
        assert(!outcome.ok);
        assertEquals([outcome.side, outcome.written], ["src", 0]);
        assertInstanceOf(outcome.reason, InvalidWriteError);
      });
    }

    it("end with what a callback threw, whatever they make of it", async () => {
      const deaf = {
        ...readerOf(),
        async writeTo(dst: Writer) {
          await dst.write(a).catch(() => {});
          return 4;
        },
      };
      const thrower = () => {
        throw reason;
      };
      for (const options of [{ onPath: thrower }, { onProgress: thrower }]) {
        const outcome = await copySettled(recordingWriter(), deaf, options);
        assert(!outcome.ok);
        assertEquals([outcome.side, outcome.reason], ["callback", reason]);
      }
    });
  });

  describe("that are aborted", () => {
    it("are not waited for", async () => {
      const abort = countingSignal();
      const never = new Promise<number>(() => {});
      const src = { ...readerOf(), writeTo: () => never };
      const dst = { ...recordingWriter(), readFrom: () => never };
      const both = [
        copy(recordingWriter(), src, { signal: abort.signal }),
        copy(dst, readerOf(), { signal: abort.signal }),
      ];
      assertEquals(await isPending(Promise.race(both)), true);
      abort.abort();
      const reasons = await Promise.all(both.map((copied) => copied.catch((reason: unknown) => reason)));
      assertEquals(reasons, [abort.reason, abort.reason]);
      assertEquals(abort.listeners, 0);
    });

    it("are told with their path, though no byte had moved", async () => {
      const abort = countingSignal();
      const src = { ...readerOf(), writeTo: () => new Promise<number>(() => {}) };
      const settling = copySettled(recordingWriter(), src, { signal: abort.signal });
      abort.abort();
      const reason = abort.reason;
      assertEquals(await settling, { ok: false, written: 0, path: "writeTo", side: "signal", reason });
    });

    it("move nothing through their stand-ins afterwards, and may fail unheard", async () => {
      const abort = countingSignal();
      const hold = gate();
      const dst = recordingWriter();
      const progress: number[] = [];
      const src = {
        ...readerOf(),
        async writeTo(dst: Writer) {
          await dst.write(a);
          await hold.promise;
          await dst.write(b);
          return 10;
        },
      };
      const onProgress = (total: number) => void progress.push(total);
      const settling = copySettled(dst, src, { signal: abort.signal, onProgress });
      assertEquals(await isPending(settling), true);
      abort.abort();
      const { reason } = abort;
      assertEquals(await settling, { ok: false, written: 4, path: "writeTo", side: "signal", reason });
      hold.open();
      await settled();
      assertEquals([progress, dst.sizes], [[4], [4]]);

      const later = gate();
      const signal = countingSignal();
      const taker = readerFrom();
      const taking = copySettled(taker, readerOf(a, waiting(later.promise), b), { signal: signal.signal });
      assertEquals(await isPending(taking), true);
      signal.abort();
      assertEquals((await taking).written, 4);
      later.open();
      await settled();
      assertEquals([abort.listeners, signal.listeners], [0, 0]);
    });

    it("are not called at all if it was aborted before", async () => {
      const src = writerTo([a]);
      const dst = readerFrom();
      const signal = AbortSignal.abort();
      assertEquals((await copySettled(dst, src, { signal })).ok, false);
      assertEquals([src.calls, dst.calls], [[], []]);
    });
  });
});
