import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, discard, multiWriter } from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { concat } from "../support/bytes.ts";
import { givesByob } from "../support/locks.ts";
import { encode } from "../support/utf8.ts";

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

describe("a stream with a write() of its own as a destination", () => {
  /** As browsers have for files. */
  class FileStream extends WritableStream<Uint8Array> {
    async write(data: Uint8Array): Promise<void> {
      const writer = this.getWriter();
      await writer.write(data);
      writer.releaseLock();
    }
  }

  it("is written to as a stream", async () => {
    const chunks: Uint8Array[] = [];
    const dst = new FileStream({ write: (chunk) => void chunks.push(chunk) });
    assertEquals(await copy(dst, new Blob(["hello"])), 5);
    assertEquals(await copy(multiWriter(dst, discard), new BytesReader(encode(" again"))), 6);
    assertEquals(new TextDecoder().decode(concat(chunks)), "hello again");
    assertEquals(dst.locked, false);
  });
});
