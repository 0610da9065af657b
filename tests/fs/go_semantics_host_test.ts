/**
 * Rows 1 to 9 of GO-SEMANTICS.md, section 2, on real files.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import {
  copy,
  copyBuffer,
  type CopyPath,
  limitReader,
  multiReader,
  onlyReader,
  onlyWriter,
  readAll,
  type Reader,
  SeekMode,
  StagingBuffer,
  writeAll,
  type Writer,
} from "../../mod.ts";
import { type File, open, writeFileAtomic } from "../../src/fs/mod.ts";
import { emptyReadsReader } from "../../src/iotest/mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { WHOLE_FILE } from "../support/files.ts";
import { inTempFolder } from "../support/temp.ts";
import { encode } from "../support/utf8.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await using file = await open(path);
  const buffer = new Uint8Array(MIB);
  for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) {
    hash.update(buffer.subarray(0, n));
  }
  return hash.digest("hex");
}

/** A file that notes how much it was asked for. */
function recording(file: File): { reader: Reader; sizes: number[] } {
  const sizes: number[] = [];
  return {
    sizes,
    reader: {
      read(p) {
        sizes.push(p.byteLength);
        return file.read(p);
      },
    },
  };
}

/** Runs a test with a source of 5 MiB and an empty destination. */
function withFiles(
  body: (files: { src: File; dst: File; path: (name: string) => string; data: Uint8Array }) => Promise<void>,
): Promise<void> {
  return inTempFolder(async (path) => {
    const data = pattern(5 * MIB);
    await writeFile(path("src"), data);
    await using src = await open(path("src"));
    await using dst = await open(path("dst"), { write: true, create: true });
    await body({ src, dst, path, data });
  });
}

describe("GO-SEMANTICS, section 2, on files", () => {
  it("row 1: a whole file is read and written whole", () =>
    withFiles(async ({ src, path }) => {
      const bytes = await readAll(src);
      assertEquals(bytes.byteLength, 5 * MIB);
      await writeFileAtomic(path("copy"), new Blob([bytes as Uint8Array<ArrayBuffer>]));
      assertEquals(await hashOf(path("copy")), await hashOf(path("src")));
    }));

  it("row 2: a read of 0 bytes in the middle does not end the copy", () =>
    withFiles(async ({ src, dst, path, data }) => {
      assertEquals(await copy(dst, emptyReadsReader(src, 2)), data.byteLength);
      assertBytes(await readFile(path("dst")), data);
    }));

  for (const via of new Set<CopyPath>([WHOLE_FILE, "buffer"])) {
    it(`row 3: 1 GiB, a hole with a random tail, is copied in little memory, via ${via}`, () =>
      inTempFolder(async (path) => {
        const size = 1024 * MIB;
        await using src = await open(path("src"), { read: true, write: true, create: true });
        const tail = randomBytes(100_000);
        await src.writeAt(tail, size - tail.byteLength);
        await using dst = await open(path("dst"), { write: true, create: true });
        const before = process.memoryUsage().rss;
        let most = 0;
        const watch = setInterval(() => most = Math.max(most, process.memoryUsage().rss), 20);
        try {
          assertEquals(await copy(dst, src, { via }), size);
        } finally {
          clearInterval(watch);
        }
        assert(most - before < 48 * MIB, `grew by ${Math.round((most - before) / MIB)} MiB`);
        assertEquals(await dst.size(), size);
        assertEquals(await hashOf(path("dst")), await hashOf(path("src")));
      }));
  }

  it("row 4: the buffer that is given is honoured, and an empty one is refused", () =>
    withFiles(async ({ src, dst, path, data }) => {
      const { reader, sizes } = recording(src);
      const paths: CopyPath[] = [];
      await copyBuffer(dst, reader, new Uint8Array(96 * KIB), { onPath: (taken) => paths.push(taken) });
      assert(sizes.length > 50 && sizes.every((size) => size <= 96 * KIB), sizes.join());
      assertEquals(paths, ["buffer"]);
      assertBytes(await readFile(path("dst")), data);
      await assertRejects(() => copyBuffer(dst, src, new Uint8Array(0)), RangeError);
    }));

  it("row 5: writeTo comes before readFrom, and that before the loop; exactly one is called", () =>
    withFiles(async ({ src, dst }) => {
      const calls: string[] = [];
      const source = {
        read: (p: Uint8Array) => (calls.push("read"), src.read(p)),
        writeTo: (to: Writer) => (calls.push("writeTo"), src.writeTo(to)),
      };
      const target = {
        write: (p: Uint8Array) => (calls.push("write"), dst.write(p)),
        readFrom: (from: Reader) => (calls.push("readFrom"), dst.readFrom(from)),
      };
      await copyBuffer(dst, source, new Uint8Array(KIB));
      assertEquals(calls, ["writeTo"]);
      await copyBuffer(target, onlyReader(src), new Uint8Array(KIB));
      assertEquals(calls, ["writeTo", "readFrom"]);
      await copyBuffer(target, source, new Uint8Array(KIB));
      assertEquals(calls.slice(2, 3), ["writeTo"]);
      assertEquals(calls.includes("read"), false);
    }));

  it("row 6: the fast path is named, and the loop can be asked for", () =>
    withFiles(async ({ src, dst, path, data }) => {
      const paths: CopyPath[] = [];
      const onPath = (taken: CopyPath) => paths.push(taken);
      await copyBuffer(dst, src, new Uint8Array(MIB), { onPath });
      await using again = await open(path("again"), { write: true, create: true });
      await src.seek(0, SeekMode.Start);
      const buffer = new Uint8Array(MIB);
      await copyBuffer(again, src, buffer, { onPath, via: "buffer" });
      assertEquals(paths, [WHOLE_FILE, "buffer"]);
      assertBytes(buffer, data.subarray(4 * MIB));

      await src.seek(0, SeekMode.Start);
      const { reader, sizes } = recording(src);
      await copyBuffer(onlyWriter(again), reader, new StagingBuffer(MIB), { via: "buffer" });
      assert(sizes.every((size) => size === MIB), sizes.join());
      for (const name of ["dst", "again"]) {
        assertBytes((await readFile(path(name))).subarray(0, data.byteLength), data);
      }
    }));

  it("row 7: onlyReader and onlyWriter hide the fast path, and the bytes are the same", () =>
    withFiles(async ({ src, path, data }) => {
      for (
        const [name, to, from] of [
          ["one", onlyWriter, (r: Reader) => r],
          ["other", (w: Writer) => w, onlyReader],
        ] as const
      ) {
        await using dst = await open(path(name), { write: true, create: true });
        await src.seek(0, SeekMode.Start);
        const paths: CopyPath[] = [];
        await copy(to(dst), from(src), { onPath: (taken) => paths.push(taken) });
        assertEquals(paths, ["buffer"]);
        assertBytes(await readFile(path(name)), data);
      }
    }));

  it("row 8: what the kernel cannot do loses no byte, keeps the order of appends, and counts a limit", () =>
    withFiles(async ({ src, path, data }) => {
      await writeFile(path("log"), "content, ");
      await using log = await open(path("log"), { append: true });
      const limited = limitReader(src, 10);
      assertEquals(await copy(log, limited), 10);
      assertEquals([limited.remaining, await src.seek(0, SeekMode.Current)], [0, 10]);
      await writeAll(log, encode(" and more "));
      assertEquals(await copy(log, src), data.byteLength - 10);
      assertBytes(
        await readFile(path("log")),
        concat([encode("content, "), data.subarray(0, 10), encode(" and more "), data.subarray(10)]),
      );

      if (process.platform !== "linux") return;
      await using status = await open("/proc/self/status");
      assertEquals(await status.size(), 0);
      await using copied = await open(path("status"), { write: true, create: true });
      assert(await copy(copied, status) > 100);
    }));

  it("row 9: both ways can be chosen, for a file system where the kernel's is the slower one", () =>
    withFiles(async ({ src, path, data }) => {
      for (const via of [WHOLE_FILE, "buffer"] as const) {
        await using dst = await open(path(via), { write: true, create: true });
        await src.seek(0, SeekMode.Start);
        assertEquals(await copy(dst, src, { via }), data.byteLength);
        assertBytes(await readFile(path(via)), data);
      }
    }));

  it("row 17: parts of several files keep their path", () =>
    withFiles(async ({ src, dst, path, data }) => {
      await writeFile(path("head"), "head");
      await using head = await open(path("head"));
      const paths: CopyPath[] = [];
      await copy(dst, multiReader(head, src), { onPath: (taken) => paths.push(taken) });
      assertEquals(paths, [WHOLE_FILE]);
      assertBytes(await readFile(path("dst")), concat([encode("head"), data]));
    }));
});
