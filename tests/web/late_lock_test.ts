import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, copyN, copySettled, discard, readAll, readerFrom } from "../../mod.ts";
import { hostPair, needs } from "../support/features.ts";
import { countingSignal } from "../support/signals.ts";
import { decode, encode } from "../support/utf8.ts";
import { isPending, settled } from "../support/waiting.ts";

function pair(): TransformStream<Uint8Array, Uint8Array> {
  const made = hostPair();
  if (made === null) throw new Error("There is none here");
  return made;
}

const feature = "streams that are locked as long as a read is pending";

describe("a stream that keeps its lock as long as a read is pending", needs(feature), () => {
  for (
    const { name, options } of [
      { name: "byob", options: {} },
      { name: "chunks", options: { via: "chunks" } },
    ] as const
  ) {
    it(`is copied (via ${name}) until the signal aborts, and what comes later stays readable`, async () => {
      const { readable, writable } = pair();
      const writer = writable.getWriter();
      const { signal, abort, reason } = countingSignal();
      const settling = copySettled(discard, readable, { signal, ...options });
      assertEquals(await isPending(settling), true);
      abort();
      const outcome = await settling;
      assertEquals([outcome.ok, outcome.written, "reason" in outcome && outcome.reason], [false, 0, reason]);
      await assertRejects(() => readAll(readable), TypeError, "locked");
      await writer.write(encode("late"));
      await settled();
      assertEquals(readable.locked, false);
      const sent = writer.write(encode(", later")).then(() => writer.close());
      assertEquals(decode(await readAll(readable)), "late, later");
      await sent;
    });
  }

  it("can be cancelled after that, and is unlocked then", async () => {
    const { readable, writable } = pair();
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    const { signal, abort, reason } = countingSignal();
    const copied = copy(discard, readable, { signal });
    abort();
    assertEquals(await copied.catch((thrown) => thrown), reason);
    await readerFrom(readable).cancel(new Error("enough"));
    await settled();
    assertEquals(readable.locked, false);
    await assertRejects(() => writer.write(encode("x")));
  });

  it("ends after that as it would have", async () => {
    const { readable, writable } = pair();
    const { signal, abort, reason } = countingSignal();
    const copied = copyN(discard, readable, 10, { signal });
    abort();
    assertEquals(await copied.catch((thrown) => thrown), reason);
    await writable.close();
    await settled();
    assertEquals(readable.locked, false);
    assertEquals((await readAll(readable)).byteLength, 0);
  });
});
