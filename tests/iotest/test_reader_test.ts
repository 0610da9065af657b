import { assert, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Reader, SeekMode } from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { testReader } from "../../src/iotest/mod.ts";
import { pattern } from "../support/bytes.ts";
import { detach } from "../support/detach.ts";

const CONTENT = pattern(20);

/** A good reader of the content, with methods exchanged for worse ones, which get the good ones to build on. */
function worse(
  exchange: (good: BytesReader) => Partial<Record<keyof BytesReader, unknown>>,
): Reader {
  const good = new BytesReader(CONTENT);
  const methods: Partial<Record<keyof BytesReader, unknown>> = {
    read: (p: Uint8Array) => good.read(p),
    readChunk: (max?: number) => good.readChunk(max),
    seek: (offset: number, whence: SeekMode) => good.seek(offset, whence),
    readAt: (p: Uint8Array, offset: number) => good.readAt(p, offset),
  };
  const broken = { ...methods, ...exchange(good) };
  for (const name of ["readChunk", "seek", "readAt"] as const) {
    if (broken[name] === undefined) delete broken[name];
  }
  return broken as unknown as Reader;
}

/** Only `read`, and that a worse one. */
function worseRead(read: (p: Uint8Array, good: BytesReader) => unknown): Reader {
  return worse((good) => ({
    read: (p: Uint8Array) => read(p, good),
    readChunk: undefined,
    seek: undefined,
    readAt: undefined,
  }));
}

function scribble(bytes: Uint8Array): void {
  bytes.fill(0xee);
}

describe("testReader()", () => {
  for (
    const { rule, broken, message } of [
      {
        rule: "read() returns a promise",
        broken: () => worseRead((p, good) => good.readSync(p)),
        message: "read() returned 0 and no promise",
      },
      {
        rule: "read() does not throw",
        broken: () =>
          worseRead(() => {
            throw new Error("at once");
          }),
        message: "read() threw where it should have rejected",
      },
      {
        rule: "read() does not reject",
        broken: () => worseRead(() => Promise.reject(new Error("later"))),
        message: "read() rejected: Error: later",
      },
      {
        rule: "an empty buffer gives 0 before the end",
        broken: () => worseRead((p, good) => p.byteLength === 0 ? Promise.resolve(null) : good.read(p)),
        message: "read() into an empty buffer resolved to null: it has to be 0 before the end",
      },
      {
        rule: "an empty buffer takes nothing",
        broken: () =>
          worseRead((p, good) => {
            if (p.byteLength === 0) good.readByte();
            return good.read(p);
          }),
        message: "read() gave 31 as byte 0, which is 0",
      },
      {
        rule: "a result is not negative",
        broken: () => worseRead((p, good) => p.byteLength === 0 ? good.read(p) : Promise.resolve(-1)),
        message: "read() into 1 bytes resolved to -1: it has to be null or 0 to 1",
      },
      {
        rule: "a result is not above what fits",
        broken: () => worseRead((p, good) => good.read(p).then((n) => n === 2 ? 3 : n)),
        message: "read() into 2 bytes resolved to 3: it has to be null or 0 to 2",
      },
      {
        rule: "a result is an integer",
        broken: () => worseRead((p, good) => good.read(p).then((n) => n === 2 ? 1.5 : n)),
        message: "read() into 2 bytes resolved to 1.5",
      },
      {
        rule: "a result is a number",
        broken: () => worseRead((p, good) => good.read(p).then((n) => n === null ? undefined : n)),
        message: "resolved to undefined: it has to be null or",
      },
      {
        rule: "nothing is written beside the buffer",
        broken: () =>
          worseRead((p, good) => {
            scribble(new Uint8Array(p.buffer, p.byteOffset + p.byteLength, 1));
            return good.read(p);
          }),
        message: "read() wrote beside the buffer it was given",
      },
      {
        rule: "nothing is written before the buffer",
        broken: () =>
          worseRead((p, good) => {
            scribble(new Uint8Array(p.buffer, 0, p.byteOffset));
            return good.read(p);
          }),
        message: "read() wrote beside the buffer it was given",
      },
      {
        rule: "the buffer is not detached",
        broken: () =>
          worseRead(async (p, good) => {
            const n = await good.read(p);
            detach(p);
            return n;
          }),
        message: "read() detached the buffer it was given",
      },
      {
        rule: "the buffer is not kept and written to later",
        broken: () => {
          let kept: Uint8Array | undefined;
          return worseRead((p, good) => {
            if (kept !== undefined) scribble(kept);
            kept = p;
            return good.read(p);
          });
        },
        message: "a buffer was written to after its read() was over",
      },
      {
        rule: "the buffer is not kept and read from later",
        broken: () => {
          let kept: Uint8Array | undefined;
          return worseRead((p, good) => {
            const last = kept;
            kept = undefined;
            if (last === undefined || p.byteLength < 1) {
              const n = good.readSync(p);
              if (n === 3) kept = p.subarray(2);
              return Promise.resolve(n === 3 ? 2 : n);
            }
            p.set(last);
            return Promise.resolve(1);
          });
        },
        message: "read() gave 167 as byte",
      },
      {
        rule: "the bytes are right",
        broken: () =>
          worseRead(async (p, good) => {
            const n = await good.read(p);
            if (good.length < 5 && n !== null) p[0] = 0xee;
            return n;
          }),
        message: "read() gave 238 as byte 15, which is 209",
      },
      {
        rule: "the end is not early",
        broken: () => worseRead((p, good) => good.length <= 5 ? Promise.resolve(null) : good.read(p)),
        message: "the input ended after 15 of 20 bytes",
      },
      {
        rule: "the end is not late",
        broken: () => {
          let more = 2;
          return worseRead(async (p, good) => await good.read(p) ?? (more-- > 0 ? 1 : null));
        },
        message: "read() gave 21 bytes of an input that has 20",
      },
      {
        rule: "null is not followed by data",
        broken: () => {
          let reads = 0;
          return worseRead((p, good) => ++reads === 4 ? Promise.resolve(null) : good.read(p));
        },
        message: "read() resolved to 10 after null: the end has to be final",
      },
      {
        rule: "null is not followed by an empty read",
        broken: () => {
          let ends = 0;
          return worseRead(async (p, good) => await good.read(p) ?? (ends++ === 0 ? null : 0));
        },
        message: "read() resolved to 0 after null: the end has to be final",
      },
      {
        rule: "the end lasts",
        broken: () => {
          let ends = 0;
          return worseRead(async (p, good) => await good.read(p) ?? (ends++ < 2 ? null : 0));
        },
        message: "read() resolved to 0 at the end: it has to be null there",
      },
      {
        rule: "an empty buffer gives 0 or null at the end",
        broken: () => worseRead(async (p, good) => await good.read(p) ?? (p.byteLength === 0 ? 1 : null)),
        message: "read() into 0 bytes resolved to 1",
      },
      {
        rule: "the input goes on some time",
        broken: () => worseRead((p, good) => good.length < 5 ? Promise.resolve(0) : good.read(p)),
        message: "read() resolved to 0 100 times in a row",
      },
      {
        rule: "a chunk is not above the bound",
        broken: () => worse((good) => ({ readChunk: () => good.readChunk() })),
        message: "readChunk(1) gave 14 bytes: that is more than it was asked for",
      },
      {
        rule: "a chunk is bytes",
        broken: () => worse(() => ({ readChunk: () => Promise.resolve([1]) })),
        message: "readChunk() resolved to a Array: it has to be a Uint8Array or null",
      },
      {
        rule: "a chunk has the right bytes",
        broken: () => worse(() => ({ readChunk: () => Promise.resolve(Uint8Array.of(9)) })),
        message: "readChunk() gave 9 as byte 6",
      },
      {
        rule: "chunks and reads share a position",
        broken: () =>
          worse((good) => ({ readChunk: (max: number) => Promise.resolve(CONTENT.slice(6, 6 + max)), good })),
        message: "read() gave 186 as byte 7, which is 217",
      },
      {
        rule: "a chunk is not overwritten later",
        broken: () => {
          const memory = new Uint8Array(64);
          return worse((good) => ({
            async readChunk(max: number) {
              const n = await good.read(memory.subarray(0, max));
              return n === null ? null : memory.subarray(0, n);
            },
          }));
        },
        message: "the chunk that readChunk() gave at 6 was overwritten later",
      },
      {
        rule: "the end of the chunks is null",
        broken: () =>
          worse((good) => ({
            readChunk: async (max: number) => await good.readChunk(max) ?? new Uint8Array(0),
          })),
        message: "readChunk() resolved to an empty chunk at the end",
      },
      {
        rule: "readChunk() does not reject",
        broken: () => worse(() => ({ readChunk: () => Promise.reject(new Error("none")) })),
        message: "readChunk() rejected: Error: none",
      },
      {
        rule: "seek() returns the position",
        broken: () =>
          worse((good) => ({
            seek: (offset: number, whence: SeekMode) => good.seek(offset, whence).then(() => offset),
          })),
        message: "seek(0, Current) resolved to 0: the position has to be 20",
      },
      {
        rule: "seek() moves",
        broken: () =>
          worse((good) => ({
            async seek(offset: number, whence: SeekMode) {
              const now = await good.seek(0, SeekMode.Current);
              const moved = await good.seek(offset, whence);
              if (whence === SeekMode.Start) await good.seek(now, SeekMode.Start);
              return moved;
            },
          })),
        message: "the input ended after 7 of 20 bytes",
      },
      {
        rule: "seek() knows the end",
        broken: () =>
          worse((good) => ({
            seek: (offset: number, whence: SeekMode) =>
              good.seek(whence === SeekMode.End ? offset - 1 : offset, whence),
          })),
        message: "seek(-6, End) resolved to 13: the position has to be 14",
      },
      {
        rule: "seek() before the start rejects",
        broken: () =>
          worse((good) => ({
            seek: (offset: number, whence: SeekMode) =>
              good.seek(whence === SeekMode.Start ? Math.max(0, offset) : offset, whence),
          })),
        message: "seek(-1, Start) resolved to 0: it has to reject",
      },
      {
        rule: "a seek that fails leaves the position",
        broken: () =>
          worse((good) => ({
            async seek(offset: number, whence: SeekMode) {
              if (whence === SeekMode.Start && offset < 0) await good.seek(0, whence);
              return await good.seek(offset, whence);
            },
          })),
        message: "seek(0, Current) resolved to 0: the position has to be 14",
      },
      {
        rule: "seek() goes past the end",
        broken: () =>
          worse((good) => ({
            async seek(offset: number, whence: SeekMode) {
              if (whence === SeekMode.End && offset > 0) throw new RangeError("past the end");
              return await good.seek(offset, whence);
            },
          })),
        message: "seek(10, End) rejected: RangeError: past the end",
      },
      {
        rule: "readAt() fills its buffer",
        broken: () =>
          worse((good) => ({
            readAt: (p: Uint8Array, offset: number) => good.readAt(p.subarray(0, 10), offset),
          })),
        message: "readAt() of 20 bytes at 0 resolved to 10: it has to be 20",
      },
      {
        rule: "readAt() says the end",
        broken: () =>
          worse((good) => ({
            readAt: async (p: Uint8Array, offset: number) => await good.readAt(p, offset) ?? 0,
          })),
        message: "readAt() of 1 bytes at 20 resolved to 0: it has to be null",
      },
      {
        rule: "readAt() gives the right bytes",
        broken: () =>
          worse((good) => ({
            readAt: (p: Uint8Array, offset: number) => good.readAt(p, offset).then((n) => (p[5] = 1, n)),
          })),
        message: "readAt() of 20 bytes at 0 gave 1 as byte 5, which is 155",
      },
      {
        rule: "readAt() refuses a negative offset",
        broken: () =>
          worse((good) => ({
            readAt: (p: Uint8Array, offset: number) => good.readAt(p, Math.max(0, offset)),
          })),
        message: "readAt() at -1 resolved to 1: it has to reject",
      },
      {
        rule: "readAt() leaves the position",
        broken: () =>
          worse((good) => ({
            async readAt(p: Uint8Array, offset: number) {
              const n = await good.readAt(p, offset);
              await good.seek(offset + (n ?? 0), SeekMode.Start);
              return n;
            },
          })),
        message: "readAt() moved the position from 10 to",
      },
      {
        rule: "readAt() leaves the position of a reader that cannot seek",
        broken: () =>
          worse((good) => ({
            seek: undefined,
            async readAt(p: Uint8Array, offset: number) {
              const n = await good.readAt(p, offset);
              await good.seek(offset, SeekMode.Start);
              return n;
            },
          })),
        message: "read() gave 21 bytes of an input that has 20",
      },
      {
        rule: "calls of readAt() may overlap",
        broken: () => {
          let busy = false;
          return worse((good) => ({
            async readAt(p: Uint8Array, offset: number) {
              if (busy) throw new TypeError("busy");
              busy = true;
              try {
                return await good.readAt(p, offset);
              } finally {
                busy = false;
              }
            },
          }));
        },
        message: "rejected: TypeError: busy",
      },
    ]
  ) {
    it(`finds that ${rule} is not kept`, async () => {
      await assertRejects(() => testReader(broken(), CONTENT), Error, message);
    });
  }

  it("gives what a method rejected with as the cause", async () => {
    const reason = new Error("on purpose");
    const caught = await testReader({ read: () => Promise.reject(reason) }, CONTENT).catch((e: unknown) => e);
    assert(caught instanceof Error);
    assertStrictEquals(caught.cause, reason);
  });

  it("refuses what is no Reader", async () => {
    // @ts-expect-error: that is what is tested
    await assertRejects(() => testReader({}, CONTENT), TypeError, "it has no read() method");
    // @ts-expect-error: that is what is tested
    await assertRejects(() => testReader(new BytesReader(CONTENT), "abc"), TypeError, "it is no Uint8Array");
  });

  it("finds content that is longer or shorter than it should be", async () => {
    await assertRejects(
      () => testReader(new BytesReader(CONTENT), CONTENT.subarray(1)),
      Error,
      "gave 0 as byte 0",
    );
    await assertRejects(
      () => testReader(new BytesReader(CONTENT), pattern(19)),
      Error,
      "an input that has 19",
    );
    await assertRejects(
      () => testReader(new BytesReader(CONTENT), pattern(21)),
      Error,
      "after 20 of 21 bytes",
    );
  });

  it("lets a reader use the rest of the buffer as scratch space", async () => {
    const reader = worseRead((p, good) => {
      scribble(p);
      return good.read(p.subarray(0, 1));
    });
    await testReader(reader, CONTENT);
  });
});
