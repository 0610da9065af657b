import { assert, assertEquals, assertNotStrictEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll, type Source, TooLargeError, type Writer } from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { countingSignal } from "../support/signals.ts";
import { chunkReaderOf, failing, readerOf, type Step, streamBySteps, waiting } from "../support/steps.ts";
import { isPending } from "../support/waiting.ts";

const SOURCES: readonly { name: string; open: (...steps: Step[]) => Source; takesBack: boolean }[] = [
  { name: "a Reader", open: readerOf, takesBack: false },
  { name: "a ChunkReader", open: chunkReaderOf, takesBack: false },
  { name: "a stream", open: (...steps) => streamBySteps("default", ...steps), takesBack: true },
  {
    name: "a byte stream that fills views",
    open: (...steps) => streamBySteps("filling", ...steps),
    takesBack: true,
  },
  {
    name: "a byte stream that enqueues",
    open: (...steps) => streamBySteps("enqueuing", ...steps),
    takesBack: true,
  },
];

const data = pattern(1_000);
const chunks = cutEvery(data, 70);

describe("readAll()", () => {
  for (const { name, open, takesBack } of SOURCES) {
    for (const size of [0, 1, 511, 512, 513, 65_536, 65_537, 100_001, 3_000_000]) {
      it(`reads all ${size} bytes of ${name}`, async () => {
        const all = pattern(size);
        const src = open(...cutEvery(all, 40_000).filter((chunk) => chunk.byteLength > 0));
        assertBytes(await readAll(src), all);
        assertUnlocked(src);
      });
    }

    for (const limit of [0, 1, 69, 70, 71, 999]) {
      it(`stops at ${limit} of 1000 bytes of ${name} and has them`, async () => {
        const src = open(...chunks);
        const reason = await assertRejects(() => readAll(src, { limit }), TooLargeError);
        assertEquals([reason.limit, reason.code], [limit, "TOO_LARGE"]);
        assert(reason.partial !== undefined);
        assertBytes(reason.partial, data.subarray(0, limit));
        assertUnlocked(src);
        // One byte more was needed to know.
        if (takesBack) assertBytes(await readAll(src), data.subarray(limit + 1));
      });
    }

    for (const limit of [1_000, 1_001, Number.MAX_SAFE_INTEGER]) {
      it(`is content with a limit of ${limit} for 1000 bytes of ${name}`, async () => {
        assertBytes(await readAll(open(...chunks), { limit }), data);
      });
    }

    it(`rejects with the reason of ${name}`, async () => {
      const reason = new Error("on purpose");
      const src = open(...chunks, failing(reason));
      assertEquals(await readAll(src).catch((reason: unknown) => reason), reason);
      assertUnlocked(src);
    });

    it(`is aborted while ${name} is silent, and unlocks it`, async () => {
      for (const limit of [undefined, 1_000]) {
        const abort = countingSignal();
        const src = open(...chunks, waiting(new Promise(() => {})));
        const read = readAll(src, { signal: abort.signal, ...(limit === undefined ? {} : { limit }) });
        assertEquals(await isPending(read), true);
        abort.abort();
        assertEquals(await read.catch((reason: unknown) => reason), abort.reason);
        assertEquals(abort.listeners, 0);
        assertUnlocked(src);
      }
    });

    it(`does not begin with ${name} when aborted before`, async () => {
      const abort = countingSignal();
      abort.abort();
      let touched = false;
      const src = open(() => void (touched = true));
      assertEquals(
        await readAll(src, { signal: abort.signal }).catch((reason: unknown) => reason),
        abort.reason,
      );
      assertEquals([touched, abort.listeners], [false, 0]);
    });
  }

  it("reads a Blob, and the body of a Response, twice the same", async () => {
    const blob = new Blob([data]);
    assertBytes(await readAll(blob), data);
    assertBytes(await readAll(blob), data);
    const { body } = new Response(blob);
    assert(body !== null);
    assertBytes(await readAll(body), data);
    assertEquals((await readAll(body)).byteLength, 0); // as in Go, what was read is gone
  });

  it("returns an array of its own", async () => {
    const chunk = pattern(10);
    const all = await readAll(chunkReaderOf(chunk));
    assertNotStrictEquals(all.buffer, chunk.buffer);
    assertEquals(all.buffer.byteLength, 10);
  });

  it("keeps bytes right that a foreign writeTo sends from one buffer", async () => {
    const buffer = new Uint8Array(3);
    const src = {
      ...readerOf(),
      async writeTo(dst: Writer) {
        for (let i = 1; i <= 3; i++) await dst.write(buffer.fill(i));
        return 9;
      },
    };
    assertEquals([...await readAll(src)], [1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  it("goes on after empty reads", async () => {
    assertBytes(await readAll(readerOf(pattern(3), 0, 0, pattern(2))), concat([pattern(3), pattern(2)]));
  });

  it("asks a Reader for no more than the limit and one byte", async () => {
    const src = readerOf(data);
    await assertRejects(() => readAll(src, { limit: 10 }), TooLargeError);
    assert(src.sizes.every((size) => size <= 10), String(src.sizes));
  });

  for (
    const { options, wrong } of [
      { options: { limit: -1 }, wrong: RangeError },
      { options: { limit: NaN }, wrong: RangeError },
      { options: { limit: 1.5 }, wrong: RangeError },
      { options: { limit: "5" }, wrong: TypeError },
      { options: { signal: {} }, wrong: TypeError },
    ]
  ) {
    it(`rejects ${JSON.stringify(options)} with a ${wrong.name}`, async () => {
      const src = readerOf(data);
      await assertRejects(() => readAll(src, options as unknown as { limit: number }), wrong);
      assertEquals(src.sizes, []);
    });
  }

  it("rejects what is no source with a TypeError", async () => {
    for (const src of [undefined, null, 5, "text", {}, new Uint8Array(3)]) {
      await assertRejects(() => readAll(src as unknown as Source), TypeError, "read");
    }
  });
});
