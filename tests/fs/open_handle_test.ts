import { assert, assertEquals, assertRejects } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import {
  copy,
  copySettled,
  OffsetWriter,
  readAll,
  SectionReader,
  SeekMode,
  writeAll,
  writeString,
} from "../../mod.ts";
import { type FileHandleLike, openHandle, type OpenOptions } from "../../src/fs/mod.ts";
import { halfReader, oneByteReader, testReader } from "../../src/iotest/mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { needs } from "../support/features.ts";
import { codeOf, HandleWorker, memoryHandle, memorySyncHandle } from "../support/handles.ts";
import { decode, encode } from "../support/utf8.ts";

const data = pattern(300_000);

/** A directory of the origin's private file system. */
interface Directory {
  getFileHandle(name: string, options?: { create?: boolean }): Promise<FileHandleLike>;
  removeEntry(name: string): Promise<void>;
}

function privateDirectory(): Promise<Directory> {
  const { storage } = navigator as unknown as { storage: { getDirectory(): Promise<Directory> } };
  return storage.getDirectory();
}

/** Everything a handle has to do, whoever it comes from. `make` gives one to a file with these contents. */
function suite(
  name: string,
  options: object,
  make: (contents: Uint8Array<ArrayBuffer>) => Promise<FileHandleLike>,
): void {
  describe(`openHandle(): ${name}`, options, () => {
    it("reads by default, and keeps the contract of every interface that it has", async () => {
      for (const wrap of [<T>(file: T) => file, oneByteReader, halfReader]) {
        const file = await openHandle(await make(pattern(777)));
        await testReader(wrap(file), pattern(777));
        await file.close();
      }
    });

    it("keeps it where it can be written too", async () => {
      const file = await openHandle(await make(pattern(777)), { read: true, write: true });
      await testReader(file, pattern(777));
      await file.close();
    });

    it("has one position for reads and writes", async () => {
      const handle = await make(new Uint8Array(encode("0123456789")));
      const file = await openHandle(handle, { read: true, write: true });
      const p = new Uint8Array(2);
      assertEquals(await file.read(p), 2);
      assertEquals(await file.write(encode("ab")), 2);
      assertEquals(await file.read(p), 2);
      assertEquals(decode(p), "45");
      assertEquals([await file.seek(0, SeekMode.Current), await file.size()], [6, 10]);
      await file.close();
      assertEquals(await (await handle.getFile()).text(), "01ab456789");
    });

    it("writes at many places at once without moving the position, and holes as zeros", async () => {
      const handle = await make(new Uint8Array(0));
      const file = await openHandle(handle, { read: true, write: true });
      await Promise.all(
        [3, 1, 2].map((i) => file.writeAt(data.subarray(i * 1000, (i + 1) * 1000), i * 1000)),
      );
      assertEquals([await file.seek(0, SeekMode.Current), await file.size()], [0, 4000]);
      await copy(new OffsetWriter(file, 4000), new Blob([data.subarray(4000, 5000)]));
      const p = new Uint8Array(5000);
      assertEquals(await file.readAt(p, 0), 5000);
      assertBytes(p, concat([new Uint8Array(1000), data.subarray(1000, 5000)]));
      await file.close();
      assertEquals((await handle.getFile()).size, 5000);
    });

    for (
      const { options, after } of [
        { options: { write: true }, after: "newlong" },
        { options: { write: true, truncate: true }, after: "new" },
        { options: { write: true, create: true }, after: "newlong" },
        { options: { append: true }, after: "oldlongnew" },
      ] as { options: OpenOptions; after: string }[]
    ) {
      it(`writes with ${JSON.stringify(options)}`, async () => {
        const handle = await make(new Uint8Array(encode("oldlong")));
        const file = await openHandle(handle, options);
        await writeString(file, "new");
        await file.close();
        assertEquals(await (await handle.getFile()).text(), after);
      });
    }

    it("copies from one to another, by the loop", async () => {
      const [from, to] = [await make(data), await make(new Uint8Array(0))];
      const src = await openHandle(from);
      const dst = await openHandle(to, { write: true });
      assertEquals(await copySettled(dst, src), { ok: true, written: data.byteLength, path: "buffer" });
      await assertRejects(() => copy(dst, src, { via: "kernel" }), TypeError);
      await src.close();
      await dst.close();
      assertBytes(new Uint8Array(await (await to.getFile()).arrayBuffer()), data);
    });

    it("copies to and from streams, and sections", async () => {
      const handle = await make(new Uint8Array(0));
      const file = await openHandle(handle, { read: true, write: true });
      assertEquals(await copy(file, new Blob([data]).stream()), data.byteLength);
      assertBytes(await readAll(new SectionReader(file, 1000, 2000)), data.subarray(1000, 3000));
      await file.seek(-1000, SeekMode.End);
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const received = new Response(readable).arrayBuffer();
      assertEquals(await copy(writable, file), 1000);
      await writable.close();
      assertBytes(new Uint8Array(await received), data.subarray(-1000));
      await file.close();
    });

    it("cuts and lengthens it", async () => {
      const handle = await make(new Uint8Array(encode("0123456789")));
      const file = await openHandle(handle, { read: true, write: true });
      await file.truncate(4);
      await file.truncate(6);
      assertEquals(await file.size(), 6);
      assertEquals(decode(await readAll(file)), "0123\0\0");
      await file.truncate();
      await file.sync();
      assertEquals((await handle.getFile()).size, 0);
      await file.close();
    });

    it("refuses what it was not opened for, and everything once it is closed", async () => {
      const handle = await make(new Uint8Array(encode("abc")));
      assertEquals(await codeOf(() => openHandle(handle, { write: true, createNew: true })), "EEXIST");
      const reading = await openHandle(handle);
      assertEquals(await codeOf(() => reading.write(encode("x"))), "EBADF");
      assertEquals(await codeOf(() => reading.truncate()), "EBADF");
      await reading.close();
      const writing = await openHandle(handle, { write: true });
      assertEquals(await codeOf(() => writing.read(new Uint8Array(1))), "EBADF");
      await writing.close();
      await writing.close();
      await assertRejects(() => writing.write(encode("x")), TypeError, "closed");
      await assertRejects(() => reading.read(new Uint8Array(1)), TypeError, "closed");
      assertEquals(await (await handle.getFile()).text(), "abc");
    });
  });
}

suite("a page's handle", {}, (contents) => Promise.resolve(memoryHandle(contents)));
suite("a worker's handle", {}, (contents) => Promise.resolve(memorySyncHandle(contents)));

describe("openHandle()", () => {
  it("begins one copy of the file for many writes, and none to read", async () => {
    const handle = memoryHandle(new Uint8Array(encode("old")));
    const file = await openHandle(handle, { read: true, write: true });
    assertEquals([decode(await readAll(file)), handle.copies], ["old", 0]);
    for (let i = 0; i < 10; i++) await writeAll(file, encode(`${i}`));
    assertEquals([decode(handle.contents), handle.copies], ["old", 1]);
    await file.sync();
    assertEquals(decode(handle.contents), "old0123456789");
    await file.close();
  });

  it("takes the file itself in a worker, to write only, and frees it", async () => {
    const handle = memorySyncHandle(new Uint8Array(encode("old")));
    const reading = await openHandle(handle);
    assertEquals(handle.isOpen, false);
    const file = await openHandle(handle, { write: true, syncOnClose: true });
    assertEquals(handle.isOpen, true);
    assertEquals(await codeOf(() => openHandle(handle, { write: true })), "NoModificationAllowedError");
    await writeString(file, "new");
    assertEquals([decode(handle.contents), handle.copies], ["new", 0]);
    await file.close();
    assertEquals([handle.isOpen, handle.flushes], [false, 1]);
    await reading.close();
  });

  it("tells of a quota by the browser's own name, on the side of the destination", async () => {
    const file = await openHandle(memoryHandle(new Uint8Array(0), 5), { write: true });
    const outcome = await copySettled(file, new Blob(["too long"]));
    assert(!outcome.ok && outcome.reason instanceof Error && "code" in outcome.reason);
    assertEquals([outcome.side, outcome.written, outcome.reason.code], ["dst", 0, "QuotaExceededError"]);
    assertEquals(outcome.reason.message, "Cannot write kept: there is no room");
    await file.close();
  });

  it("refuses what is no handle", async () => {
    for (const wrong of [null, undefined, "path", {}]) {
      await assertRejects(
        () => openHandle(wrong as unknown as FileHandleLike),
        TypeError,
        "FileSystemFileHandle",
      );
    }
    await assertRejects(() => openHandle(memoryHandle(new Uint8Array(0)), { truncate: true }), TypeError);
  });
});

const names: string[] = [];

/** A file of the origin's own with these contents. */
async function privateFile(contents: Uint8Array<ArrayBuffer>): Promise<FileHandleLike> {
  const name = `sluice-${names.length}-${Math.random()}`;
  names.push(name);
  const handle = await (await privateDirectory()).getFileHandle(name, { create: true });
  if (contents.byteLength > 0) {
    const writer = (await handle.createWritable()).getWriter();
    await writer.write(contents);
    await writer.close();
  }
  return handle;
}

describe("the origin private file system", () => {
  afterAll(async () => {
    for (const name of names) await (await privateDirectory()).removeEntry(name).catch(() => {});
  });

  suite("of a page", needs("files of the origin's own"), privateFile);

  describe("of a worker", needs("files of the origin's own in a worker"), () => {
    let worker: HandleWorker;
    beforeAll(() => {
      worker = new HandleWorker();
    });
    afterAll(() => worker.end());
    suite("itself", {}, async (contents) => worker.lend(await privateFile(contents)));
  });
});
