import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFile, writeFile } from "node:fs/promises";
import { umask } from "node:process";
import { pathToFileURL } from "node:url";
import { readAll, writeString } from "../../mod.ts";
import { FileError, open, type OpenOptions } from "../../src/fs/mod.ts";
import { modeOf } from "../support/files.ts";
import { inTempFolder } from "../support/temp.ts";
import { decode } from "../support/utf8.ts";

describe("open()", () => {
  for (
    const { options, there, fresh } of [
      { options: { write: true }, there: "newlong", fresh: "ENOENT" },
      { options: { write: true, create: true }, there: "newlong", fresh: "new" },
      { options: { write: true, truncate: true }, there: "new", fresh: "ENOENT" },
      { options: { write: true, create: true, truncate: true }, there: "new", fresh: "new" },
      { options: { write: true, createNew: true }, there: "EEXIST", fresh: "new" },
      { options: { append: true }, there: "oldlongnew", fresh: "ENOENT" },
      { options: { append: true, create: true }, there: "oldlongnew", fresh: "new" },
      { options: { append: true, createNew: true }, there: "EEXIST", fresh: "new" },
    ] as const
  ) {
    for (const [name, before, after] of [["there", "oldlong", there], ["not there", null, fresh]] as const) {
      it(`with ${JSON.stringify(options)} of a file that is ${name}: ${after}`, () =>
        inTempFolder(async (path) => {
          if (before !== null) await writeFile(path("file"), before);
          const outcome = await tryWriting(path("file"), options);
          assertEquals(outcome ?? await readFile(path("file"), "utf8"), after);
        }));
    }
  }

  it("reads by default, and only that", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), "abc");
      for (const options of [undefined, {}, { read: true }, { mode: 0o600 }]) {
        await using file = await open(path("file"), options);
        assertEquals(decode(await readAll(file)), "abc");
        await assertRejects(() => file.write(new Uint8Array(1)), FileError);
      }
    }));

  it("writes only, unless it is to read too", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), "abc");
      await using only = await open(path("file"), { write: true });
      await assertRejects(() => only.read(new Uint8Array(1)), FileError);
      await using both = await open(path("file"), { write: true, read: true });
      assertEquals(decode(await readAll(both)), "abc");
    }));

  for (
    const options of [
      { create: true },
      { createNew: true },
      { truncate: true },
      { read: false },
      { read: true, create: true },
      null,
      { write: true, mode: -1 },
      { write: true, mode: 0.5 },
    ] as unknown as OpenOptions[]
  ) {
    it(`refuses what makes no sense: ${JSON.stringify(options)}`, () =>
      inTempFolder(async (path) => {
        const reason = await open(path("file"), options).catch((reason: unknown) => reason);
        assert(reason instanceof TypeError || reason instanceof RangeError, String(reason));
        await assertRejects(() => readFile(path("file")));
      }));
  }

  it("takes a file: URL, with spaces and all, and no other", () =>
    inTempFolder(async (path) => {
      await writeFile(path("a b%c"), "abc");
      await using file = await open(pathToFileURL(path("a b%c")));
      assertEquals([file.path, decode(await readAll(file))], [path("a b%c"), "abc"]);
      await assertRejects(() => open(new URL("http://localhost/")), TypeError);
      await assertRejects(() => open("nul\0byte"), TypeError);
    }));

  it("gives a new file its mode, less the umask, and leaves that of an old one", () =>
    inTempFolder(async (path) => {
      const mask = umask();
      await (await open(path("new"), { write: true, create: true, mode: 0o751 })).close();
      assertEquals(await modeOf(path("new")), 0o751 & ~mask);
      await (await open(path("new"), { write: true, create: true, mode: 0o600 })).close();
      assertEquals(await modeOf(path("new")), 0o751 & ~mask);
    }));
});

/** Opens a file and writes to it. Resolves to the code of what stood against that, if anything did. */
async function tryWriting(path: string, options: OpenOptions): Promise<string | null> {
  try {
    await using file = await open(path, options);
    await writeString(file, "new");
    return null;
  } catch (reason) {
    if (reason instanceof FileError) return reason.code;
    throw reason;
  }
}
