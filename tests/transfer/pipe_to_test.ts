import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, copySettled, NoProgressError, readAll, readerFrom } from "../../mod.ts";
import { assertBytes, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { sink } from "../support/sinks.ts";
import { type Step, streamBySteps } from "../support/steps.ts";
import { streamOf } from "../support/streams.ts";
import { encode } from "../support/utf8.ts";
import { settled } from "../support/waiting.ts";

const nothing = (times: number): Step[] => Array<Step>(times).fill(new Uint8Array(0));

describe("copy() via pipeTo", () => {
  it("gives up on a stream that gives empty chunks for ever", async () => {
    let pulls = 0;
    const src = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulls++;
        controller.enqueue(pulls === 1 ? pattern(4) : new Uint8Array(0));
      },
    }, { highWaterMark: 0 });
    const { stream: dst } = sink();
    const outcome = await copySettled(dst, src, { via: "pipeTo" });
    assert(!outcome.ok);
    assertInstanceOf(outcome.reason, NoProgressError);
    assertEquals([outcome.side, outcome.written, outcome.path], ["src", 4, "pipeTo"]);
    assertUnlocked(src, dst);
    await settled();
    assert(pulls < 110, `${pulls} chunks were asked for`);
  });

  it("bears 99 empty chunks in a row, more than once, and writes none of them", async () => {
    const src = streamBySteps(
      "default",
      ...nothing(99),
      encode("a"),
      ...nothing(99),
      encode("b"),
      ...nothing(99),
    );
    const { stream, events } = sink();
    assertEquals(await copy(stream, src, { via: "pipeTo" }), 2);
    assertEquals(events, ['"a"', '"b"']);
  });

  it("hands the very chunks on, whatever view of them the stream gave", async () => {
    const chunk = pattern(8);
    const view = new DataView(chunk.buffer, 2, 4);
    const { stream, chunks } = sink();
    assertEquals(await copy(stream, streamOf(chunk, view), { via: "pipeTo" }), 12);
    assert(chunks[0] === chunk);
    assertEquals([chunks[1]?.buffer, chunks[1]?.byteOffset], [chunk.buffer, 2]);
  });

  it("counts what was left over from a sniff, and names the path before that moves", async () => {
    const reader = readerFrom(streamOf(encode("abcdef"), encode("gh")));
    await reader.read(new Uint8Array(2));
    const { stream, events } = sink();
    const told: unknown[] = [];
    const onProgress = (written: number) => told.push(written);
    const onPath = (path: string) => told.push(path);
    assertEquals(await copy(stream, reader, { via: "pipeTo", onPath, onProgress }), 6);
    assertEquals([events, told], [['"cdef"', '"gh"'], ["pipeTo", 4, 6]]);
  });

  it("gives the chunk back that the pipe had read ahead when onProgress threw", async () => {
    const chunks = cutEvery(pattern(100), 10);
    const src = streamBySteps("default", ...chunks);
    const { stream, chunks: arrived } = sink();
    const reason = new Error("enough");
    const outcome = await copySettled(stream, src, {
      via: "pipeTo",
      onProgress(written) {
        if (written === 30) throw reason;
      },
    });
    assertEquals(outcome, { ok: false, written: 30, path: "pipeTo", side: "callback", reason });
    assertEquals(arrived.length, 3);
    assertBytes(await readAll(src), pattern(100).subarray(30));
  });
});
