import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, discard, limitReader, teeReader, toReadableStream } from "../../mod.ts";
import { ByteBuffer } from "../../src/bytes/mod.ts";
import { BODY, sha256 } from "./bodies.ts";

describe("A body from fetch", () => {
  it("streams through limitReader() and teeReader()", async () => {
    const { body } = await fetch("/body");
    assert(body !== null);
    const seen = new ByteBuffer();
    const first = teeReader(limitReader(body, 2_000_000), seen);
    assertEquals(
      await sha256(await new Response(toReadableStream(first)).blob()),
      await sha256(BODY.slice(0, 2_000_000)),
    );
    assertEquals(await sha256(seen.bytes().slice()), await sha256(BODY.slice(0, 2_000_000)));
    assertEquals(await copy(discard, body), BODY.byteLength - 2_000_000);
  });

  it("is copied whole into memory", async () => {
    const memory = new ByteBuffer();
    const { body } = await fetch("/body");
    assert(body !== null);
    assertEquals(await copy(memory, body), BODY.byteLength);
    assertEquals(await sha256(memory.bytes().slice()), await sha256(BODY));
  });
});
