import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll, type Source } from "../../mod.ts";
import { BlockMemory } from "../../src/io/block_memory.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";

const KIB = 1024;

/** Puts reads of these sizes into the memory, as a BYOB reader (`movable`) or a plain Reader brings them. */
function fill(memory: BlockMemory, data: Uint8Array, size: number, movable: boolean): Uint8Array[] {
  const kept: Uint8Array[] = [];
  for (let offset = 0; offset < data.byteLength;) {
    const lent = memory.lend(movable ? Infinity : size, movable);
    const part = data.subarray(offset, offset + Math.min(size, lent.byteLength));
    lent.set(part);
    kept.push(memory.settle(lent.subarray(0, part.byteLength)));
    offset += part.byteLength;
  }
  return kept;
}

/** The bytes of all memory that these views keep alive. */
function heldBy(views: Uint8Array[]): number {
  const buffers = new Set(views.map(({ buffer }) => buffer));
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

describe("BlockMemory", () => {
  for (const movable of [false, true]) {
    for (const size of [1, 100, 1_023, 1_024, 5_000, 33_000, 65_535, 65_536]) {
      it(`keeps reads of ${size} bytes ${movable ? "by BYOB " : ""}in hardly more memory than they have`, () => {
        const data = pattern(size === 1 ? 10_000 : 500_000);
        const kept = fill(new BlockMemory(), data, size, movable);
        assertBytes(concat(kept), data);
        const most = Math.min(2 * data.byteLength, 1.02 * data.byteLength + 64 * KIB);
        assert(heldBy(kept) <= most, `${heldBy(kept)} bytes are held`);
      });
    }
  }

  it("uses one buffer for reads by BYOB that bring little", () => {
    const memory = new BlockMemory();
    const buffers = new Set<ArrayBufferLike>();
    for (let i = 0; i < 1_000; i++) {
      const lent = memory.lend(Infinity, true);
      buffers.add(lent.buffer);
      memory.settle(lent.subarray(0, 40));
    }
    assertEquals(buffers.size, 1);
  });

  it("stores a little chunk behind what was read, and leaves a large one alone", () => {
    const memory = new BlockMemory();
    const read = memory.settle(memory.lend(10, false));
    const little = memory.store(pattern(20));
    assertEquals([little.buffer === read.buffer, little.byteOffset], [true, 10]);
    assertBytes(little, pattern(20));
    const large = pattern(4 * KIB);
    assert(memory.store(large) === large);
  });
});

describe("readAll() of a hundred thousand bytes one by one", () => {
  const size = 100_000;
  const byte = () => {
    let left = size;
    return () => left-- > 0;
  };
  for (
    const { name, open } of [
      {
        name: "a Reader",
        open: (): Source => {
          const more = byte();
          return { read: (p) => Promise.resolve(more() ? (p[0] = 7, 1) : null) };
        },
      },
      {
        name: "the chunks of a stream",
        open: (): Source => {
          const more = byte();
          return new ReadableStream<Uint8Array>({
            pull: (controller) => more() ? controller.enqueue(Uint8Array.of(7)) : controller.close(),
          }, { highWaterMark: 0 });
        },
      },
    ]
  ) {
    it(`brings all of ${name}`, async () => {
      const all = await readAll(open());
      assertEquals(all.byteLength, size);
      assert(all.every((value) => value === 7));
    });
  }
});
