import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { assertBytes } from "../support/bytes.ts";
import { inTempFolder } from "../support/temp.ts";

const PROGRAM = ["run", "-A", "--no-check", new URL("writer_program.ts", import.meta.url).pathname];
const SIZE = 3_000_000;

describe("writeFileAtomic() in a process", () => {
  it("leaves a whole file when it is killed at any moment", () =>
    inTempFolder(async (path) => {
      for (let kill = 0; kill < 5; kill++) {
        const child = new Deno.Command(Deno.execPath(), {
          args: [...PROGRAM, path("file"), String(SIZE)],
          stdout: "piped",
          stderr: "null",
        }).spawn();
        await child.stdout.getReader().read(); // the first file is there
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
        child.kill("SIGKILL");
        await child.status;
        const bytes = await readFile(path("file"));
        assert(bytes[0] !== 0);
        assertBytes(bytes, new Uint8Array(SIZE).fill(bytes[0] ?? 0));
      }
      // What was being written then is still there, under names of its own.
      const names = await readdir(path(""));
      assert(
        names.every((name) => name === "file" || /^\.file\.[0-9a-f]{8}\.part$/.test(name)),
        names.join(),
      );
    }));

  it("leaves the old file and nothing else when there is no room for the new one", () =>
    inTempFolder(async (path) => {
      await writeFile(path("file"), "old");
      const words = [Deno.execPath(), ...PROGRAM, path("file"), String(SIZE)];
      // The signal would kill the process instead of failing the write.
      const { code, stdout } = await new Deno.Command("bash", {
        args: ["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$@\"", "bash", ...words],
      }).output();
      assertEquals([code, new TextDecoder().decode(stdout)], [1, "EFBIG\n"]);
      assertEquals(await readFile(path("file"), "utf8"), "old");
      assertEquals(await readdir(path("")), ["file"]);
    }));
});
