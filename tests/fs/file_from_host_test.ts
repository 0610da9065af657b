import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { open as nodeOpen, readFile, writeFile } from "node:fs/promises";
import { copySettled, readAll, SeekMode, writeString } from "../../mod.ts";
import { FileError, fileFrom, type HostFile, open } from "../../src/fs/mod.ts";
import { testReader } from "../../src/iotest/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { WHOLE_FILE } from "../support/files.ts";
import { inTempFolder } from "../support/temp.ts";
import { decode } from "../support/utf8.ts";

describe("fileFrom(FileHandle)", () => {
  it("keeps the contract of every interface that it has", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), pattern(1000));
      await using file = await fileFrom(await nodeOpen(path("file")));
      await testReader(file, pattern(1000));
    }));

  it("copies whole files by the kernel", () =>
    inTempFolder(async (path) => {
      const data = pattern(300_000);
      await writeFile(path("src"), data);
      await using src = await fileFrom(await nodeOpen(path("src")));
      await using dst = await fileFrom(await nodeOpen(path("dst"), "w"));
      assertEquals(await copySettled(dst, src), { ok: true, written: 300_000, path: WHOLE_FILE });
      assertBytes(await readFile(path("dst")), data);
    }));

  it("begins where it is told to", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), "0123456789");
      const handle = await nodeOpen(path("file"));
      await handle.read(new Uint8Array(4), 0, 4, null);
      await using file = await fileFrom(handle, { position: 4 });
      assertEquals(decode(await readAll(file)), "456789");
    }));

  it("appends where it is told that it was opened for that", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), "old");
      await using file = await fileFrom(await nodeOpen(path("file"), "a"), { append: true });
      await writeString(file, "new");
      assertEquals(await file.seek(0, SeekMode.Current), 6);
      assertEquals(await readFile(path("file"), "utf8"), "oldnew");
    }));

  it("is the same File for the same handle, and closes it", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), "abc");
      const handle = await nodeOpen(path("file"));
      const [file, same] = await Promise.all([fileFrom(handle), fileFrom(handle)]);
      assertStrictEquals(file, same);
      assertStrictEquals(await fileFrom(file), file);
      await file.close();
      await assertRejects(() => handle.stat());
    }));

  it("tells what was attempted with what when the host refuses it", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), "abc");
      await using file = await fileFrom(await nodeOpen(path("file")));
      await assertRejects(() => file.write(new Uint8Array(1)), FileError, `Cannot write ${file.path}`);
    }));
});

describe("fileFrom()", () => {
  it("gives a File back as it is", () =>
    inTempFolder(async (path) => {
      await using file = await open(path("file"), { write: true, create: true });
      assertStrictEquals(await fileFrom(file), file);
    }));

  for (const wrong of [null, undefined, 5, "path", {}, { read() {}, write() {} }, new Blob(["abc"])]) {
    it(`refuses what is no file: ${Object.prototype.toString.call(wrong)}`, async () => {
      await assertRejects(() => fileFrom(wrong as unknown as HostFile), TypeError, "Cannot use");
    });
  }
});
