import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import process, { umask } from "node:process";
import { pathToFileURL } from "node:url";
import { type CopyPath, type Reader, UnexpectedEOFError } from "../../mod.ts";
import { FileError, open, replaceFile, writeFileAtomic } from "../../src/fs/mod.ts";
import { errReader } from "../../src/iotest/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { modeOf, WHOLE_FILE } from "../support/files.ts";
import { inTempFolder } from "../support/temp.ts";
import { encode } from "../support/utf8.ts";
import { gate } from "../support/waiting.ts";

/** Runs a test in a folder with one file, in which there is nothing else afterwards. */
function withOld(body: (path: string, folder: (name: string) => string) => Promise<void>): Promise<void> {
  return inTempFolder(async (path) => {
    await writeFile(path("file"), "old");
    await body(path("file"), path);
    assertEquals(await readdir(path("")), ["file"]);
  });
}

describe("writeFileAtomic()", () => {
  it("writes a file that is not there, from any source", () =>
    inTempFolder(async (path) => {
      const data = pattern(200_000);
      assertEquals(await writeFileAtomic(path("a"), new Blob([data])), 200_000);
      assertEquals(await writeFileAtomic(pathToFileURL(path("b")), new Blob([data]).stream()), 200_000);
      const paths: CopyPath[] = [];
      await using src = await open(path("a"));
      assertEquals(await writeFileAtomic(path("c"), src, { onPath: (taken) => paths.push(taken) }), 200_000);
      assertEquals(paths, [WHOLE_FILE]);
      for (const name of ["a", "b", "c"]) assertBytes(await readFile(path(name)), data);
      assertEquals((await readdir(path(""))).sort(), ["a", "b", "c"]);
    }));

  it("shows the old file until the new one is complete", () =>
    withOld(async (path) => {
      const { promise, open } = gate();
      let reads = 0;
      const slow: Reader = {
        async read(p) {
          if (reads++ > 0) await promise;
          return reads === 1 ? p.fill(97, 0, 5) && 5 : reads === 2 ? p.fill(98, 0, 5) && 5 : null;
        },
      };
      const written = writeFileAtomic(path, slow);
      while (reads < 2) await stat(path);
      assertEquals(await readFile(path, "utf8"), "old");
      open();
      assertEquals(await written, 10);
      assertEquals(await readFile(path, "utf8"), "aaaaabbbbb");
    }));

  for (
    const [name, src, options, expected] of [
      ["the source fails", () => errReader(new Error("lost"), pattern(100_000)), {}, Error],
      ["the source is too short", () => new Blob(["abc"]), { length: 4 }, UnexpectedEOFError],
      ["the path cannot serve", () => new Blob(["abc"]), { via: "kernel" }, TypeError],
      ["a callback throws", () => new Blob(["abc"]), {
        onProgress: () => {
          throw new Error("no");
        },
      }, Error],
    ] as const
  ) {
    it(`leaves the old file and nothing else when ${name}`, () =>
      withOld(async (path) => {
        await assertRejects(() => writeFileAtomic(path, src(), options), expected);
        assertEquals(await readFile(path, "utf8"), "old");
      }));
  }

  it("leaves the old file and nothing else when it is aborted, however late", () =>
    withOld(async (path) => {
      const before = AbortSignal.abort("before");
      assertEquals(
        await writeFileAtomic(path, new Blob(["x"]), { signal: before }).catch((e) => e),
        "before",
      );
      for (const end of ["pending", null]) {
        const control = new AbortController();
        const src: Reader = {
          read() {
            setTimeout(() => control.abort("enough"), 0);
            // At the end of the source there is still the disk to wait for.
            return end === "pending" ? new Promise(() => {}) : Promise.resolve(null);
          },
        };
        const reason = await writeFileAtomic(path, src, { signal: control.signal }).catch((e) => e);
        if (reason === 0) continue; // the disk was faster
        assertEquals(reason, "enough");
        assertEquals(await readFile(path, "utf8"), "old");
      }
    }));

  it("keeps the permissions of an old file, and gives a new one those it is told, less the umask", () =>
    withOld(async (path, folder) => {
      await chmod(path, 0o640);
      await writeFileAtomic(path, new Blob(["new"]), { mode: 0o777 });
      assertEquals([await modeOf(path), await readFile(path, "utf8")], [0o640, "new"]);
      await mkdir(folder("sub"));
      await writeFileAtomic(folder("sub/file"), new Blob(["new"]), { mode: 0o750 });
      assertEquals(await modeOf(folder("sub/file")), 0o750 & ~umask());
      await writeFileAtomic(folder("sub/other"), new Blob(["new"]));
      assertEquals(await modeOf(folder("sub/other")), 0o666 & ~umask());
      execFileSync("rm", ["-r", folder("sub")]);
    }));

  it("follows links, also to a file that is not there", () =>
    inTempFolder(async (path) => {
      await mkdir(path("sub"));
      await writeFile(path("sub/file"), "old");
      await symlink("sub/file", path("link"));
      await symlink("link", path("second"));
      await symlink("sub/fresh", path("dangling"));
      await symlink("loop", path("loop"));
      await writeFileAtomic(path("second"), new Blob(["new"]));
      await writeFileAtomic(path("dangling"), new Blob(["fresh"]));
      assertEquals(await readFile(path("sub/file"), "utf8"), "new");
      assertEquals(await readFile(path("sub/fresh"), "utf8"), "fresh");
      assert((await lstat(path("second"))).isSymbolicLink());
      assertEquals(await readlink(path("link")), "sub/file");
      const reason = await writeFileAtomic(path("loop"), new Blob(["x"])).catch((e: unknown) => e);
      assert(reason instanceof FileError && reason.code === "ELOOP", String(reason));
    }));

  it("refuses what cannot be replaced", () =>
    withOld(async (path, folder) => {
      for (
        const [target, code] of [
          [folder(""), "EISDIR"],
          ["/dev/null", "EINVAL"],
          [folder("none/file"), "ENOENT"],
          [folder("file/file"), "ENOTDIR"],
          [folder("none/"), "ENOENT"],
        ] as const
      ) {
        const reason = await writeFileAtomic(target, new Blob(["x"])).catch((e: unknown) => e);
        assert(reason instanceof FileError, String(reason));
        assertEquals([reason.code, reason.path], [code, target]);
        assert(reason.message.includes(target), reason.message);
      }
      await assertRejects(() => writeFileAtomic(path, 5 as unknown as Blob), TypeError);
      await assertRejects(() => writeFileAtomic(path, new Blob(), { mode: -1 }), RangeError);
      assertEquals(await readFile(path, "utf8"), "old");
    }));

  it("refuses a file that may not be written", () =>
    withOld(async (path) => {
      await chmod(path, 0o444);
      if (process.getuid?.() === 0) return; // nothing is forbidden to root
      const reason = await writeFileAtomic(path, new Blob(["x"])).catch((e: unknown) => e);
      assert(reason instanceof FileError && reason.code === "EACCES", String(reason));
      assertEquals(await readFile(path, "utf8"), "old");
    }));

  it("leaves one whole file when many write it at once", () =>
    withOld(async (path) => {
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => writeFileAtomic(path, new Blob([new Uint8Array(5000).fill(i)]))),
      );
      const bytes = await readFile(path);
      assertBytes(bytes, new Uint8Array(5000).fill(bytes[0] ?? 0));
    }));
});

describe("replaceFile()", () => {
  it("can be discarded while something is being written", () =>
    withOld(async (path) => {
      const { file, discard } = await replaceFile(path);
      const writing = file.write(encode("new"));
      await discard();
      await writing;
      await assertRejects(() => file.write(encode("more")), TypeError, "closed");
      assertEquals(await readFile(path, "utf8"), "old");
    }));

  it("is called by the name that it will have", () =>
    withOld(async (path) => {
      const { file, commit } = await replaceFile(path);
      assertEquals(file.path, path);
      const reason = await file.read(new Uint8Array(1)).catch((e: unknown) => e);
      assert(reason instanceof FileError && reason.message.includes(path), String(reason));
      await commit();
      assertEquals(await readFile(path, "utf8"), "");
    }));
});
