import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFileSync } from "node:child_process";
import { chmod, link, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import {
  copy,
  copyBuffer,
  copyN,
  type CopyOptions,
  copySettled,
  limitReader,
  multiReader,
  nopCloser,
  OffsetWriter,
  onlyReader,
  onlyWriter,
  type Reader,
  SectionReader,
  SeekMode,
  type Writer,
} from "../../mod.ts";
import { BufWriter } from "../../src/bufio/mod.ts";
import { type File, open, type OpenOptions } from "../../src/fs/mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { modeOf, WHOLE_FILE } from "../support/files.ts";
import { inTempFolder } from "../support/temp.ts";

const SIZE = 300_000;
const data = pattern(SIZE);

interface Ends {
  src: File;
  dst: File;
  path: (name: string) => string;
}

/** Runs a test with a file to read and one to write, which is empty unless it says otherwise. */
function withEnds(
  body: (ends: Ends) => Promise<void>,
  { contents = "", ...options }: OpenOptions & { contents?: string } = {},
): Promise<void> {
  return inTempFolder(async (path) => {
    await writeFile(path("src"), data);
    await writeFile(path("dst"), contents);
    const src = await open(path("src"));
    const dst = await open(path("dst"), options.append ? options : { write: true, ...options });
    try {
      await body({ src, dst, path });
    } finally {
      await src.close();
      await dst.close();
    }
  });
}

/** What the copy of the whole file by one way leaves behind. */
interface Case {
  name: string;
  from?: (src: File) => Reader;
  to?: (dst: File) => Writer;
  options?: CopyOptions;
  path: "kernel" | "buffer";
}

const NOTHING = () => {};

describe("copy() of all of a file", () => {
  for (
    const { name, from = (src: File) => src, to = (dst: File) => dst, options = {}, path } of [
      { name: "as it is", path: "kernel" },
      { name: "via kernel", options: { via: "kernel" }, path: "kernel" },
      { name: "via kernel, with progress", options: { via: "kernel", onProgress: NOTHING }, path: "kernel" },
      { name: "via buffer", options: { via: "buffer" }, path: "buffer" },
      { name: "with progress", options: { onProgress: NOTHING }, path: "buffer" },
      { name: "with a signal", options: { signal: new AbortController().signal }, path: "kernel" },
      { name: "with its exact length", options: { length: SIZE }, path: "kernel" },
      { name: "behind a limit of its size", from: (src) => limitReader(src, SIZE), path: "kernel" },
      { name: "behind a larger limit", from: (src) => limitReader(src, SIZE + 1), path: "kernel" },
      {
        name: "behind two limits",
        from: (src) => limitReader(limitReader(src, SIZE + 1), SIZE + 2),
        path: "kernel",
      },
      { name: "as a section", from: (src) => new SectionReader(src, 0, SIZE), path: "kernel" },
      { name: "as the only part of several", from: (src) => multiReader(src), path: "kernel" },
      { name: "with a close that does nothing", from: (src) => nopCloser(src), path: "kernel" },
      { name: "behind onlyReader", from: onlyReader, path: "buffer" },
      { name: "behind onlyWriter", to: onlyWriter, path: "buffer" },
      { name: "to an OffsetWriter", to: (dst) => new OffsetWriter(dst, 0), path: "buffer" },
    ] as Case[]
  ) {
    it(`goes by the ${path}: ${name}`, () =>
      withEnds(async ({ src, dst, path: file }) => {
        assertEquals(await copySettled(to(dst), from(src), options), {
          ok: true,
          written: SIZE,
          path: path === "kernel" ? WHOLE_FILE : path,
        });
        assertBytes(await readFile(file("dst")), data);
      }));
  }

  it("leaves both ends where the loop does", () =>
    withEnds(async ({ src, dst, path }) => {
      await copy(dst, src);
      assertEquals(await src.seek(0, SeekMode.Current), SIZE);
      assertEquals(await dst.seek(0, SeekMode.Current), SIZE);
      await dst.write(data.subarray(0, 10));
      assertBytes(await readFile(path("dst")), concat([data, data.subarray(0, 10)]));
    }));

  it("uses up a limit and a section, and leaves a file below a section where it is", () =>
    withEnds(async ({ src, dst }) => {
      const section = new SectionReader(src, 0, SIZE);
      const limited = limitReader(section, SIZE + 5);
      assertEquals(await copy(dst, limited), SIZE);
      assertEquals([limited.remaining, await section.seek(0, SeekMode.Current)], [5, SIZE]);
      assertEquals(await src.seek(0, SeekMode.Current), 0);
    }));

  it("goes by copyN(), writeTo() and readFrom() as well", async () => {
    for (
      const move of [
        (dst: File, src: File, options: CopyOptions) => copyN(dst, src, SIZE, options),
        (dst: File, src: File, options: CopyOptions) => src.writeTo(dst, options),
        (dst: File, src: File, options: CopyOptions) => dst.readFrom(src, options),
        (dst: File, src: File, options: CopyOptions) => new BufWriter(dst).readFrom(src, options),
      ]
    ) {
      await withEnds(async ({ src, dst, path }) => {
        const paths: string[] = [];
        assertEquals(await move(dst, src, { onPath: (taken) => paths.push(taken) }), SIZE);
        assertEquals(paths, [WHOLE_FILE]);
        assertBytes(await readFile(path("dst")), data);
      });
    }
  });

  it("copies the files that are open, whatever has become of their paths", () =>
    withEnds(async ({ src, dst, path }) => {
      await link(path("dst"), path("also dst"));
      await rename(path("src"), path("old src"));
      await writeFile(path("src"), "another source");
      await unlink(path("dst"));
      await writeFile(path("dst"), "another destination");
      assertEquals(await copySettled(dst, src), { ok: true, written: SIZE, path: WHOLE_FILE });
      assertBytes(await readFile(path("also dst")), data);
      assertEquals(await readFile(path("dst"), "utf8"), "another destination");
    }));

  it("goes on with the next part of several by the loop", () =>
    withEnds(async ({ src, dst, path }) => {
      await using again = await open(path("src"));
      const outcome = await copySettled(dst, multiReader(src, again));
      assertEquals(outcome, { ok: true, written: 2 * SIZE, path: WHOLE_FILE });
      assertBytes(await readFile(path("dst")), concat([data, data]));
    }));

  it("copies many at once", () =>
    inTempFolder(async (path) => {
      const names = Array.from({ length: 20 }, (_, i) => path(`${i}`));
      await Promise.all(names.map((name, i) => writeFile(name, pattern(10_000 + i, i))));
      await Promise.all(names.map(async (name, i) => {
        await using src = await open(name);
        await using dst = await open(`${name} copy`, { write: true, createNew: true });
        assertEquals(await copy(dst, src), 10_000 + i);
      }));
      for (const [i, name] of names.entries()) {
        assertBytes(await readFile(`${name} copy`), pattern(10_000 + i, i));
      }
    }));
});

describe("copy() of a file where the kernel cannot serve", () => {
  for (
    const { name, options, before, contents } of [
      {
        name: "into a file that has contents",
        options: { contents: "old" },
        before: NOTHING,
        contents: data,
      },
      {
        name: "into one that is open for appending",
        options: { append: true, contents: "old" },
        before: NOTHING,
        contents: concat([new TextEncoder().encode("old"), data]),
      },
      {
        name: "into an empty one that is open for appending",
        options: { append: true },
        before: NOTHING,
        contents: data,
      },
      {
        name: "to a later position",
        before: ({ dst }: Ends) => dst.seek(5, SeekMode.Start),
        contents: concat([new Uint8Array(5), data]),
      },
      {
        name: "from a later position",
        before: ({ src }: Ends) => src.seek(5, SeekMode.Start),
        contents: data.subarray(5),
      },
      {
        name: "from beyond the end",
        before: ({ src }: Ends) => src.seek(2 * SIZE, SeekMode.Start),
        contents: new Uint8Array(0),
      },
      {
        name: "into one that fewer may read",
        before: ({ path }: Ends) => chmod(path("dst"), 0o600),
        contents: data,
      },
    ] as { name: string; options?: object; before: (ends: Ends) => unknown; contents: Uint8Array }[]
  ) {
    it(`loses nothing by the loop: ${name}`, () =>
      withEnds(async (ends) => {
        await before(ends);
        const { src, dst, path } = ends;
        const start = await dst.seek(0, SeekMode.Current);
        const refused = () => copySettled(dst, src, { via: "kernel" });
        await assertRejects(refused, TypeError, "Cannot copy via kernel");
        const outcome = await copySettled(dst, src);
        assert(outcome.ok && outcome.path === "buffer", JSON.stringify(outcome));
        assertBytes(await readFile(path("dst")), contents);
        if (name.includes("open for appending")) return;
        assertEquals(await dst.seek(0, SeekMode.Current), start + outcome.written);
      }, options));
  }

  it("copies a part of a file behind a limit, and no more", () =>
    withEnds(async ({ src, dst, path }) => {
      const limited = limitReader(src, 10);
      assertEquals(await copySettled(dst, limited), { ok: true, written: 10, path: "buffer" });
      assertEquals([limited.remaining, await src.seek(0, SeekMode.Current)], [0, 10]);
      assertBytes(await readFile(path("dst")), data.subarray(0, 10));
    }));

  it("copies sections that do not cover the file", () =>
    withEnds(async ({ src, dst, path }) => {
      for (const [offset, n] of [[1, SIZE], [0, SIZE - 1]] as const) {
        await dst.truncate();
        await dst.seek(0, SeekMode.Start);
        const outcome = await copySettled(dst, new SectionReader(src, offset, n));
        assertEquals(outcome, { ok: true, written: SIZE - 1, path: "buffer" });
        assertBytes(await readFile(path("dst")), data.subarray(offset, offset + n));
      }
    }));

  it("copies a file whose size is a lie", () =>
    withEnds(async ({ dst, path }) => {
      await using src = await open("/proc/self/status");
      const outcome = await copySettled(dst, src);
      assert(outcome.ok && outcome.path === "buffer" && outcome.written > 100, JSON.stringify(outcome));
      assert((await readFile(path("dst"), "utf8")).includes("Pid:"));
    }));

  it("copies devices and pipes", () =>
    withEnds(async ({ src, path }) => {
      execFileSync("mkfifo", [path("pipe")]);
      const [reader, writer] = await Promise.all([open(path("pipe")), open(path("pipe"), { write: true })]);
      const received = await open(path("received"), { write: true, create: true });
      const copied = copySettled(received, reader);
      assertEquals(await copySettled(writer, src), { ok: true, written: SIZE, path: "buffer" });
      await writer.close();
      assertEquals(await copied, { ok: true, written: SIZE, path: "buffer" });
      await reader.close();
      await received.close();
      assertBytes(await readFile(path("received")), data);
    }));

  it("does not write to a file that is open to be read only", () =>
    withEnds(async ({ src, path }) => {
      await using readOnly = await open(path("dst"));
      const outcome = await copySettled(readOnly, src);
      assert(!outcome.ok && outcome.side === "dst", JSON.stringify(outcome));
      assertEquals((await stat(path("dst"))).size, 0);
    }));

  it("does not read a file that is open to be written only", () =>
    withEnds(async ({ dst, path }) => {
      await using writeOnly = await open(path("src"), { write: true });
      const outcome = await copySettled(dst, writeOnly);
      assert(!outcome.ok && outcome.side === "src", JSON.stringify(outcome));
      assertEquals((await stat(path("dst"))).size, 0);
    }));

  it("ends at once for a file that is both ends, and copies what is before its position otherwise", () =>
    withEnds(async ({ path }) => {
      await using empty = await open(path("dst"), { read: true, write: true });
      assertEquals(await copy(empty, empty), 0);
      await writeFile(path("dst"), "abc");
      await using one = await open(path("dst"), { read: true, write: true });
      await using other = await open(path("dst"));
      await one.seek(3, SeekMode.Start);
      assertEquals(await copy(one, limitReader(other, 3)), 3);
      assertEquals(await readFile(path("dst"), "utf8"), "abcabc");
    }));
});

describe("copy() by the kernel", () => {
  for (const [from, to] of [[0o644, 0o755], [0o400, 0o600], [0o640, 0o666], [0o600, 0o600]] as const) {
    it(`leaves the permissions: ${from.toString(8)} to ${to.toString(8)}`, () =>
      withEnds(async ({ src, dst, path }) => {
        await chmod(path("src"), from);
        await chmod(path("dst"), to);
        assertEquals(await copySettled(dst, src), { ok: true, written: SIZE, path: WHOLE_FILE });
        assertEquals([await modeOf(path("src")), await modeOf(path("dst"))], [from, to]);
        assertBytes(await readFile(path("dst")), data);
      }));
  }

  it("says whether a buffer that was given is used", () =>
    withEnds(async ({ src, dst, path }) => {
      const unused = new Uint8Array(1000);
      const paths: string[] = [];
      const onPath = (taken: string) => paths.push(taken);
      await copyBuffer(dst, src, unused, { onPath });
      await dst.truncate();
      await Promise.all([dst.seek(0, SeekMode.Start), src.seek(0, SeekMode.Start)]);
      const used = new Uint8Array(1000);
      await copyBuffer(onlyWriter(dst), src, used, { onPath });
      assertEquals(paths, [WHOLE_FILE, "buffer"]);
      if (WHOLE_FILE === "kernel") assert(unused.every((byte) => byte === 0));
      assertBytes(used, data.subarray(SIZE - 1000));
      assertBytes(await readFile(path("dst")), data);
    }));

  it("rejects at once when it is aborted, and leaves both ends as they were", () =>
    inTempFolder(async (path) => {
      const size = 64 * 1024 * 1024;
      await using writing = await open(path("src"), { write: true, create: true });
      await writing.truncate(size);
      await using src = await open(path("src"));
      await using dst = await open(path("dst"), { write: true, create: true });
      const control = new AbortController();
      const copied = copySettled(dst, src, {
        signal: control.signal,
        onPath: () => setTimeout(() => control.abort("enough"), 0),
      });
      const outcome = await copied;
      // A machine may be so fast that nothing is left to abort.
      if (outcome.ok) return assertEquals(outcome.written, size);
      assertEquals([outcome.side, outcome.reason], ["signal", "enough"]);
      if (outcome.path === "kernel") assertEquals(outcome.written, 0);
      // What is asked of the destination waits until the kernel has let go of it.
      if (outcome.path === "kernel") assertEquals(await dst.size(), 0);
      assertEquals(await src.seek(0, SeekMode.Current), outcome.written);
      assertEquals(await dst.seek(0, SeekMode.Current), outcome.written);
      assertEquals(await copy(dst, src), size - outcome.written);
      assertEquals(await dst.size(), size);
    }));
});
