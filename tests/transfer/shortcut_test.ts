import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, type CopyPath, copySettled, limitReader, multiReader, type Reader } from "../../mod.ts";
import { asTaken, type Intake, registerIntake } from "../../src/transfer/intake.ts";
import { registerWriter, type Shortcut } from "../../src/transfer/outlet.ts";
import { shortcutFrom } from "../../src/transfer/shortcut.ts";
import { gate } from "../support/waiting.ts";
import { type RecordingWriter, recordingWriter } from "../support/writers.ts";

/** A source of zeros that has a place where they come from. */
function zeros(size: number): Reader & { position: number } {
  const reader = {
    position: 0,
    async read(p: Uint8Array): Promise<number | null> {
      const n = Math.min(p.byteLength, size - reader.position);
      reader.position += n;
      return await n === 0 ? null : n;
    },
  };
  const intake: Intake = {
    lane: () => "buffer",
    async take(max, memory) {
      const p = memory.lend(max, false);
      const n = await reader.read(p);
      return n === null ? null : memory.settle(p.subarray(0, n));
    },
    taken: asTaken,
    giveBack: () => false,
    letGo() {},
    origin: () => ({
      owner: reader,
      offset: reader.position,
      max: Infinity,
      used: (n) => void (reader.position += n),
    }),
  };
  registerIntake(reader, intake);
  return reader;
}

/** A destination that takes up to `most` bytes by a shortcut, if any. */
function shortcutTo(most: number | null): RecordingWriter & { asked: number[] } {
  const writer = { ...recordingWriter(), asked: [] as number[] };
  registerWriter(writer, {
    keeps: false,
    lock() {},
    put: (chunk) => writer.write(chunk),
    watch() {},
    letGo() {},
    shortcut: shortcutFrom(({ max, used }) => {
      writer.asked.push(max);
      const shortcut: Shortcut = () => {
        const n = Math.min(most ?? 0, max);
        used(n);
        return Promise.resolve(n);
      };
      return Promise.resolve(most === null ? null : shortcut);
    }),
  });
  return writer;
}

describe("a destination with a shortcut", () => {
  for (
    const { name, most, written, path, looped } of [
      { name: "moves everything by it", most: 1000, written: 100, path: "kernel", looped: 0 },
      { name: "leaves to the loop what it did not move", most: 30, written: 100, path: "kernel", looped: 70 },
      {
        name: "leaves everything to the loop if it failed",
        most: 0,
        written: 100,
        path: "kernel",
        looped: 100,
      },
      { name: "may have none for this source", most: null, written: 100, path: "buffer", looped: 100 },
    ] as const
  ) {
    it(name, async () => {
      const source = limitReader(zeros(1000), 100);
      const writer = shortcutTo(most);
      assertEquals(await copySettled(writer, source), { ok: true, written, path });
      assertEquals([writer.bytes().byteLength, source.remaining], [looped, 0]);
      assertEquals(writer.asked, [100]);
    });
  }

  it("is told of a promised length", async () => {
    const writer = shortcutTo(1000);
    await copy(writer, limitReader(zeros(1000), 100), { length: 100 });
    await copySettled(writer, zeros(1000), { length: 70 });
    assertEquals(writer.asked, [100, 70]);
  });

  it("goes on with the next part by the loop", async () => {
    const writer = shortcutTo(1000);
    const parts = multiReader(limitReader(zeros(1000), 100), limitReader(zeros(1000), 50));
    assertEquals(await copySettled(writer, parts), { ok: true, written: 150, path: "kernel" });
    assertEquals(writer.bytes().byteLength, 50);
  });

  for (
    const [name, options] of [
      ["via: buffer", { via: "buffer" }],
      ["progress", { onProgress() {} }],
    ] as const
  ) {
    it(`is not asked where the caller wants the loop: ${name}`, async () => {
      const writer = shortcutTo(1000);
      const paths: CopyPath[] = [];
      await copy(writer, limitReader(zeros(1000), 100), { ...options, onPath: (path) => paths.push(path) });
      assertEquals([writer.asked.length, writer.bytes().byteLength, paths], [0, 100, ["buffer"]]);
    });
  }

  it("tells the progress once where it is demanded", async () => {
    const seen: number[] = [];
    await copy(shortcutTo(100), limitReader(zeros(100), 100), {
      via: "kernel",
      onProgress: (n) => seen.push(n),
    });
    assertEquals(seen, [100]);
  });

  it("is a TypeError where it is demanded and cannot be", async () => {
    const demand = { via: "kernel" } as const;
    const message = "Cannot copy via kernel";
    await assertRejects(() => copySettled(shortcutTo(null), zeros(1), demand), TypeError, message);
    await assertRejects(() => copySettled(recordingWriter(), zeros(1), demand), TypeError, message);
    await assertRejects(() => copySettled(shortcutTo(1), recordingReader(), demand), TypeError, message);
  });

  it("moves nothing if whoever is told the path ends the copy", async () => {
    const control = new AbortController();
    const source = zeros(100);
    const outcome = await copySettled(shortcutTo(100), source, {
      signal: control.signal,
      onPath: () => control.abort("enough"),
    });
    assertEquals(outcome, { ok: false, written: 0, path: "kernel", side: "signal", reason: "enough" });
    assertEquals(source.position, 0);
  });

  it("hears that the copy is over, which does not wait for it", async () => {
    const control = new AbortController();
    const { promise, open } = gate();
    const heard = gate<boolean>();
    const writer = recordingWriter();
    registerWriter(writer, {
      keeps: false,
      lock() {},
      put: (chunk) => writer.write(chunk),
      watch() {},
      letGo() {},
      shortcut: () =>
        Promise.resolve(async (isOver: () => boolean) => {
          control.abort("enough");
          await promise;
          heard.open(isOver());
          return 0;
        }),
    });
    const outcome = await copySettled(writer, zeros(100), { signal: control.signal });
    assertEquals(outcome, { ok: false, written: 0, path: "kernel", side: "signal", reason: "enough" });
    open();
    assertEquals(await heard.promise, true);
    assertEquals(writer.sizes, []);
  });
});

function recordingReader(): Reader {
  return { read: () => Promise.resolve(null) };
}
