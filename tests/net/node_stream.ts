import { Duplex } from "node:stream";
import { writeAll } from "../../mod.ts";
import type { Conn } from "../../src/net/mod.ts";

/** Makes a stream of node:stream of a connection: for `node:tls`, which wants one below it. */
export function nodeStreamOf(conn: Conn): Duplex {
  const told = (work: Promise<unknown>, done: (error?: Error | null) => void) =>
    void work.then(() => done(), (reason) => done(reason));
  return new Duplex({
    allowHalfOpen: true,
    async read() {
      try {
        this.push(await conn.readChunk());
      } catch (reason) {
        this.destroy(reason instanceof Error ? reason : new Error(String(reason)));
      }
    },
    write: (chunk: Uint8Array, _encoding, done) => told(writeAll(conn, chunk), done),
    final: (done) => told(conn.closeWrite(), done),
    destroy: (error, done) => told(error === null ? conn.close() : conn.abort(error), () => done(error)),
  });
}
