import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy } from "../../mod.ts";
import { givesByob } from "../support/locks.ts";

describe("a Blob as a source", () => {
  const size = 300_000;

  it("reaches a web stream in chunks of 64 KiB at most, where it can be read by BYOB", async () => {
    const sizes: number[] = [];
    const blob = new Blob([new Uint8Array(size)]);
    const dst = new WritableStream<Uint8Array>({
      write(chunk) {
        sizes.push(chunk.byteLength);
      },
    });
    assertEquals(await copy(dst, blob), size);
    assertEquals(sizes.reduce((sum, n) => sum + n, 0), size);
    if (givesByob(blob.stream())) assert(Math.max(...sizes) <= 64 * 1024, `${sizes}`);
  });
});
