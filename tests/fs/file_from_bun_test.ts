import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFile, writeFile } from "node:fs/promises";
import { copySettled } from "../../mod.ts";
import { FileError, fileFrom } from "../../src/fs/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { WHOLE_FILE } from "../support/files.ts";
import { inTempFolder } from "../support/temp.ts";

declare const Bun: { file(path: string | number): Blob };

describe("fileFrom(Bun.file())", () => {
  it("opens it by its path, to read it or as it is told", () =>
    inTempFolder(async (path) => {
      const data = pattern(300_000);
      await writeFile(path("src"), data);
      await using src = await fileFrom(Bun.file(path("src")));
      await using dst = await fileFrom(Bun.file(path("dst")), { write: true, createNew: true });
      assertEquals(await copySettled(dst, src), { ok: true, written: 300_000, path: WHOLE_FILE });
      assertBytes(await readFile(path("dst")), data);
      await assertRejects(() => fileFrom(Bun.file(path("none"))), FileError, "none");
    }));

  it("refuses one that has no path", async () => {
    await assertRejects(() => fileFrom(Bun.file(0)), TypeError, "Cannot use");
  });
});
