import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { discard } from "../../mod.ts";
import type { BufReader } from "../../src/bufio/mod.ts";
import { HttpError, readRequest, readResponse } from "../../src/http1/mod.ts";
import { CORPUS, type Malformed } from "./corpus.ts";
import { latin1, openConn } from "./wire.ts";

/** What reading a whole message ends with. */
async function outcome({ kind, method = "GET", limits }: Malformed, r: BufReader): Promise<unknown> {
  try {
    const message = kind === "request"
      ? await readRequest(r, limits)
      : await readResponse(r, { method }, limits);
    if (message === null) return null;
    const p = new Uint8Array(64);
    for (let n = await message.body.read(p); n !== null; n = await message.body.read(p)) {
      await discard.write(p.subarray(0, n));
    }
    return message;
  } catch (reason) {
    return reason;
  }
}

async function assertRefused(message: Malformed, r: BufReader, how: string): Promise<void> {
  const reason = await outcome(message, r);
  assert(reason instanceof HttpError, `${message.name}, ${how}: ${reason}`);
  assertEquals([reason.status, reason.code], [message.status, "HTTP"], `${message.name}, ${how}`);
}

/** Everywhere, but in what is endless: there everywhere at its beginning and end, and now and then between. */
function* splits(length: number): Generator<number> {
  for (let at = 1; at < length; at += length > 2000 && at > 100 && at < length - 20 ? 797 : 1) yield at;
}

describe("http1 refuses malformed messages", () => {
  it("of which there are many, all different", () => {
    assert(CORPUS.length >= 300, String(CORPUS.length));
    assertEquals(new Set(CORPUS.map(({ name }) => name)).size, CORPUS.length);
    assertEquals(new Set(CORPUS.map(({ text }) => text)).size, CORPUS.length);
  });

  it("that come whole, with buffers of any size, without waiting for more", async () => {
    for (const message of CORPUS) {
      const bytes = latin1(message.text);
      for (const size of [16, 61, 4096, 65_536]) {
        await assertRefused(message, openConn(size, bytes), `a buffer of ${size}`);
      }
    }
  });

  it("that come byte by byte", async () => {
    for (const message of CORPUS) {
      const bytes = latin1(message.text);
      const parts = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
      await assertRefused(message, openConn(16, ...parts), "byte by byte");
      await assertRefused(message, openConn(4096, ...parts), "byte by byte");
    }
  });

  it("that come in two parts, split anywhere", async () => {
    for (const message of CORPUS) {
      const bytes = latin1(message.text);
      for (const at of splits(bytes.byteLength)) {
        await assertRefused(
          message,
          openConn(256, bytes.subarray(0, at), bytes.subarray(at)),
          `split at ${at}`,
        );
      }
    }
  });
});
