import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFile, writeFile } from "node:fs/promises";
import { copy, copyN, copySettled, type Destination, readAll } from "../../mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { inTempFolder } from "../support/temp.ts";
import { recordingWriter } from "../support/writers.ts";

declare const Bun: {
  file(path: string): Blob;
  spawn(command: string[], options: { stdin: "pipe"; stdout: "pipe" }): {
    stdin: { write(p: Uint8Array): number; end(): void; flush(): void };
    stdout: ReadableStream<Uint8Array>;
    exited: Promise<number>;
  };
};

const data = pattern(2_000_000);

describe("copy() with Bun.file()", () => {
  it("copies its stream, by BYOB only if it gives a BYOB reader", () =>
    inTempFolder(async (path) => {
      await writeFile(path("src"), data);
      const stream = Bun.file(path("src")).stream();
      const expected = givesByob(Bun.file(path("src")).stream()) ? "byob" : "chunks";
      const writer = recordingWriter();
      assertEquals(await copySettled(writer, stream), { ok: true, written: data.byteLength, path: expected });
      assertUnlocked(stream);
      assertBytes(writer.bytes(), data);
    }));

  it("copies the file itself, for it is a Blob", () =>
    inTempFolder(async (path) => {
      await writeFile(path("src"), data);
      for (const options of [{}, { via: "buffer" }, { length: data.byteLength }] as const) {
        const writer = recordingWriter();
        assertEquals(await copy(writer, Bun.file(path("src")), options), data.byteLength);
        assertBytes(writer.bytes(), data);
      }
      const { stream, chunks } = sink();
      assertEquals(await copy(stream, Bun.file(path("src")), { via: "pipeTo" }), data.byteLength);
      assertBytes(concat(chunks), data);
    }));

  it("leaves the rest after copyN()", () =>
    inTempFolder(async (path) => {
      await writeFile(path("src"), data);
      const stream = Bun.file(path("src")).stream();
      assertEquals(await copyN(recordingWriter(), stream, 1_000), 1_000);
      assertBytes(await readAll(stream), data.subarray(1_000));
    }));

  it("refuses the file as a destination, whose write() would replace it again and again", () =>
    inTempFolder(async (path) => {
      await writeFile(path("dst"), "precious");
      const dst = Bun.file(path("dst")) as unknown as Destination;
      await assertRejects(() => copy(dst, new Blob([data])), TypeError);
      assertEquals(await readFile(path("dst"), "utf8"), "precious");
    }));

  it("rejects with the host's own reason for a file that is not there", () =>
    inTempFolder(async (path) => {
      const outcome = await copySettled(recordingWriter(), Bun.file(path("missing")));
      assertEquals([outcome.ok, outcome.written, !outcome.ok && outcome.side], [false, 0, "src"]);
    }));
});

describe("copy() with Bun.spawn()", () => {
  it("reads what a process writes", async () => {
    const child = Bun.spawn(["cat"], { stdin: "pipe", stdout: "pipe" });
    child.stdin.write(data);
    child.stdin.end();
    const writer = recordingWriter();
    assertEquals(await copy(writer, child.stdout), data.byteLength);
    assertUnlocked(child.stdout);
    assertBytes(writer.bytes(), data);
    assertEquals(await child.exited, 0);
  });
});
