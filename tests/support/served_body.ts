import { assert, assertEquals } from "@std/assert";
import { readerFrom, toReadableStream } from "../../mod.ts";
import { assertBytes, cutEvery, pattern } from "./bytes.ts";
import { slowClient } from "./slow_client.ts";
import { STREAMS } from "./streams.ts";
import { until, untilStill } from "./waiting.ts";

/** A server that answers with a stream. */
export interface Server {
  port: number;
  stop(): Promise<void>;
}

/** Starts a server that answers every request with the body that `body` makes. */
export type Serve = (
  body: () => ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>,
) => Server | Promise<Server>;

/** What the sockets of both ends and an HTTP server may hold altogether; an endless body would soon be beyond it. */
const IN_TRANSIT = 16 * 1024 * 1024; // 16 MiB

/**
 * Serves an endless Reader to a client that takes nothing, then a little, then goes away: the Reader stops being
 * read, goes on, and is cancelled.
 */
export async function checkServedBody(serve: Serve): Promise<void> {
  let bytesRead = 0;
  let reads = 0;
  let pending = 0;
  const cancelled: unknown[] = [];
  const reader = {
    async read(p: Uint8Array): Promise<number | null> {
      assertEquals(pending++, 0, "reads overlap");
      await new Promise((resolve) => setTimeout(resolve, 0));
      pending--;
      p.fill(120);
      reads++;
      bytesRead += p.byteLength;
      return p.byteLength;
    },
    cancel: (reason: unknown) => void cancelled.push(reason),
  };
  const server = await serve(() => toReadableStream(reader, { close: true }));
  try {
    const client = slowClient(server.port);
    await until(() => reads > 0);
    const ahead = await untilStill(() => bytesRead);
    assert(ahead <= IN_TRANSIT, `${ahead} bytes were read for a client that takes none`);

    const taken = 2 * ahead;
    await client.take(taken);
    const further = await untilStill(() => bytesRead);
    assert(further >= taken - 4096, `${further} bytes were read of which ${taken} were taken`);
    assert(further <= taken + IN_TRANSIT, `${further} bytes were read for a client that took ${taken}`);

    assertEquals(cancelled.length, 0);
    client.leave();
    await until(() => cancelled.length > 0);
    assertEquals(cancelled.length, 1);
  } finally {
    await server.stop();
  }
}

/**
 * Serves what `release()` gives after some bytes were looked at, of every kind of stream and of the body of a fetch; and
 * the stream itself if none were.
 */
export async function checkServedRest(serve: Serve): Promise<void> {
  const bytes = pattern(300_000);
  const upstream = await serve(() => new Blob([bytes]).stream());
  const kinds = [
    ...STREAMS.map(({ make }) => () => make(...cutEvery(bytes, 100_000))),
    async () => {
      const { body } = await fetch(`http://127.0.0.1:${upstream.port}/`);
      assert(body !== null);
      return body;
    },
  ];
  try {
    for (const make of kinds) {
      for (const sniffed of [0, 5, 120_000]) {
        const server = await serve(async () => {
          const reader = readerFrom(await make());
          for (let left = sniffed; left > 0;) left -= await reader.read(new Uint8Array(left)) ?? left;
          return reader.release();
        });
        const response = await fetch(`http://127.0.0.1:${server.port}/`);
        assertBytes(new Uint8Array(await response.arrayBuffer()), bytes.subarray(sniffed));
        await server.stop();
      }
    }
  } finally {
    await upstream.stop();
  }
}
