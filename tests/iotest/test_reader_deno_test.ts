import { describe, it } from "@std/testing/bdd";
import { testReader } from "../../src/iotest/mod.ts";
import { pattern } from "../support/bytes.ts";

describe("testReader()", () => {
  it("has nothing to say against a Deno.FsFile, which reads, seeks and knows nothing of this package", async () => {
    const path = await Deno.makeTempFile();
    try {
      for (const size of [0, 1, 2, 3, 5000]) {
        await Deno.writeFile(path, pattern(size));
        using file = await Deno.open(path);
        await testReader(file, pattern(size));
      }
    } finally {
      await Deno.remove(path);
    }
  });
});
