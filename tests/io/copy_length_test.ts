import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, copySettled, readAll, TooLargeError, UnexpectedEOFError } from "../../mod.ts";
import { assertBytes, concat, cutEvery, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { ROUTES } from "../support/routes.ts";
import { readerOf } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(100);
const chunks = cutEvery(data, 30);

describe("copy() with a length", () => {
  for (const route of ROUTES) {
    const play = async (length: number) => {
      const src = route.source(...chunks);
      const arrived: Uint8Array[] = [];
      const dst = route.destination((chunk) => void arrived.push(chunk.slice()));
      const outcome = await copySettled(dst, src, { ...route.options, length });
      assertUnlocked(src, dst);
      assertBytes(concat(arrived), data.subarray(0, outcome.written));
      return { outcome, src };
    };

    it(`copies a source of just that length: ${route.name}`, async () => {
      const { outcome } = await play(100);
      assertEquals(outcome, { ok: true, written: 100, path: route.path });
    });

    for (const length of [101, 5_000]) {
      it(`misses what is not there of ${length} bytes: ${route.name}`, async () => {
        const { outcome } = await play(length);
        assert(!outcome.ok);
        assertEquals([outcome.written, outcome.side, outcome.path], [100, "src", route.path]);
        assertInstanceOf(outcome.reason, UnexpectedEOFError);
        assertEquals([outcome.reason.expected, outcome.reason.actual], [length, 100]);
      });
    }

    for (const length of [0, 1, 30, 45, 99]) {
      it(`writes ${length} bytes and refuses more: ${route.name}`, async () => {
        const { outcome, src } = await play(length);
        assert(!outcome.ok);
        assertEquals([outcome.written, outcome.side, outcome.path], [length, "src", route.path]);
        assertInstanceOf(outcome.reason, TooLargeError);
        assertEquals(outcome.reason.limit, length);
        if (route.takesBack) assertBytes(await readAll(src), data.subarray(length));
      });
    }
  }

  it("is an error of a foreign copy too", async () => {
    const src = { ...readerOf(), writeTo: () => Promise.resolve(5) };
    for (const [length, expected] of [[4, TooLargeError], [6, UnexpectedEOFError]] as const) {
      const reason = await copy(recordingWriter(), src, { length }).catch((reason: unknown) => reason);
      assertInstanceOf(reason, expected);
    }
    assertEquals(await copy(recordingWriter(), src, { length: 5 }), 5);
  });
});
