import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copyN, type CopyPath, onlyReader, readAll, readerFrom, UnexpectedEOFError } from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { ROUTES } from "../support/routes.ts";
import { sink } from "../support/sinks.ts";
import { failing, readerOf, STREAM_KINDS, streamBySteps } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(1_000);
const chunks = cutEvery(data, 90);

describe("copyN()", () => {
  for (const route of ROUTES.filter(({ path }) => path !== "pipeTo")) {
    for (const n of [0, 1, 89, 90, 91, 500, 999, 1_000]) {
      it(`copies ${n} bytes and leaves the rest in the source: ${route.name}`, async () => {
        const src = route.source(...chunks);
        const arrived: Uint8Array[] = [];
        const dst = route.destination((chunk) => void arrived.push(chunk.slice()));
        assertEquals(await copyN(dst, src, n, route.options), n);
        assertUnlocked(src, dst);
        assertBytes(concat(arrived), data.subarray(0, n));
        // What a plain ChunkReader hands over is cut to what is asked for, so that nothing gets lost there either.
        assertBytes(await readAll(src), data.subarray(n));
      });
    }

    it(`tells how much came when the source ends early: ${route.name}`, async () => {
      const src = route.source(...chunks);
      const dst = route.destination(() => {});
      const reason = await assertRejects(() => copyN(dst, src, 1_001, route.options), UnexpectedEOFError);
      assertEquals([reason.expected, reason.actual, reason.code], [1_001, 1_000, "UNEXPECTED_EOF"]);
      assertUnlocked(src, dst);
    });

    it(`is content with n bytes though the source fails after them: ${route.name}`, async () => {
      const failure = new Error("later");
      const src = route.source(...chunks, failing(failure));
      const dst = route.destination(() => {});
      assertEquals(await copyN(dst, src, 1_000, route.options), 1_000);
      assertStrictEquals(await copyN(dst, src, 1, route.options).catch((reason: unknown) => reason), failure);
      assertUnlocked(src, dst);
    });
  }

  for (const n of [0, -1, -Number.MAX_SAFE_INTEGER]) {
    it(`copies nothing for ${n}, without reading`, async () => {
      const src = readerOf(data);
      const writer = recordingWriter();
      assertEquals(await copyN(writer, src, n), 0);
      assertEquals([src.sizes, writer.sizes], [[], []]);
    });
  }

  it("leaves the rest of a byte stream to be read natively", async () => {
    for (const kind of ["filling", "enqueuing"] as const) {
      const src = streamBySteps(kind, ...chunks);
      if (!givesByob(src)) continue;
      assertEquals(await copyN(recordingWriter(), src, 123), 123);
      const rest: Uint8Array[] = [];
      const reader = src.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) rest.push(next.value);
      assertBytes(concat(rest), data.subarray(123));
    }
  });

  for (const { kind, name } of STREAM_KINDS) {
    it(`cuts ${name} into messages, each by another way of reading`, async () => {
      const src = streamBySteps(kind, ...chunks);
      const first = recordingWriter();
      const { stream, chunks: second } = sink();
      const third = new Uint8Array(30);
      await copyN(first, src, 100);
      await copyN(stream, src, 200);
      const reader = readerFrom(src);
      const n = await reader.read(third) ?? 0;
      const rest = await new Response(reader.release()).arrayBuffer();
      assertBytes(concat([first.bytes(), ...second, third.subarray(0, n), new Uint8Array(rest)]), data);
    });
  }

  it("reads a socket that ends after 3 of 4 bytes as too short", async () => {
    const src = readerOf(pattern(1), pattern(2));
    const reason = await copyN(recordingWriter(), src, 4).catch((reason: unknown) => reason);
    assertInstanceOf(reason, UnexpectedEOFError);
    assertEquals([reason.expected, reason.actual], [4, 3]);
  });

  it("goes by the path of what it limits", async () => {
    const paths: CopyPath[] = [];
    const onPath = (path: CopyPath) => void paths.push(path);
    await copyN(recordingWriter(), streamBySteps("default", ...chunks), 5, { onPath });
    await copyN(recordingWriter(), readerOf(...chunks), 5, { onPath });
    await copyN(recordingWriter(), onlyReader(readerFrom(streamBySteps("default", ...chunks))), 5, {
      onPath,
    });
    await copyN(sink().stream, readerOf(...chunks), 5, { onPath });
    assertEquals(paths, ["chunks", "buffer", "buffer", "chunks"]);
  });
});
