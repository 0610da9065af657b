import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  copyBuffer,
  type CopyOptions,
  type CopyOutcome,
  type CopyPath,
  copySettled,
  countingReader,
  countingWriter,
  type Destination,
  limitReader,
  readAll,
  type Reader,
  readerFrom,
  type Source,
  StagingBuffer,
} from "../../mod.ts";
import { assertBytes, concat, cut, pattern } from "../support/bytes.ts";
import { has } from "../support/features.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { countingSignal } from "../support/signals.ts";
import { chunkReaderOf, readerOf, type Step, streamBySteps, type StreamKind } from "../support/steps.ts";
import { gate } from "../support/waiting.ts";

/** One copy, and everything that is to happen to it. Offsets are in bytes from the start. */
interface Script {
  size: number;
  chunkSizes: number[];
  source: "reader" | "chunkReader" | StreamKind;
  wrapper: "none" | "readerFrom" | "counting" | "limit" | "limitedCounting";
  limit: number;
  destination: "writer" | "stream";
  countDestination: boolean;
  /** What a plain Writer accepts of each write, over and over. */
  accepts: number[];
  via: CopyPath | undefined;
  /** A buffer to give, or a fixed size to ask for. */
  buffer: { kind: "none" | "plain" | "staging" | "fixed"; size: number };
  srcFailsAt: number | undefined;
  dstFailsAt: number | undefined;
  callbackThrowsAt: number | undefined;
  abort: { during: "read" | "write" | "accept" | "progress" | "before"; at: number } | undefined;
}

const offset = fc.integer({ min: 0, max: 3_000 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const seldom = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const scripts: fc.Arbitrary<Script> = fc.record({
  size: offset,
  chunkSizes: fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 12 }),
  source: fc.constantFrom("reader", "chunkReader", "default", "filling", "enqueuing"),
  wrapper: fc.constantFrom("none", "none", "readerFrom", "counting", "limit", "limitedCounting"),
  limit: offset,
  destination: fc.constantFrom("writer", "stream"),
  countDestination: fc.boolean(),
  accepts: fc.array(fc.integer({ min: 1, max: 800 }), { minLength: 1, maxLength: 5 }),
  via: maybe(fc.constantFrom<CopyPath>("pipeTo", "byob", "chunks", "buffer")),
  buffer: fc.record({
    kind: fc.constantFrom("none", "plain", "staging", "fixed"),
    size: fc.integer({ min: 1, max: 900 }),
  }),
  srcFailsAt: seldom(offset),
  dstFailsAt: seldom(offset),
  callbackThrowsAt: seldom(offset),
  abort: seldom(fc.record({
    during: fc.constantFrom("read", "write", "accept", "progress", "before"),
    at: offset,
  })),
});

const PIPES_LEAVE_THE_REST = has("pipes that leave what comes after their end");

const SRC = new Error("the source failed");
const DST = new Error("the destination failed");
const CALLBACK = new Error("the callback failed");

/** The world that a script is played in, and what was seen there. */
class Play {
  readonly data: Uint8Array;
  readonly signal = countingSignal();
  readonly arrived: Uint8Array[] = [];
  readonly paths: CopyPath[] = [];
  readonly progress: number[] = [];
  readonly sizes: readonly number[];
  readonly staging: StagingBuffer;
  /** What a pending read or write waits for. */
  readonly gate = gate();
  /** The sizes of a write that was pending at the abort: what the destination then has in its hands. */
  inFlight = 0;
  #accepted = 0;
  #writes = 0;
  readonly #raw: Reader | ReadableStream<Uint8Array>;
  readonly #src: Source;
  readonly #dst: Destination;
  readonly #sink: WritableStream<Uint8Array> | undefined;
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
    this.data = pattern(script.size);
    this.staging = new StagingBuffer(script.buffer.size);
    const steps = this.#steps();
    if (script.source === "reader" || script.source === "chunkReader") {
      const reader = script.source === "reader" ? readerOf(...steps) : chunkReaderOf(...steps);
      this.#raw = reader;
      this.sizes = reader.sizes;
    } else {
      this.#raw = streamBySteps(script.source, ...steps);
      this.sizes = [];
    }
    this.#src = this.#wrap(this.#raw);
    if (script.destination === "stream") {
      this.#sink = new WritableStream<Uint8Array>({ write: (chunk) => this.#take(chunk, chunk.byteLength) });
    }
    const dst = this.#sink ?? {
      write: async (p: Uint8Array) => {
        const n = Math.min(p.byteLength, script.accepts[this.#writes++ % script.accepts.length] ?? 1);
        await this.#take(p, n);
        return n;
      },
    };
    this.#dst = script.countDestination ? countingWriter(dst) : dst;
  }

  /** The chunks, with the failure and the abort of the source at their places. */
  #steps(): Step[] {
    const { chunkSizes, srcFailsAt, abort, source } = this.#script;
    const events: { at: number; step: Step }[] = [];
    if (srcFailsAt !== undefined) {
      events.push({
        at: srcFailsAt,
        step: () => {
          throw SRC;
        },
      });
    }
    if (abort?.during === "read") {
      const step = () => {
        if (this.signal.signal.aborted) return;
        this.signal.abort();
        return this.gate.promise;
      };
      events.push({ at: abort.at, step });
    }
    const steps: Step[] = [];
    let begin = 0;
    for (const { at, step } of events.sort((a, b) => a.at - b.at)) {
      if (at > this.data.byteLength) break;
      steps.push(...cut(this.data.subarray(begin, at), ...chunkSizes), step);
      begin = at;
    }
    steps.push(...cut(this.data.subarray(begin), ...chunkSizes));
    // A byte stream cannot carry an empty chunk, and for a BYOB read it would be the end.
    const hollow = source === "filling" || source === "enqueuing";
    return steps.filter((step) => !(hollow && step instanceof Uint8Array && step.byteLength === 0));
  }

  #wrap(raw: Reader | ReadableStream<Uint8Array>): Source {
    const { wrapper, limit } = this.#script;
    switch (wrapper) {
      case "none":
        return raw;
      case "readerFrom":
        return raw instanceof ReadableStream ? readerFrom(raw) : raw;
      case "counting":
        return countingReader(raw);
      case "limit":
        return limitReader(raw, limit);
      case "limitedCounting":
        return limitReader(countingReader(raw), limit);
    }
  }

  async #take(p: Uint8Array, n: number): Promise<void> {
    const { dstFailsAt, abort } = this.#script;
    if (dstFailsAt !== undefined && this.#accepted + n > dstFailsAt) throw DST;
    if (abort?.during === "write" && this.#accepted + n > abort.at) {
      this.inFlight = p.byteLength;
      if (!this.signal.signal.aborted) this.signal.abort();
      await this.gate.promise;
      throw DST;
    }
    this.arrived.push(p.slice(0, n));
    this.#accepted += n;
    if (abort?.during === "accept" && this.#accepted > abort.at) this.signal.abort();
  }

  async run(): Promise<CopyOutcome> {
    const { via, buffer, abort, callbackThrowsAt } = this.#script;
    if (abort?.during === "before") this.signal.abort();
    const options: CopyOptions = {
      signal: this.signal.signal,
      onPath: (path) => {
        assertEquals(this.arrived.length, 0, "onPath came after the first byte");
        this.paths.push(path);
      },
      onProgress: (total) => {
        this.progress.push(total);
        if (abort?.during === "progress" && total >= abort.at) this.signal.abort();
        if (callbackThrowsAt !== undefined && total > callbackThrowsAt) throw CALLBACK;
      },
      ...(via === undefined ? {} : { via }),
      ...(buffer.kind === "fixed" ? { bufferSize: buffer.size } : {}),
    };
    if (buffer.kind === "none" || buffer.kind === "fixed") {
      return await copySettled(this.#dst, this.#src, options);
    }
    const given = buffer.kind === "plain" ? new Uint8Array(buffer.size) : this.staging;
    try {
      const written = await copyBuffer(this.#dst, this.#src, given, options);
      return { ok: true, written, path: this.paths[0] ?? "kernel" };
    } catch (reason) {
      if (reason instanceof TypeError) throw reason;
      const written = concat(this.arrived).byteLength; // copyBuffer does not tell
      return { ok: false, written, side: sideOf(reason), reason };
    }
  }

  /** Whether the path that is demanded can serve these two ends. */
  canServe(): boolean {
    const { via, destination, source, wrapper } = this.#script;
    const isStream = this.#raw instanceof ReadableStream;
    if (via === "pipeTo") {
      return isStream && destination === "stream" && ["none", "readerFrom"].includes(wrapper);
    }
    if (via === "byob") return this.#raw instanceof ReadableStream && givesByob(this.#raw);
    if (via === "chunks") return destination === "stream" || source !== "reader";
    return true;
  }

  /** The bytes that the source would have given in the end. */
  get wanted(): Uint8Array {
    const { wrapper, limit } = this.#script;
    return wrapper === "limit" || wrapper === "limitedCounting" ? this.data.subarray(0, limit) : this.data;
  }

  get count(): number | undefined {
    return this.#script.countDestination && "count" in this.#dst ? Number(this.#dst.count) : undefined;
  }

  assertLeftNothing(): void {
    assertUnlocked(this.#raw, this.#sink);
    assertEquals(this.signal.listeners, 0, "listeners on the signal");
    assertEquals(this.staging.busy, false);
  }

  /** What can still be read of the source, or null if nothing was promised about it. */
  async rest(outcome: CopyOutcome): Promise<Uint8Array | null> {
    this.gate.open();
    const given = this.#raw instanceof ReadableStream || outcome.ok;
    if (!given || (!outcome.ok && outcome.side === "src") || this.#script.srcFailsAt !== undefined) {
      return null;
    }
    return await readAll(this.#raw);
  }
}

function sideOf(reason: unknown): "src" | "dst" | "signal" | "callback" {
  return reason === SRC ? "src" : reason === DST ? "dst" : reason === CALLBACK ? "callback" : "signal";
}

async function play(script: Script): Promise<void> {
  const scene = new Play(script);
  const aborted = script.abort?.during === "before";
  if (!aborted && !scene.canServe()) {
    const refused = await scene.run().catch((reason: unknown) => reason);
    assert(refused instanceof TypeError, `via ${script.via} gave ${JSON.stringify(refused)}`);
    assertEquals([scene.arrived.length, scene.sizes.length, scene.paths.length], [0, 0, 0]);
    scene.assertLeftNothing();
    return;
  }

  const outcome = await scene.run();
  const arrived = concat(scene.arrived);
  scene.assertLeftNothing();

  assertBytes(arrived, scene.wanted.subarray(0, arrived.byteLength), "what arrived");
  assertEquals(outcome.written, arrived.byteLength, "written");
  if (scene.count !== undefined) assertEquals(scene.count, arrived.byteLength, "count of the destination");
  assert(
    scene.progress.every((total, i) => total > (scene.progress[i - 1] ?? 0)),
    `progress ${scene.progress}`,
  );
  assert((scene.progress.at(-1) ?? 0) <= outcome.written);
  assertEquals(scene.paths.length, aborted ? 0 : 1, "calls of onPath");
  if (script.via !== undefined && !aborted) assertEquals(scene.paths, [script.via]);
  if (script.buffer.kind !== "none" && scene.paths[0] === "buffer") {
    assert(scene.sizes.every((size) => size <= script.buffer.size), `reads of ${scene.sizes}`);
  }

  if (outcome.ok) {
    assertEquals(arrived.byteLength, scene.wanted.byteLength);
    assertEquals(scene.progress.at(-1) ?? 0, outcome.written);
    assertEquals(scene.signal.signal.aborted, false, "aborted, and yet it succeeded");
  } else {
    const reasons = { src: SRC, dst: DST, callback: CALLBACK, signal: scene.signal.reason };
    assertEquals(outcome.reason, reasons[outcome.side]);
    if (outcome.side === "signal") assert(scene.signal.signal.aborted);
  }

  const rest = await scene.rest(outcome);
  if (rest === null) return;
  const begin = scene.data.byteLength - rest.byteLength;
  assertBytes(rest, scene.data.subarray(begin), "the rest");
  // There a pipe that has ended swallows what its last read still brings.
  if (script.via === "pipeTo" && script.abort?.during === "read" && !PIPES_LEAVE_THE_REST) return;
  const lost = begin - arrived.byteLength;
  assert(lost >= 0 && lost <= scene.inFlight, `${lost} bytes lost, ${scene.inFlight} were being written`);
}

describe("copy() against an array", () => {
  it("keeps its promises whatever happens", async () => {
    await fc.assert(fc.asyncProperty(scripts, play), {
      numRuns: 3_000,
      timeout: 2_000,
      interruptAfterTimeLimit: 40_000,
    });
  });
});
