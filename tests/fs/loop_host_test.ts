import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { copy, copySettled, limitReader, readAll, SectionReader, SeekMode, type Writer } from "../../mod.ts";
import { type File, open } from "../../src/fs/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { inTempFolder } from "../support/temp.ts";
import { gate } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const SIZE = 5_000_000;
const data = pattern(SIZE);

/** Runs a test with a file that takes several buffers. */
function withSource(body: (src: File, path: (name: string) => string) => Promise<void>): Promise<void> {
  return inTempFolder(async (path) => {
    await writeFile(path("src"), data);
    await using src = await open(path("src"), { read: true, write: true });
    await body(src, path);
  });
}

describe("the loop over a file", () => {
  for (const via of [undefined, "buffer"] as const) {
    it(`reads in pieces that grow to 1 MiB: via ${via}`, () =>
      withSource(async (src) => {
        const writer = recordingWriter();
        assertEquals(await copy(writer, src, via && { via }), SIZE);
        assertBytes(writer.bytes(), data);
        assertEquals(writer.sizes.slice(0, 6), [2 ** 16, 2 ** 17, 2 ** 18, 2 ** 19, 2 ** 20, 2 ** 20]);
      }));
  }

  it("reads in pieces of the size that is asked for", () =>
    withSource(async (src) => {
      const writer = recordingWriter();
      await copy(writer, src, { bufferSize: 70_000 });
      assertBytes(writer.bytes(), data);
      assert(writer.sizes.slice(0, -1).every((size) => size === 70_000));
    }));

  it("does not change what is being written while it reads on", () =>
    withSource(async (src) => {
      let offset = 0;
      const slow: Writer = {
        async write(p) {
          // Time enough for the next read to be done.
          const q = new Uint8Array(1);
          for (let i = 0; i < 5; i++) await src.readAt(q, i);
          assertBytes(p, data.subarray(offset, offset + p.byteLength));
          offset += p.byteLength;
          return p.byteLength;
        },
      };
      assertEquals(await copy(slow, src), SIZE);
    }));

  for (const short of [0, 1, 99_999]) {
    it(`goes on where a failed write has stopped: ${short} bytes of the second one were accepted`, () =>
      withSource(async (src) => {
        let writes = 0;
        const writer = recordingWriter((p) => {
          writes++;
          if (writes === 1) return p.byteLength;
          if (writes === 2 && short > 0) return short;
          throw new Error("full");
        });
        const outcome = await copySettled(writer, src);
        assert(!outcome.ok && outcome.side === "dst");
        assertEquals(outcome.written, 2 ** 16 + short);
        assertEquals(await src.seek(0, SeekMode.Current), outcome.written);
        assertBytes(await readAll(src), data.subarray(outcome.written));
      }));
  }

  it("goes on where an aborted copy has stopped, also while a write is pending", () =>
    withSource(async (src) => {
      const control = new AbortController();
      const { promise, open } = gate();
      let writes = 0;
      const writer: Writer = {
        async write(p) {
          if (writes++ === 2) {
            control.abort("enough");
            await promise;
          }
          return p.byteLength;
        },
      };
      const outcome = await copySettled(writer, src, { signal: control.signal });
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written], ["signal", 2 ** 16 + 2 ** 17]);
      // Nobody knows what becomes of the write that was given up; what came after it was not read.
      const position = await src.seek(0, SeekMode.Current);
      assert(position === outcome.written || position === outcome.written + 2 ** 18, `${position}`);
      open();
      assertBytes(await readAll(src), data.subarray(position));
    }));

  it("takes no more than a limit, and leaves the position behind it", () =>
    withSource(async (src) => {
      for (const n of [1, 2 ** 16, 2 ** 16 + 1, 400_000]) {
        await src.seek(3, SeekMode.Start);
        const writer = recordingWriter();
        const limited = limitReader(src, n);
        assertEquals([await copy(writer, limited), limited.remaining], [n, 0]);
        assertEquals(await src.seek(0, SeekMode.Current), n + 3);
        assertBytes(writer.bytes(), data.subarray(3, n + 3));
      }
    }));

  it("sees what others write in front of it, and where they move it", () =>
    withSource(async (src) => {
      const written: Uint8Array[] = [];
      let writes = 0;
      const writer: Writer = {
        async write(p) {
          if (writes++ === 1) await src.seek(-100_000, SeekMode.End);
          written.push(p.slice());
          return p.byteLength;
        },
      };
      await copy(writer, src);
      assertBytes(written[2] ?? data, data.subarray(-100_000));
      assertEquals(written.length, 3);
    }));

  it("copies a file within itself", () =>
    withSource(async (src, path) => {
      await using dst = await open(path("src"), { write: true });
      await dst.seek(SIZE, SeekMode.Start);
      assertEquals(await copy(dst, new SectionReader(src, 0, SIZE)), SIZE);
      const bytes = await readFile(path("src"));
      assertBytes(bytes.subarray(0, SIZE), data);
      assertBytes(bytes.subarray(SIZE), data);
    }));

  it("copies a file onto itself, with one position for both ends", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), data.subarray(0, 1000));
      await using file = await open(path("file"), { read: true, write: true });
      assertEquals(await copy(file, file), 1000);
      const bytes = await readFile(path("file"));
      assertBytes(bytes.subarray(0, 1000), data.subarray(0, 1000));
      assertBytes(bytes.subarray(1000), data.subarray(0, 1000));
    }));

  it("copies what a source has got in the meantime, and ends where one was cut", () =>
    withSource(async (src, path) => {
      let writes = 0;
      const growing = recordingWriter(async (p) => {
        if (writes++ === 0) await writeFile(path("src"), data.subarray(0, 1000), { flag: "a" });
        return p.byteLength;
      });
      assertEquals(await copy(growing, src), SIZE + 1000);
      await src.seek(0, SeekMode.Start);
      writes = 0;
      const shrinking = recordingWriter(async (p) => {
        if (writes++ === 0) await truncate(path("src"), 300_000);
        return p.byteLength;
      });
      const written = await copy(shrinking, src);
      // What was read before is copied.
      assert(written >= 300_000 && written < SIZE, `${written}`);
      assertBytes(shrinking.bytes().subarray(0, 300_000), data.subarray(0, 300_000));
    }));
});
