import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import { open, writeFile } from "node:fs/promises";
import { Writable } from "node:stream";
import { copy, copyBuffer, copyN, copySettled, limitReader, readAll, StagingBuffer } from "../../mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { inTempFolder } from "../support/temp.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(1_000_000);

/** Runs a test with the stream of a file. Node 20 makes a byte stream of it only if asked; later ones always do. */
function withStream(
  type: "bytes" | undefined,
  body: (stream: ReadableStream<Uint8Array>) => Promise<void>,
): Promise<void> {
  return inTempFolder(async (path) => {
    await writeFile(path("src"), data);
    const handle = await open(path("src"));
    try {
      const options: object = type === undefined ? {} : { type }; // the types know the newest Node only
      await body(handle.readableWebStream(options) as ReadableStream<Uint8Array>);
    } finally {
      await handle.close();
    }
  });
}

describe("copy() with FileHandle.readableWebStream()", () => {
  for (const type of ["bytes", undefined] as const) {
    it(`copies it to a Writer: type ${type}`, () =>
      withStream(type, async (stream) => {
        const path = givesByob(stream) ? "byob" : "chunks";
        const writer = recordingWriter();
        assertEquals(await copySettled(writer, stream), { ok: true, written: data.byteLength, path });
        assertUnlocked(stream);
        assertBytes(writer.bytes(), data);
      }));

    for (const via of ["pipeTo", "chunks", "buffer"] as const) {
      it(`copies it to a WritableStream via ${via}: type ${type}`, () =>
        withStream(type, async (stream) => {
          const { stream: dst, chunks } = sink();
          assertEquals(await copy(dst, stream, { via }), data.byteLength);
          assertUnlocked(stream, dst);
          assertBytes(concat(chunks), data);
        }));
    }

    it(`reads through the buffer it is given: type ${type}`, () =>
      withStream(type, async (stream) => {
        const byob = givesByob(stream);
        const writer = recordingWriter();
        await copyBuffer(writer, stream, new StagingBuffer(5_000));
        if (byob) assert(writer.sizes.every((size) => size <= 5_000));
        assertBytes(writer.bytes(), data);
      }));

    it(`leaves the rest after copyN(): type ${type}`, () =>
      withStream(type, async (stream) => {
        assertEquals(await copyN(recordingWriter(), stream, 777), 777);
        assertBytes(await readAll(stream), data.subarray(777));
      }));
  }
});

// Bun's bridge takes any amount from a web stream for a process that is gone, and reports nothing.
describe("copy() to a child process", () => {
  it("notices that the process stopped reading", async () => {
    const child = spawn("head", ["-c", "1"], { stdio: ["pipe", "ignore", "inherit"] });
    const stdin = Writable.toWeb(child.stdin) as WritableStream<Uint8Array>;
    const outcome = await copySettled(
      stdin,
      limitReader({ read: (p) => Promise.resolve(p.byteLength) }, 2 ** 26),
    );
    assert(!outcome.ok);
    assertEquals(outcome.side, "dst");
    assertUnlocked(stdin);
  });
});
