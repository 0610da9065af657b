import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  type Destination,
  discard,
  InvalidWriteError,
  ShortWriteError,
  writeAll,
  writerFrom,
} from "../../mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(10);

describe("writeAll()", () => {
  for (const { takes, sizes } of [{ takes: 10, sizes: [10] }, { takes: 4, sizes: [10, 6, 2] }]) {
    it(`writes all to a Writer that takes ${takes} bytes at a time`, async () => {
      const writer = recordingWriter((p) => Math.min(takes, p.byteLength));
      assertEquals(await writeAll(writer, data), 10);
      assertEquals(writer.sizes, sizes);
      assertBytes(writer.bytes(), data);
    });
  }

  it("writes to a stream, twice, and leaves it open and unlocked", async () => {
    const { stream, chunks, events } = sink();
    assertEquals(await writeAll(stream, data), 10);
    assertUnlocked(stream);
    assertEquals(await writeAll(stream, data), 10);
    assertUnlocked(stream);
    assertBytes(concat(chunks), concat([data, data]));
    assertEquals(events.length, 2);
  });

  it("gives a stream a copy, for p stays the caller's", async () => {
    const { stream, chunks } = sink();
    const p = pattern(5);
    await writeAll(stream, p);
    p.fill(0);
    assertBytes(concat(chunks), pattern(5));
  });

  it("writes nothing for no bytes, and calls no Writer", async () => {
    const writer = recordingWriter();
    assertEquals(await writeAll(writer, new Uint8Array(0)), 0);
    assertEquals(writer.sizes, []);
    const { stream, chunks } = sink();
    assertEquals(await writeAll(stream, new Uint8Array(0)), 0);
    assertEquals(chunks, []);
    assertUnlocked(stream);
  });

  it("serves discard and a StreamWriter", async () => {
    assertEquals(await writeAll(discard, data), 10);
    const { stream, chunks } = sink();
    const writer = writerFrom(stream);
    assertEquals(await writeAll(writer, data), 10);
    await writer.close();
    assertBytes(concat(chunks), data);
  });

  it("rejects with the reason of the destination, and unlocks it", async () => {
    const reason = new Error("disk full");
    const thrower = () => {
      throw reason;
    };
    const { stream } = sink(thrower);
    for (const dst of [recordingWriter(thrower), stream]) {
      assertStrictEquals(await writeAll(dst, data).catch((reason: unknown) => reason), reason);
      assertUnlocked(dst);
    }
  });

  it("calls a write of nothing a ShortWriteError", async () => {
    const left = [3, 0];
    const reason = await assertRejects(
      () => writeAll(recordingWriter(() => left.shift() ?? 0), data),
      ShortWriteError,
    );
    assertEquals([reason.expected, reason.actual], [10, 3]);
  });

  for (const result of [-1, 11, 1.5, NaN]) {
    it(`refuses ${result} as the result of a write of 10`, async () => {
      await assertRejects(() => writeAll(recordingWriter(() => result), data), InvalidWriteError);
    });
  }

  it("rejects a locked stream, and what is no destination or no bytes, with a TypeError", async () => {
    const { stream } = sink();
    const writer = stream.getWriter();
    await assertRejects(() => writeAll(stream, data), TypeError);
    writer.releaseLock();
    for (const dst of [undefined, {}, "text"]) {
      await assertRejects(() => writeAll(dst as unknown as Destination, data), TypeError, "write");
    }
    for (const p of [undefined, "text", [1], new ArrayBuffer(2)]) {
      await assertRejects(() => writeAll(stream, p as unknown as Uint8Array), TypeError, "bytes");
    }
  });
});
