import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FreshMemory, GrowingMemory, type Memory, ViewMemory } from "../../src/core/memory.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { detach } from "../support/detach.ts";

const KIB = 1024;

/** One read that brings `n` bytes, as BYOB does it: the memory is moved. */
function readMoved(memory: Memory, max: number, n: number): { lent: Uint8Array; kept: Uint8Array } {
  const lent = memory.lend(max, true);
  const { byteLength, buffer } = lent;
  assert(buffer instanceof ArrayBuffer);
  const moved = structuredClone(buffer, { transfer: [buffer] });
  return { lent: new Uint8Array(byteLength), kept: memory.settle(fill(new Uint8Array(moved, 0, n))) };
}

/** One read that brings `n` bytes into the memory itself. */
function read(memory: Memory, max: number, n: number): { lent: Uint8Array; kept: Uint8Array } {
  const lent = memory.lend(max, false);
  return { lent, kept: memory.settle(fill(lent.subarray(0, n))) };
}

function fill<T extends Uint8Array>(bytes: T): T {
  bytes.set(pattern(bytes.byteLength));
  return bytes;
}

describe("GrowingMemory", () => {
  for (
    const { how, take } of [{ how: "", take: read }, { how: " that is moved by every read", take: readMoved }]
  ) {
    it(`doubles from 64 KiB to 1 MiB after a full read${how}`, () => {
      const memory = new GrowingMemory();
      const sizes = [];
      for (let i = 0; i < 7; i++) {
        const size = [64, 128, 256, 512, 1_024, 1_024, 1_024][i] ?? 0;
        sizes.push(take(memory, Infinity, size * KIB).lent.byteLength / KIB);
      }
      assertEquals(sizes, [64, 128, 256, 512, 1_024, 1_024, 1_024]);
    });

    it(`stays as it is after a short read, and after a full one into less than all of it${how}`, () => {
      const memory = new GrowingMemory();
      take(memory, Infinity, 64 * KIB - 1);
      take(memory, 100, 100);
      take(memory, Infinity, 0);
      assertEquals(memory.lend(Infinity).byteLength, 64 * KIB);
    });

    it(`stays at a fixed size${how}`, () => {
      const memory = new GrowingMemory(100);
      for (let i = 0; i < 3; i++) assertEquals(take(memory, Infinity, 100).lent.byteLength, 100);
      assertEquals(take(memory, 7, 7).lent.byteLength, 7);
    });
  }

  it("lends the same memory again, also for less", () => {
    const memory = new GrowingMemory();
    const { buffer } = memory.lend(Infinity);
    memory.settle(memory.lend(Infinity).subarray(0, 10));
    assertStrictEquals(memory.lend(500).buffer, buffer);
    assertStrictEquals(memory.lend(Infinity).buffer, buffer);
  });

  it("allocates no more than is asked for", () => {
    assertEquals(new GrowingMemory().lend(10).buffer.byteLength, 10);
  });

  it("goes on with the memory that the platform gave back", () => {
    const memory = new GrowingMemory(100);
    const { kept } = readMoved(memory, Infinity, 40);
    assertBytes(kept, pattern(40));
    assertStrictEquals(memory.lend(Infinity).buffer, kept.buffer);
  });

  it("has other memory when the platform gave none back, and after free()", () => {
    const memory = new GrowingMemory(100);
    detach(memory.lend(Infinity));
    const second = memory.lend(Infinity);
    assertEquals(second.byteLength, 100);
    memory.free();
    assert(memory.lend(Infinity).buffer !== second.buffer);
  });
});

describe("FreshMemory", () => {
  const make = (size?: number) => new FreshMemory({ owned: true, size });

  it("lends other memory for every read that brought at least half", () => {
    const memory = make(100);
    const first = read(memory, Infinity, 50);
    assertStrictEquals(first.kept.buffer, first.lent.buffer);
    const second = read(memory, Infinity, 100);
    assert(second.lent.buffer !== first.lent.buffer);
    assertBytes(first.kept, pattern(50));
  });

  it("copies a small read out, and reads into the same memory again", () => {
    const memory = make(100);
    const first = read(memory, Infinity, 49);
    assertEquals([first.kept.byteLength, first.kept.buffer.byteLength], [49, 49]);
    const second = memory.lend(Infinity);
    assertStrictEquals(second.buffer, first.lent.buffer);
    second.fill(0);
    assertBytes(first.kept, pattern(49));
  });

  it("never lends memory twice at once, nor that of a read that was given up", () => {
    const memory = make(100);
    read(memory, Infinity, 1);
    const given = memory.lend(Infinity);
    assert(memory.lend(Infinity).buffer !== given.buffer);
  });

  it("keeps no memory after free()", () => {
    const memory = make(100);
    const { lent } = read(memory, Infinity, 1);
    memory.free();
    assert(memory.lend(Infinity).buffer !== lent.buffer);
  });

  it("lends 64 KiB if not told otherwise, and no more than is asked for", () => {
    assertEquals(make().lend(Infinity).byteLength, 64 * KIB);
    assertEquals(make(100).lend(7).buffer.byteLength, 7);
  });
});

/** Memory that is not to be moved away from its owner. Not every platform has every kind. */
const STAYING: readonly { name: string; make: () => Uint8Array | null }[] = [
  { name: "part of an array", make: () => new Uint8Array(64).subarray(16, 48) },
  { name: "the front of an array", make: () => new Uint8Array(64).subarray(0, 32) },
  { name: "WebAssembly memory", make: () => attempt(() => new WebAssembly.Memory({ initial: 1 }).buffer) },
  { name: "shared memory", make: () => attempt(() => new SharedArrayBuffer(32)) },
  {
    name: "resizable memory",
    make: () =>
      "resizable" in ArrayBuffer.prototype
        ? new Uint8Array(new ArrayBuffer(32, { maxByteLength: 64 })).subarray(0, 32)
        : null,
  },
];

function attempt(make: () => ArrayBufferLike): Uint8Array | null {
  try {
    return new Uint8Array(make());
  } catch {
    return null;
  }
}

describe("ViewMemory", () => {
  it("lends the memory itself to a Reader, up to what is asked for", () => {
    for (const { make } of [{ make: () => new Uint8Array(32) }, ...STAYING]) {
      const view = make();
      if (view === null) continue;
      const memory = new ViewMemory(view);
      const { lent, kept } = read(memory, 10, 10);
      assertEquals([lent.buffer === view.buffer, lent.byteOffset, lent.byteLength], [
        true,
        view.byteOffset,
        10,
      ]);
      assertStrictEquals(kept.buffer, view.buffer);
      assertEquals(memory.lend(Infinity, false).byteLength, view.byteLength);
    }
  });

  it("moves a whole array away from its owner for BYOB, once, and goes on with what comes back", () => {
    const view = new Uint8Array(32);
    const memory = new ViewMemory(view);
    const first = readMoved(memory, Infinity, 20);
    assertEquals([view.byteLength, first.lent.byteLength], [0, 32]);
    const second = memory.lend(Infinity, true);
    assertStrictEquals(second.buffer, first.kept.buffer);
    assertEquals(second.byteLength, 32);
  });

  it("has other memory when the platform did not give it back", () => {
    const memory = new ViewMemory(new Uint8Array(32));
    detach(memory.lend(Infinity, true));
    for (const movable of [true, false]) assertEquals(memory.lend(Infinity, movable).byteLength, 32);
  });

  for (const { name, make } of STAYING) {
    const here = { ignore: make() === null, reason: `no ${name}` };
    it(`leaves ${name} with its owner, and brings the bytes there`, here, () => {
      const view = make();
      assert(view !== null);
      const { byteLength } = view;
      const memory = new ViewMemory(view);
      for (const n of [20, 32, 5]) {
        view.fill(0);
        const { lent, kept } = readMoved(memory, Infinity, n);
        assertEquals([view.byteLength, lent.byteLength], [byteLength, byteLength]);
        assertStrictEquals(kept.buffer, view.buffer);
        assertEquals(kept.byteOffset, view.byteOffset);
        assertBytes(view.slice(0, n), pattern(n));
      }
    });
  }

  it("touches nothing around a part of an array", () => {
    const around = new Uint8Array(64).fill(9);
    readMoved(new ViewMemory(around.subarray(16, 48)), Infinity, 32);
    assertBytes(around.subarray(0, 16), new Uint8Array(16).fill(9));
    assertBytes(around.subarray(48), new Uint8Array(16).fill(9));
  });
});
