import { assert, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FileError, open, replaceFile, writeFileAtomic } from "../../src/fs/mod.ts";

const hasFiles = "Deno" in globalThis || "Bun" in globalThis || "process" in globalThis;

describe("files by their path", () => {
  for (
    const [name, use] of [
      ["open()", () => open("no/such/file")],
      ["replaceFile()", () => replaceFile("no/such/file")],
      ["writeFileAtomic()", () => writeFileAtomic("no/such/file", new Blob())],
    ] as const
  ) {
    it(`are a TypeError where the platform has no file system, before anything happens: ${name}`, async () => {
      const reason: unknown = await use().catch((reason: unknown) => reason);
      if (hasFiles) assert(reason instanceof FileError && reason.code === "ENOENT", String(reason));
      else assert(reason instanceof TypeError, String(reason));
    });
  }

  it("are refused where they make no sense", async () => {
    for (const wrong of ["nul\0byte", 5, null, new URL("http://localhost/")]) {
      await assertRejects(() => open(wrong as string), TypeError);
    }
    await assertRejects(() => open("file", { create: true }), TypeError);
  });
});
