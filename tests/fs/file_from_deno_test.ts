import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copySettled, readAll, SeekMode } from "../../mod.ts";
import { fileFrom } from "../../src/fs/mod.ts";
import { testReader } from "../../src/iotest/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { WHOLE_FILE } from "../support/files.ts";
import { inTempFolder } from "../support/temp.ts";
import { decode, encode } from "../support/utf8.ts";

const data = pattern(300_000);

describe("fileFrom(Deno.FsFile)", () => {
  it("keeps the contract of every interface that it has", () =>
    inTempFolder(async (path) => {
      await Deno.writeFile(path("file"), pattern(1000));
      await using file = await fileFrom(await Deno.open(path("file")));
      await testReader(file, pattern(1000));
    }));

  it("copies whole files by the kernel", () =>
    inTempFolder(async (path) => {
      await Deno.writeFile(path("src"), data);
      await using src = await fileFrom(await Deno.open(path("src")));
      await using dst = await fileFrom(await Deno.open(path("dst"), { write: true, create: true }));
      assertEquals(await copySettled(dst, src), { ok: true, written: 300_000, path: WHOLE_FILE });
      assertBytes(await Deno.readFile(path("dst")), data);
    }));

  it("goes on where the file stands", () =>
    inTempFolder(async (path) => {
      await Deno.writeTextFile(path("file"), "0123456789");
      const host = await Deno.open(path("file"));
      await host.read(new Uint8Array(4));
      await using file = await fileFrom(host);
      assertEquals(await file.seek(0, SeekMode.Current), 4);
      assertEquals(decode(await readAll(file)), "456789");
    }));

  it("reads and writes at many places at once, though the host has one position", () =>
    inTempFolder(async (path) => {
      await Deno.writeFile(path("file"), new Uint8Array(64_000));
      await using file = await fileFrom(await Deno.open(path("file"), { read: true, write: true }));
      await Promise.all(Array.from({ length: 64 }, async (_, i) => {
        const part = data.subarray(i * 1000, (i + 1) * 1000);
        assertEquals(await file.writeAt(part, i * 1000), 1000);
        const p = new Uint8Array(1000);
        assertEquals(await file.readAt(p, i * 1000), 1000);
        assertBytes(p, part);
      }));
      assertBytes(await Deno.readFile(path("file")), data.subarray(0, 64_000));
      assertEquals(await file.seek(0, SeekMode.Current), 0);
    }));

  it("is the same File for the same file, and closes it", () =>
    inTempFolder(async (path) => {
      const host = await Deno.open(path("file"), { write: true, create: true });
      const file = await fileFrom(host);
      assertStrictEquals(await fileFrom(host), file);
      await file.write(encode("abc"));
      await file.close();
      await assertRejects(() => host.stat());
    }));

  it("reads and writes pipes", async () => {
    const child = new Deno.Command("cat", { stdin: "piped", stdout: "piped" }).spawn();
    await using null_ = await fileFrom(await Deno.open("/dev/null", { write: true }));
    const writer = child.stdin.getWriter();
    await writer.write(data.subarray(0, 1000));
    await writer.close();
    assertEquals(await copySettled(null_, child.stdout), { ok: true, written: 1000, path: "byob" });
    await child.status;
  });
});

describe("open() in Deno with few permissions", () => {
  it("goes by the loop, and asks nobody for more", () =>
    inTempFolder(async (path) => {
      await Deno.writeTextFile(path("src"), "abc");
      const code = `
        import { copySettled } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)};
        import { open } from ${JSON.stringify(new URL("../../src/fs/mod.ts", import.meta.url).href)};
        const [src, dst] = Deno.args;
        const from = await open(src);
        const to = await open(dst, { write: true, create: true });
        console.log(JSON.stringify(await copySettled(to, from)));
        await from.close();
        await to.close();`;
      await Deno.writeTextFile(path("program.ts"), code);
      for (
        const flags of [["--allow-read", "--allow-write"], [
          `--allow-read=${path("")}`,
          `--allow-write=${path("")}`,
        ]]
      ) {
        const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "--no-check", "--no-prompt", ...flags, path("program.ts"), path("src"), path("dst")],
        }).output();
        const said = new TextDecoder().decode(stderr);
        assertEquals([new TextDecoder().decode(stdout), said], [
          '{"ok":true,"written":3,"path":"buffer"}\n',
          "",
        ]);
        await Deno.remove(path("dst"));
      }
    }));
});
