import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copyBuffer,
  copyN,
  type CopyOptions,
  type CopyPath,
  discard,
  readAll,
  type Reader,
  readerFrom,
  StagingBuffer,
} from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { has, needs } from "../support/features.ts";
import { assertUnlocked } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, failing, readerOf, streamBySteps, waiting } from "../support/steps.ts";
import { isPending } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const itByob = (name: string, body: () => Promise<void>) => it(name, needs("byte streams"), body);

/** A byte stream that notes the size of every view it is given to fill. */
function recordingByteStream(bytes: Uint8Array): { stream: ReadableStream<Uint8Array>; sizes: number[] } {
  const sizes: number[] = [];
  let offset = 0;
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const view = controller.byobRequest?.view;
      if (!view) throw new Error("A default reader came");
      sizes.push(view.byteLength);
      const part = bytes.subarray(offset, offset + view.byteLength);
      offset += part.byteLength;
      new Uint8Array(view.buffer, view.byteOffset).set(part);
      if (part.byteLength === 0) controller.close();
      controller.byobRequest?.respond(part.byteLength);
    },
  });
  return { stream, sizes };
}

async function pathOf(run: (options: CopyOptions) => Promise<unknown>): Promise<CopyPath[]> {
  const paths: CopyPath[] = [];
  await run({ onPath: (path) => paths.push(path) });
  return paths;
}

describe("the buffer that copy() allocates", () => {
  const data = pattern(4 * MIB);

  /** How a source that fills every buffer is read. */
  const grown = [64 * KIB, 128 * KIB, 256 * KIB, 512 * KIB, MIB, MIB, MIB, MIB, MIB];

  it("grows from 64 KiB to 1 MiB while reads come back full", async () => {
    const src = readerOf(data);
    assertEquals(await copy(discard, src), data.byteLength);
    assertEquals(src.sizes, grown);
  });

  itByob("grows so for a byte stream too", async () => {
    const { stream, sizes } = recordingByteStream(data);
    assertEquals(await copy(discard, stream), data.byteLength);
    assertEquals(sizes, grown);
  });

  it("does not grow while reads come back short", async () => {
    const src = readerOf(...cutEvery(data.subarray(0, MIB), 64 * KIB - 1));
    await copy(discard, src);
    assert(src.sizes.every((size) => size === 64 * KIB), String(src.sizes));
  });

  it("stays at bufferSize", async () => {
    for (const bufferSize of [1, 100, 96 * KIB]) {
      const src = readerOf(data.subarray(0, 5 * bufferSize));
      await copy(discard, src, { bufferSize });
      assertEquals(src.sizes, Array(6).fill(bufferSize));
    }
  });

  it("is no larger than what copyN() still needs", async () => {
    for (
      const { n, sizes } of [
        { n: 10, sizes: [10] },
        { n: 1, sizes: [1] },
        { n: 0, sizes: [] },
        { n: 64 * KIB + 10, sizes: [64 * KIB, 10] },
      ]
    ) {
      for (const via of [undefined, "buffer"] as const) {
        const src = readerOf(data.subarray(0, MIB));
        assertEquals(await copyN(discard, src, n, via === undefined ? {} : { via }), n);
        assertEquals(src.sizes, sizes, `copyN ${n} via ${via}`);
      }
    }
  });

  it("is used over and over", async () => {
    const buffers = new Set<ArrayBufferLike>();
    const src = readerOf(...cutEvery(data.subarray(0, 4_000), 500));
    const spy: Reader = {
      read(p) {
        buffers.add(p.buffer);
        return src.read(p);
      },
    };
    assertEquals(await copy(discard, spy), 4_000);
    assertEquals(buffers.size, 1);
  });
});

describe("copyBuffer()", () => {
  const data = pattern(10_000);

  for (const size of [1, 7, 4_096, 20_000]) {
    it(`reads no more than ${size} bytes at a time into a buffer of ${size}`, async () => {
      for (const buf of [new Uint8Array(size), new StagingBuffer(size)]) {
        const src = readerOf(data);
        const writer = recordingWriter();
        const paths = await pathOf((options) => copyBuffer(writer, src, buf, options));
        assertEquals(paths, ["buffer"]);
        assert(src.sizes.length > 0 && src.sizes.every((given) => given === size), String(src.sizes));
        assert(writer.sizes.every((given) => given <= size));
        assertBytes(writer.bytes(), data);
      }
    });

    itByob(`lets a byte stream fill no more than ${size} bytes at a time`, async () => {
      for (const buf of [new Uint8Array(size), new StagingBuffer(size)]) {
        const { stream, sizes } = recordingByteStream(data);
        const writer = recordingWriter();
        const paths = await pathOf((options) => copyBuffer(writer, stream, buf, options));
        assertEquals(paths, ["byob"]);
        assert(sizes.length > 0 && sizes.every((given) => given === size), String(sizes));
        assertBytes(writer.bytes(), data);
        assertUnlocked(stream);
      }
    });
  }

  it("reads into the very memory that was given", async () => {
    const buf = new Uint8Array(100);
    let same = true;
    const src = readerOf(data);
    await copyBuffer(discard, {
      read(p) {
        same &&= p.buffer === buf.buffer;
        return src.read(p);
      },
    }, buf);
    assert(same);
    assertEquals(buf.byteLength, 100);
    assertBytes(buf, data.subarray(-100));
  });

  it("says so where the buffer is not used, and leaves it alone", async () => {
    for (
      const { src, dst } of [
        { src: chunkReaderOf(data), dst: recordingWriter() },
        { src: streamBySteps("default", data), dst: recordingWriter() },
        { src: readerOf(data), dst: sink().stream },
        { src: streamBySteps("filling", data), dst: sink().stream },
      ]
    ) {
      const buf = new Uint8Array(8).fill(9);
      const paths = await pathOf((options) => copyBuffer(dst, src, buf, options));
      assertEquals(paths, ["chunks"]);
      assertEquals(buf, new Uint8Array(8).fill(9));
    }
  });

  it("uses the buffer via buffer whatever the source can do", async () => {
    for (const src of [chunkReaderOf(data), streamBySteps("default", data), streamBySteps("filling", data)]) {
      const writer = recordingWriter();
      const buf = new Uint8Array(300);
      const paths = await pathOf((options) => copyBuffer(writer, src, buf, { ...options, via: "buffer" }));
      assertEquals(paths, ["buffer"]);
      assertEquals(buf.byteLength, 300);
      assert(writer.sizes.every((size) => size <= 300));
      assertBytes(writer.bytes(), data);
    }
  });

  for (const buf of [new Uint8Array(0), new Uint8Array(new ArrayBuffer(8), 4, 0)]) {
    it(`refuses a buffer of 0 bytes of ${buf.buffer.byteLength}`, async () => {
      const src = readerOf(data);
      await assertRejects(() => copyBuffer(discard, src, buf), RangeError);
      assertEquals(src.sizes, []);
    });
  }

  for (const buf of [undefined, null, 5, "buffer", new ArrayBuffer(8), [1, 2]]) {
    it(`refuses ${Object.prototype.toString.call(buf)} as a buffer`, async () => {
      const src = readerOf(data);
      await assertRejects(() => copyBuffer(discard, src, buf as unknown as Uint8Array), TypeError);
      assertEquals(src.sizes, []);
    });
  }

  describe("with a plain buffer on the path byob", () => {
    itByob("has it detached by the platform", async () => {
      const buf = new Uint8Array(1_000);
      const { stream } = recordingByteStream(data);
      await copyBuffer(discard, stream, buf);
      assertEquals(buf.byteLength, 0);
    });

    itByob("never loses memory that cannot be moved, nor the rest of a larger buffer", async () => {
      const larger = new Uint8Array(64).fill(7);
      const wasm = new WebAssembly.Memory({ initial: 1 });
      const shared = typeof SharedArrayBuffer === "undefined"
        ? []
        : [new Uint8Array(new SharedArrayBuffer(32))];
      for (
        const { what, buf } of [
          { what: "part of a larger buffer", buf: larger.subarray(16, 48) },
          { what: "WebAssembly memory", buf: new Uint8Array(wasm.buffer) },
          { what: "a part of WebAssembly memory", buf: new Uint8Array(wasm.buffer, 8, 32) },
          ...shared.map((buf) => ({ what: "a SharedArrayBuffer", buf })),
        ]
      ) {
        const size = buf.byteLength;
        const { stream, sizes } = recordingByteStream(data);
        const writer = recordingWriter();
        const paths = await pathOf((options) => copyBuffer(writer, stream, buf, options));
        assertEquals([buf.byteLength, paths], [size, ["byob"]], what);
        assert(sizes.every((given) => given <= size), what);
        assertBytes(writer.bytes(), data, what);
        // The bytes are there: those of the last write at the start.
        const last = writer.chunks.at(-1) ?? new Uint8Array(0);
        assertBytes(buf.slice(0, last.byteLength), last, what);
      }
      assertBytes(larger.subarray(0, 16), new Uint8Array(16).fill(7), "the memory before");
      assertBytes(larger.subarray(48), new Uint8Array(16).fill(7), "the memory behind");
    });
  });
});

describe("a StagingBuffer", () => {
  const data = pattern(5_000);

  /** Copies by way of the buffer, and checks the sizes of the reads. */
  async function works(staging: StagingBuffer): Promise<void> {
    const src = readerOf(data);
    const writer = recordingWriter();
    assertEquals(await copyBuffer(writer, src, staging), data.byteLength);
    assert(src.sizes.every((size) => size === staging.size), String(src.sizes));
    assertBytes(writer.bytes(), data);
    assertEquals(staging.busy, false);
  }

  for (const size of [0, -1]) {
    it(`refuses a size of ${size}`, () => void assertThrows(() => new StagingBuffer(size), RangeError));
  }
  for (const size of [NaN, 1.5, Infinity, 2 ** 53]) {
    it(`refuses a size of ${size}`, () => void assertThrows(() => new StagingBuffer(size), RangeError));
  }

  it("tells its size and whether it is busy", async () => {
    const staging = new StagingBuffer(16);
    assertEquals([staging.size, staging.busy], [16, false]);
    await copyBuffer(
      {
        write(p) {
          assertEquals(staging.busy, true);
          return Promise.resolve(p.byteLength);
        },
      },
      readerOf(data),
      staging,
    );
    assertEquals(staging.busy, false);
  });

  itByob("survives any number of byob copies, with the same memory", async () => {
    const staging = new StagingBuffer(512);
    for (let i = 0; i < 20; i++) {
      const writer = recordingWriter();
      const { stream, sizes } = recordingByteStream(data);
      const paths = await pathOf((options) => copyBuffer(writer, stream, staging, options));
      assertEquals(paths, ["byob"]);
      assert(sizes.every((size) => size === 512));
      assertBytes(writer.bytes(), data);
    }
    await works(staging);
  });

  it("survives failures of either side, of a callback, and a broken stream", async () => {
    const staging = new StagingBuffer(64);
    const reason = new Error("on purpose");
    const thrower = () => {
      throw reason;
    };
    const errored = () =>
      new ReadableStream({ type: "bytes", pull: (controller) => controller.error(reason) });
    const copies = [
      () => copyBuffer(discard, streamBySteps("filling", data, failing(reason)), staging),
      () => copyBuffer({ write: thrower }, streamBySteps("filling", data), staging),
      () => copyBuffer(discard, streamBySteps("filling", data), staging, { onProgress: thrower }),
      () => copyBuffer(discard, streamBySteps("filling", data), staging, { onPath: thrower }),
      ...(has("byte streams") ? [() => copyBuffer(discard, errored(), staging)] : []),
    ];
    for (const broken of copies) {
      assertEquals(await broken().catch((reason: unknown) => reason), reason);
      await works(staging);
    }
  });

  itByob(
    "is free at once after an abort with a read pending, and grows back what the platform lost",
    async () => {
      const staging = new StagingBuffer(64);
      const control = new AbortController();
      const stuck = streamBySteps("filling", data, waiting(new Promise(() => {})));
      const copied = copyBuffer(discard, stuck, staging, { signal: control.signal });
      assertEquals(await isPending(copied), true);
      control.abort(new Error("on purpose"));
      assertEquals(staging.busy, false);
      const { stream } = recordingByteStream(data);
      assertEquals(await copyBuffer(discard, stream, staging), data.byteLength);
      await assertRejects(() => copied, Error, "on purpose");
      await works(staging);
    },
  );

  it("has fresh memory after an abort with a write pending, which may still read the old", async () => {
    const staging = new StagingBuffer(8);
    const control = new AbortController();
    let held: Uint8Array = new Uint8Array(0);
    const stuck = {
      write(p: Uint8Array): Promise<number> {
        held = p;
        return new Promise(() => {});
      },
    };
    const copied = copyBuffer(stuck, readerOf(data), staging, { signal: control.signal });
    assertEquals(await isPending(copied), true);
    control.abort(new Error("on purpose"));
    await works(staging);
    assertBytes(held, data.subarray(0, 8));
    await assertRejects(() => copied, Error, "on purpose");
  });

  it("does not overwrite in its next copy what the last one gave back to the source", async () => {
    const staging = new StagingBuffer(100);
    const src = streamBySteps("filling", data);
    const left = [100, 30, 0];
    await assertRejects(() => copyBuffer(recordingWriter(() => left.shift() ?? 0), src, staging));
    await copyBuffer(discard, readerOf(new Uint8Array(1_000).fill(255)), staging);
    assertBytes(await readAll(src), data.subarray(130));
  });

  for (const path of ["buffer", "byob", "chunks", "writeTo"] as const) {
    it(`refuses to serve two copies at once, the second by ${path}`, async () => {
      const staging = new StagingBuffer(64);
      const control = new AbortController();
      const stuck = readerOf(waiting(new Promise(() => {})));
      const first = copyBuffer(discard, stuck, staging, { signal: control.signal });
      const src = {
        buffer: () => readerOf(data),
        byob: () => streamBySteps("filling", data),
        chunks: () => streamBySteps("default", data),
        writeTo: () => ({ ...readerOf(data), writeTo: () => Promise.resolve(0) }),
      }[path]();
      const dst = path === "chunks" ? sink().stream : recordingWriter();
      await assertRejects(() => copyBuffer(dst, src, staging), TypeError, "two copies");
      assertUnlocked(src, dst);
      assertEquals(staging.busy, true);
      control.abort(new Error("on purpose"));
      await assertRejects(() => first, Error, "on purpose");
      await works(staging);
    });
  }

  it("keeps the bytes right that a StreamReader had left before", async () => {
    const staging = new StagingBuffer(16);
    const reader = readerFrom(streamBySteps("default", data));
    const head = new Uint8Array(10);
    await reader.read(head);
    const writer = recordingWriter();
    assertEquals(await copyBuffer(writer, reader, staging), data.byteLength - 10);
    assertBytes(concat([head, writer.bytes()]), data);
  });
});
