import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { stat, writeFile } from "node:fs/promises";
import { pattern } from "../support/bytes.ts";
import { WHOLE_FILE } from "../support/files.ts";
import { inTempFolder } from "../support/temp.ts";

/** What `ulimit -f 1000` lets a file grow to. Beyond it the signal, which is ignored here, would kill the process. */
const LIMIT = 1000 * 1024; // bytes

const PROGRAM = `
import { copySettled } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)};
import { open } from ${JSON.stringify(new URL("../../src/fs/mod.ts", import.meta.url).href)};
const src = await open(Deno.args[0]);
const dst = await open(Deno.args[1], { write: true, create: true });
const { written, path, side, reason } = await copySettled(dst, src);
const positions = [await src.seek(0, 1), await dst.seek(0, 1)];
console.log(JSON.stringify({ written, path, side, code: reason.code, positions }));
Deno.exit();`;

describe("copy() by the kernel, when there is no room", () => {
  it("has the loop find out how far it comes, and leaves the file", () =>
    inTempFolder(async (path) => {
      await writeFile(path("src"), pattern(3_000_000));
      await writeFile(path("program.ts"), PROGRAM);
      const run = [Deno.execPath(), "run", "-A", "--no-check", path("program.ts"), path("src"), path("dst")];
      const { stdout } = await new Deno.Command("bash", {
        args: ["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$@\"", "bash", ...run],
      }).output();
      assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
        written: LIMIT,
        path: WHOLE_FILE,
        side: "dst",
        code: "EFBIG",
        positions: [LIMIT, LIMIT],
      });
      assertEquals((await stat(path("dst"))).size, LIMIT);
    }));
});
