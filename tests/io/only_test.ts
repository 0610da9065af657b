import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copySettled,
  discard,
  onlyReader,
  onlyWriter,
  type Reader,
  readerFrom,
  type Writer,
  writerFrom,
} from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { chunkReaderOf, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(100);
const chunks = cutEvery(data, 30);

describe("onlyReader()", () => {
  it("has nothing but read", () => {
    assertEquals(Object.keys(onlyReader(readerFrom(streamBySteps("default")))), ["read"]);
  });

  for (
    const { name, open } of [
      { name: "a StreamReader", open: () => readerFrom(streamBySteps("filling", ...chunks)) },
      { name: "a ChunkReader", open: () => chunkReaderOf(...chunks) },
    ]
  ) {
    it(`makes a copy of ${name} go through the buffer`, async () => {
      const writer = recordingWriter();
      const outcome = await copySettled(writer, onlyReader(open()));
      assertEquals(outcome, { ok: true, written: 100, path: "buffer" });
      assertBytes(writer.bytes(), data);
    });
  }

  it("keeps the this of the reader", async () => {
    class Own {
      left = 3;
      read(p: Uint8Array): Promise<number | null> {
        const n = Math.min(this.left, p.byteLength);
        this.left -= n;
        return Promise.resolve(n === 0 ? null : n);
      }
    }
    assertEquals((await copySettled(discard, onlyReader(new Own()))).written, 3);
  });

  it("throws a TypeError for what has no read()", () => {
    for (const r of [undefined, null, {}, streamBySteps("default"), new Blob([])]) {
      assertThrows(() => onlyReader(r as unknown as Reader), TypeError, "read");
    }
  });
});

describe("onlyWriter()", () => {
  it("has nothing but write", () => {
    assertEquals(Object.keys(onlyWriter(discard)), ["write"]);
  });

  it("makes a copy into a StreamWriter go through the buffer, and gives the stream copies", async () => {
    const { stream, chunks: taken } = sink();
    const writer = writerFrom(stream);
    const outcome = await copySettled(onlyWriter(writer), onlyReader(chunkReaderOf(...chunks)));
    assertEquals(outcome, { ok: true, written: 100, path: "buffer" });
    assertBytes(concat(taken), data);
    writer.release();
    assertUnlocked(stream);
  });

  it("throws a TypeError for what has no write()", () => {
    for (const w of [undefined, null, {}, sink().stream, new Blob([])]) {
      assertThrows(() => onlyWriter(w as unknown as Writer), TypeError, "write");
    }
  });
});
