import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFileSync } from "node:child_process";
import { open as nodeOpen, readFile, stat, writeFile } from "node:fs/promises";
import { copy, copySettled, limitReader, readAll, SeekMode, writeAll } from "../../mod.ts";
import { type File, FileError, open } from "../../src/fs/mod.ts";
import { halfReader, oneByteReader, testReader } from "../../src/iotest/mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { needs } from "../support/features.ts";
import { inTempFolder } from "../support/temp.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const KIB = 1024;

/** Runs a test with a file that has some contents, open to be read and written. */
function withFile(
  contents: Uint8Array | string,
  body: (file: File, path: string) => Promise<void>,
): Promise<void> {
  return inTempFolder(async (path) => {
    await writeFile(path("file"), contents);
    const file = await open(path("file"), { read: true, write: true });
    try {
      await body(file, path("file"));
    } finally {
      await file.close();
    }
  });
}

describe("File: reading", () => {
  for (const size of [0, 1, 1000, 70_000]) {
    it(`keeps the contract of every interface that it has: ${size} bytes`, () =>
      withFile(pattern(size), (file) => testReader(file, pattern(size))));
  }

  for (const [name, wrap] of [["one byte", oneByteReader], ["half of it", halfReader]] as const) {
    it(`keeps it if it is asked for ${name} at a time`, () =>
      withFile(pattern(500), (file) => testReader(wrap(file), pattern(500))));
  }

  it("has one position for reads and writes", () =>
    withFile("0123456789", async (file, path) => {
      const p = new Uint8Array(2);
      assertEquals(await file.read(p), 2);
      assertEquals(await file.write(encode("ab")), 2);
      assertEquals(await file.read(p), 2);
      assertEquals(decode(p), "45");
      assertEquals(await file.seek(0, SeekMode.Current), 6);
      assertEquals(await readFile(path, "utf8"), "01ab456789");
    }));

  it("goes on where the file has grown since its end was met", () =>
    withFile("abc", async (file, path) => {
      assertEquals(decode(await readAll(file)), "abc");
      await writeFile(path, "abcdef");
      assertEquals(decode(await readAll(file)), "def");
    }));

  it("does reads that nobody awaited one after the other", () =>
    withFile(pattern(1000), async (file) => {
      const parts = Array.from({ length: 100 }, () => new Uint8Array(10));
      const counts = await Promise.all(parts.map((p) => file.read(p)));
      assert(counts.every((n) => n === 10));
      assertBytes(concat(parts), pattern(1000));
    }));
});

describe("File: offsets", () => {
  it("reads at many places at once without moving the position", () =>
    withFile(pattern(256 * KIB), async (file) => {
      await file.seek(7, SeekMode.Start);
      const data = pattern(256 * KIB);
      await Promise.all(Array.from({ length: 256 }, async (_, i) => {
        const p = new Uint8Array(KIB);
        assertEquals(await file.readAt(p, i * KIB), KIB);
        assertBytes(p, data.subarray(i * KIB, (i + 1) * KIB));
      }));
      assertEquals(await file.seek(0, SeekMode.Current), 7);
    }));

  it("writes at many places at once without moving the position", () =>
    withFile("", async (file, path) => {
      const data = pattern(64 * KIB);
      await Promise.all(
        Array.from({ length: 64 }, (_, i) => file.writeAt(data.subarray(i * KIB, (i + 1) * KIB), i * KIB)),
      );
      assertEquals(await file.seek(0, SeekMode.Current), 0);
      assertBytes(await readFile(path), data);
    }));

  it("reads a hole as zeros", () =>
    withFile("a", async (file) => {
      assertEquals(await file.writeAt(encode("z"), 1_000_000), 1);
      assertEquals(await file.size(), 1_000_001);
      const p = new Uint8Array(10).fill(1);
      assertEquals(await file.readAt(p, 500_000), 10);
      assertBytes(p, new Uint8Array(10));
      assertEquals(await file.readAt(p, 999_995), 6);
      assertEquals(p[5], "z".charCodeAt(0));
    }));

  it("reaches beyond 4 GiB", () =>
    withFile("start", async (file, path) => {
      const far = 5 * 2 ** 30; // 5 GiB
      assertEquals(await file.writeAt(encode("far away"), far), 8);
      assertEquals(await file.size(), far + 8);
      assertEquals(await file.seek(-4, SeekMode.End), far + 4);
      assertEquals(decode(await readAll(file)), "away");
      assertEquals(await file.seek(0, SeekMode.Current), far + 8);
      assertEquals(await file.write(encode("!")), 1);
      const p = new Uint8Array(4);
      assertEquals(await file.readAt(p, far), 4);
      assertEquals(decode(p), "far ");
      const info = await stat(path);
      assertEquals(info.size, far + 9);
      assert(info.blocks * 512 < 2 ** 20, "the file has no hole");

      await file.seek(far, SeekMode.Start);
      const tail = recordingWriter();
      assertEquals(await copy(tail, file), 9);
      assertEquals(decode(tail.bytes()), "far away!");
    }));

  it("cuts and lengthens it, and leaves the position where it is", () =>
    withFile("0123456789", async (file, path) => {
      await file.seek(4, SeekMode.Start);
      await file.truncate(6);
      assertEquals(await readFile(path, "utf8"), "012345");
      await file.truncate(8);
      assertEquals(await readFile(path, "utf8"), "012345\0\0");
      await file.truncate();
      assertEquals([await file.size(), await file.seek(0, SeekMode.Current)], [0, 4]);
    }));

  it("refuses wrong numbers before anything moves", () =>
    withFile("abc", async (file) => {
      const p = new Uint8Array(1);
      for (const wrong of [-1, 0.5, NaN, 2 ** 53]) {
        await assertRejects(() => file.readAt(p, wrong), RangeError);
        await assertRejects(() => file.writeAt(p, wrong), RangeError);
        await assertRejects(() => file.truncate(wrong), RangeError);
      }
      await assertRejects(() => file.seek(-1, SeekMode.Start), RangeError);
      await assertRejects(() => file.seek(0, 3 as SeekMode), RangeError);
      await assertRejects(() => file.read("abc" as unknown as Uint8Array), TypeError);
      await assertRejects(() => file.write([1] as unknown as Uint8Array), TypeError);
      assertEquals([await file.seek(0, SeekMode.Current), decode(await readAll(file))], [0, "abc"]);
    }));
});

describe("File: appending", () => {
  it("writes at the end, whatever else has been written there", () =>
    inTempFolder(async (path) => {
      await writeFile(path("log"), "first\n");
      await using one = await open(path("log"), { append: true, read: true });
      await using other = await open(path("log"), { append: true });
      await writeAll(one, encode("second\n"));
      await writeAll(other, encode("third\n"));
      await writeAll(one, encode("fourth\n"));
      assertEquals(await readFile(path("log"), "utf8"), "first\nsecond\nthird\nfourth\n");
      assertEquals(await one.seek(0, SeekMode.Current), 26);
      await assertRejects(() => one.writeAt(encode("x"), 0), TypeError, "appending");
    }));

  it("reads from the start", () =>
    inTempFolder(async (path) => {
      await writeFile(path("log"), "first\n");
      await using file = await open(path("log"), { append: true, read: true });
      const p = new Uint8Array(3);
      assertEquals(await file.read(p), 3);
      assertEquals(decode(p), "fir");
    }));
});

describe("File: its end", () => {
  it("refuses everything once it is closed, and closes once", () =>
    withFile("abc", async (file, path) => {
      await file.close();
      await file.close();
      const p = new Uint8Array(1);
      for (
        const use of [
          () => file.read(p),
          () => file.write(p),
          () => file.readAt(p, 0),
          () => file.writeAt(p, 0),
          () => file.seek(0, SeekMode.Start),
          () => file.size(),
          () => file.truncate(),
          () => file.sync(),
          () => copy(recordingWriter(), file),
          () => copy(file, recordingReaderOf("x")),
        ]
      ) {
        await assertRejects(use, TypeError, `${path}: it is closed`);
      }
      assertEquals(await readFile(path, "utf8"), "abc");
    }));

  it("closes after what was asked for before", () =>
    withFile("", async (file, path) => {
      const writes = Array.from({ length: 10 }, (_, i) => file.write(encode(`${i}`)));
      await file.close();
      assertEquals(await Promise.all(writes), Array(10).fill(1));
      assertEquals(await readFile(path, "utf8"), "0123456789");
    }));

  it("is closed by `await using`", needs("Symbol.asyncDispose"), () =>
    withFile("abc", async (_, path) => {
      let outer: File;
      {
        await using file = await open(path);
        outer = file;
      }
      await assertRejects(() => outer.read(new Uint8Array(1)), TypeError, "closed");
    }));

  it("puts everything on the disk, when asked or when it is closed", () =>
    inTempFolder(async (path) => {
      const file = await open(path("file"), { write: true, create: true, syncOnClose: true });
      await file.write(encode("abc"));
      await file.sync();
      await file.write(encode("def"));
      await file.close();
      assertEquals(await readFile(path("file"), "utf8"), "abcdef");
    }));
});

describe("File: failures of the host", () => {
  it("have its code, the path and the cause", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), "abc");
      await using file = await open(path("file"));
      await using unreadable = await open(path("file"), { write: true });
      await using directory = await open(path(""));
      for (
        const [code, name, use] of [
          ["ENOENT", path("none"), () => open(path("none"))],
          ["ENOENT", path("no/file"), () => open(path("no/file"), { write: true, create: true })],
          ["EEXIST", path("file"), () => open(path("file"), { write: true, createNew: true })],
          ["EISDIR", path(""), () => open(path(""), { write: true })],
          ["EISDIR", path(""), () => directory.read(new Uint8Array(1))],
          ["EBADF", path("file"), () => file.write(new Uint8Array(1))],
          ["EBADF", path("file"), () => unreadable.read(new Uint8Array(1))],
        ] as const
      ) {
        const reason = await use().then(() => null, (reason: unknown) => reason);
        assert(reason instanceof FileError, `${code} came as ${String(reason)}`);
        assertEquals([reason.code, reason.path], [code, name]);
        assert(reason.message.includes(name) && reason.cause instanceof Error, reason.message);
      }
    }));

  it("of a full disk come with what was written before", async () => {
    await using full = await open("/dev/full", { write: true });
    const outcome = await copySettled(full, recordingReaderOf("abc"));
    assert(!outcome.ok && outcome.reason instanceof FileError);
    assertEquals([outcome.side, outcome.written, outcome.reason.code], ["dst", 0, "ENOSPC"]);
    assert(outcome.reason.message.startsWith("Cannot write /dev/full: "), outcome.reason.message);
  });
});

describe("File: what has no positions", () => {
  it("reads and writes a pipe, and cannot seek in it", () =>
    inTempFolder(async (path) => {
      execFileSync("mkfifo", [path("pipe")]);
      const [reader, writer] = await Promise.all([
        open(path("pipe")),
        open(path("pipe"), { write: true }),
      ]);
      const written = writeAll(writer, pattern(300_000)).then(() => writer.close());
      const received = await readAll(limitReader(reader, 300_000));
      await written;
      assertBytes(received, pattern(300_000));
      assertEquals(await reader.read(new Uint8Array(1)), null);
      const reason = await reader.seek(0, SeekMode.Start).catch((reason: unknown) => reason);
      assert(reason instanceof FileError && reason.code === "ESPIPE", String(reason));
      await reader.close();
    }));

  it("keeps what came for a copy that was aborted meanwhile", () =>
    inTempFolder(async (path) => {
      execFileSync("mkfifo", [path("pipe")]);
      const [reader, writer] = await Promise.all([
        open(path("pipe")),
        open(path("pipe"), { write: true }),
      ]);
      const control = new AbortController();
      const first = gate();
      const seen = recordingWriter((p) => {
        first.open();
        return p.byteLength;
      });
      const copied = copySettled(seen, reader, { signal: control.signal });
      await writer.write(encode("first"));
      await first.promise;
      control.abort("enough");
      const outcome = await copied;
      assertEquals([outcome.ok, outcome.written], [false, 5]);
      await writer.write(encode("second"));
      await writer.close();
      assertEquals(decode(await readAll(reader)), "second");
      assertEquals(decode(seen.bytes()), "first");
      await reader.close();
    }));

  it("takes a character device as it is", async () => {
    await using zero = await open("/dev/zero");
    await using nothing = await open("/dev/null", { write: true });
    assertEquals(await copySettled(nothing, limitReader(zero, 200_000)), {
      ok: true,
      written: 200_000,
      path: "buffer",
    });
  });
});

describe("File: a handle that others have", () => {
  it("is not moved", () =>
    withFile("0123456789", async (file, path) => {
      const handle = await nodeOpen(path);
      const p = new Uint8Array(4);
      await file.read(p);
      await handle.read(p, 0, 4, null);
      assertEquals(decode(p), "0123");
      await handle.close();
    }));
});

function recordingReaderOf(text: string) {
  let left = encode(text);
  return {
    read(p: Uint8Array): Promise<number | null> {
      const part = left.subarray(0, p.byteLength);
      p.set(part);
      left = left.subarray(part.byteLength);
      return Promise.resolve(part.byteLength || null);
    },
  };
}
