import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, multiReader, pipe, readAll, type Reader, readFull, replayable } from "../../mod.ts";
import { findCollector, isCollected } from "../support/collect.ts";
import { encode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";

const collect = findCollector();
const itCollects = (name: string, test: () => Promise<void>) =>
  it(name, { ignore: collect === null, reason: "no way to have garbage collected" }, test);

/** Whether what a WeakRef refers to is collected, sooner or later. */
async function isGone(ref: WeakRef<object>): Promise<boolean> {
  return collect !== null && await isCollected(collect, ref, 50);
}

/** Whether it is still there after what would have collected it. */
async function isHeld(ref: WeakRef<object>): Promise<boolean> {
  return collect === null || !await isCollected(collect, ref, 3);
}

/** A Reader of one byte of its own, which holds on to much memory. */
class HeavyReader implements Reader {
  #memory: Uint8Array | null = new Uint8Array(1_000_000).fill(65);

  async read(p: Uint8Array): Promise<number | null> {
    if (this.#memory === null) return null;
    p.set(this.#memory.subarray(0, 1));
    this.#memory = null;
    return await 1;
  }
}

/** Reads one byte, in a frame of its own, so that none of its locals outlives it. */
async function readOne(reader: Reader): Promise<void> {
  assertEquals(await readFull(reader, new Uint8Array(1)), 1);
}

describe("The collector", () => {
  itCollects("takes what nobody holds, and leaves what somebody does", async () => {
    const held = {};
    assert(await isGone((() => new WeakRef({}))()));
    assert(await isHeld(new WeakRef(held)));
    assert(held !== undefined);
  });
});

describe("multiReader()", () => {
  function make(nested: boolean): { reader: Reader; refs: WeakRef<Reader>[] } {
    const parts = [new HeavyReader(), new HeavyReader(), new HeavyReader()];
    const reader = nested
      ? multiReader(multiReader(...parts.slice(0, 2)), ...parts.slice(2))
      : multiReader(...parts);
    return { reader, refs: parts.map((part) => new WeakRef(part)) };
  }

  for (const nested of [false, true]) {
    itCollects(
      `lets go of each source that has ended${nested ? ", in a multiReader() within, too" : ""}`,
      async () => {
        const { reader, refs } = make(nested);
        for (const [i, ref] of refs.entries()) {
          await readOne(reader);
          assert(await isHeld(ref), "a source was gone before its end was seen");
          const next = refs[i + 1];
          if (next === undefined) assertEquals(await reader.read(new Uint8Array(1)), null);
          else {
            // The end of one is seen when the next byte is asked for.
            await readOne(reader);
            assert(await isGone(ref), `source ${i} is still held`);
            break;
          }
        }
        await readAll(reader);
        for (const ref of refs) assert(await isGone(ref));
        assertEquals(await reader.read(new Uint8Array(1)), null);
      },
    );

    itCollects(
      `lets go of them during a copy${nested ? ", in a multiReader() within, too" : ""}`,
      async () => {
        const { reader, refs } = make(nested);
        const [first] = refs;
        assert(first !== undefined);
        let goneInTime = false;
        const writer = recordingWriter();
        let writes = 0;
        await copy({
          async write(p) {
            if (++writes === 2) goneInTime = await isGone(first);
            return await writer.write(p);
          },
        }, reader);
        assert(goneInTime, "the first source was still held while the second was read");
        assertEquals(writer.sizes, [1, 1, 1]);
      },
    );
  }
});

describe("replayable()", () => {
  const SIZE = 100_000;

  /** A stream of chunks that can be told to be collected. */
  function chunked(refs: WeakRef<ArrayBufferLike>[]): ReadableStream<Uint8Array> {
    let left = 3;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- === 0) return controller.close();
        const chunk = new Uint8Array(SIZE).fill(left);
        refs.push(new WeakRef(chunk.buffer));
        controller.enqueue(chunk);
      },
    }, { highWaterMark: 0 });
  }

  /** Reads one chunk in a frame of its own. */
  async function readChunk(reader: Reader): Promise<void> {
    assertEquals(await readFull(reader, new Uint8Array(SIZE)), SIZE);
  }

  async function pull(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    assertEquals((await reader.read()).value?.byteLength, SIZE);
  }

  itCollects("keeps what a reader may still ask for", async () => {
    const refs: WeakRef<ArrayBufferLike>[] = [];
    const body = replayable(chunked(refs));
    const reader = body.reader();
    await readChunk(reader);
    await readChunk(reader);
    assert(await isHeld(refs[0]!)); // it was read
    assertEquals((await readAll(body.reader())).byteLength, 3 * SIZE);
  });

  itCollects("frees what all readers have passed once nobody can begin anew", async () => {
    const refs: WeakRef<ArrayBufferLike>[] = [];
    const readers = (() => {
      const body = replayable(chunked(refs));
      return [body.reader(), body.reader()] as const;
    })();
    for (const reader of readers) {
      await readChunk(reader);
      assert(await isHeld(refs[0]!), "freed too early"); // it was read
      await readChunk(reader);
    }
    assert(await isGone(refs[0]!), "the first chunk is still held"); // it was read
    assertEquals((await readAll(readers[0])).byteLength, SIZE);
    assertEquals((await readAll(readers[1])).byteLength, SIZE);
  });

  itCollects("frees what its last stream has passed, as when it is the body of a response", async () => {
    const refs: WeakRef<ArrayBufferLike>[] = [];
    const reader = (() => replayable(chunked(refs)).stream().getReader())();
    await pull(reader);
    await pull(reader);
    assert(await isGone(refs[0]!), "the first chunk is still held"); // it was read
    await pull(reader);
    assert((await reader.read()).done);
  });

  itCollects("frees everything at close(), though readers are left in the middle", async () => {
    const refs: WeakRef<ArrayBufferLike>[] = [];
    const body = replayable(chunked(refs));
    const reader = body.reader();
    await readChunk(reader);
    await readFull(reader, new Uint8Array(5));
    body.close();
    for (const ref of refs) assert(await isGone(ref));
    assert(body.reader() !== reader);
  });
});

describe("pipe()", () => {
  itCollects("is freed with a read or a write that waits for ever", async () => {
    const refs = (() => {
      const [a, b] = [pipe(), pipe()];
      void a.reader.read(new Uint8Array(1_000));
      void b.writer.write(encode("abc"));
      return [new WeakRef(a.reader), new WeakRef(b.writer)];
    })();
    for (const ref of refs) assert(await isGone(ref), "a forgotten pipe is still held");
  });
});
