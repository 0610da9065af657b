import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copy, readAll } from "../../mod.ts";
import { pieceProbe } from "../../src/web/piece_probe.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { needs } from "../support/features.ts";
import { type Watched, watched } from "../support/streams.ts";

const KIB = 1024;
const FULL = 4 * KIB;

describe("pieceProbe()", () => {
  for (
    const { name, sizes, asked } of [
      { name: "after two full pieces", sizes: [FULL, FULL], asked: [false, true] },
      {
        name: "as long as more comes",
        sizes: [9, FULL, FULL, FULL + 1, 64 * KIB, FULL + 1],
        asked: [false, false, true, true, true, true],
      },
      {
        name: "no longer once no more comes",
        sizes: [FULL, FULL, 64 * KIB, FULL, 64 * KIB],
        asked: [false, true, true, false, false],
      },
      { name: "once only", sizes: [FULL, FULL, FULL, FULL, FULL], asked: [false, true, false, false, false] },
      { name: "not where one is not full", sizes: [FULL, 7, FULL, 7], asked: [false, false, false, false] },
      { name: "not where chunks are smaller", sizes: [1000, 1000, 1000], asked: [false, false, false] },
      { name: "not where chunks are larger", sizes: [FULL + 1, FULL + 1], asked: [false, false] },
    ]
  ) {
    it(`asks for more ${name}`, () => {
      const probe = pieceProbe();
      const told = sizes.map((n) => {
        probe.came(n);
        return probe.asksForMore();
      });
      assertEquals(told, asked);
    });
  }
});

/** A byte stream that gives pieces of 4 KiB to a default reader and `most` bytes to a view, with the readers it is asked for. */
function pieces(data: Uint8Array, most: number): Watched {
  let at = 0;
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const request = controller.byobRequest;
      const room = request?.view?.byteLength ?? FULL;
      const part = data.subarray(at, at + Math.min(room, request ? most : room));
      at += part.length;
      if (part.length === 0) {
        controller.close();
        request?.respond(0);
      } else if (request?.view) {
        new Uint8Array(request.view.buffer, request.view.byteOffset).set(part);
        request.respond(part.length);
      } else controller.enqueue(part.slice());
    },
  });
  return watched(stream);
}

describe("copy() of a byte stream that comes in pieces, to a web stream", needs("byte streams"), () => {
  const data = pattern(300 * KIB + 5);

  for (
    const { name, most, readers, largest } of [
      {
        name: "fills views instead where they get more",
        most: Infinity,
        readers: ["default", "byob"],
        largest: 64,
      },
      {
        name: "stays with pieces where they do not",
        most: FULL,
        readers: ["default", "byob", "default"],
        largest: 4,
      },
    ]
  ) {
    it(name, async () => {
      const { stream, readers: seen } = pieces(data, most);
      const got: Uint8Array[] = [];
      const sink = new WritableStream<Uint8Array>({ write: (chunk) => void got.push(chunk) });
      assertEquals(await copy(sink, stream), data.length);
      assertBytes(await readAll(new Blob(got as BlobPart[])), data);
      assertEquals(seen, readers);
      assertEquals(Math.max(...got.map(({ length }) => length)), largest * KIB);
      assert(!stream.locked);
    });
  }
});
