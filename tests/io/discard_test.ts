import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, discard, type Reader } from "../../mod.ts";
import { pattern } from "../support/bytes.ts";
import { countingSignal } from "../support/signals.ts";
import { failing, readerOf, streamBySteps } from "../support/steps.ts";

describe("discard", () => {
  it("accepts everything", async () => {
    assertEquals(await discard.write(pattern(10)), 10);
    assertEquals(await discard.write(new Uint8Array(0)), 0);
  });

  for (
    const { text, bytes } of [
      { text: "", bytes: 0 },
      { text: "abc", bytes: 3 },
      { text: "é", bytes: 2 },
      { text: "€", bytes: 3 },
      { text: "😀", bytes: 4 },
      { text: "a😀é€", bytes: 10 },
      { text: "\ud83d", bytes: 3 },
      { text: "\ude00\ud83d", bytes: 6 },
      { text: "\u0000\u007f\u0080\u07ff\u0800\uffff", bytes: 12 },
    ]
  ) {
    it(`counts the ${bytes} bytes of UTF-8 of ${JSON.stringify(text)}`, async () => {
      assertEquals(await discard.writeString(text), bytes);
      assertEquals(new TextEncoder().encode(text).byteLength, bytes);
    });
  }

  it("reads a source to its end, with progress", async () => {
    const progress: number[] = [];
    const onProgress = (total: number) => void progress.push(total);
    assertEquals(await discard.readFrom(readerOf(pattern(3), pattern(4)), { onProgress }), 7);
    assertEquals(progress, [3, 7]);
    assertEquals(await copy(discard, streamBySteps("filling", pattern(5))), 5);
  });

  it("passes the failure of a source on, and can be aborted", async () => {
    const reason = new Error("on purpose");
    assertStrictEquals(await discard.readFrom(readerOf(failing(reason))).catch((e: unknown) => e), reason);
    const abort = countingSignal();
    const silent = { read: () => new Promise<number>(() => {}) };
    const reading = discard.readFrom(silent, { signal: abort.signal });
    abort.abort();
    assertStrictEquals(await reading.catch((e: unknown) => e), abort.reason);
    assertEquals(abort.listeners, 0);
  });

  it("rejects what is no source and no bytes with a TypeError", async () => {
    await assertRejects(() => discard.readFrom({} as unknown as Reader), TypeError, "read");
    await assertRejects(() => discard.write("text" as unknown as Uint8Array), TypeError, "bytes");
  });
});
