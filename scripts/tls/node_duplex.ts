import { Duplex } from "node:stream";
import type { Conn } from "@sluice/io/net";

/**
 * Makes a stream of `node:stream` of a connection, so that `node:tls` can speak TLS over it.
 *
 * What the stream is destroyed with, the connection is given up with.
 *
 * @param conn The connection, which is the stream's from then on
 * @returns The stream
 */
export function nodeDuplex(conn: Conn): Duplex {
  return new Duplex({
    allowHalfOpen: true,
    async read() {
      try {
        let chunk = await conn.readChunk();
        while (chunk?.byteLength === 0) chunk = await conn.readChunk();
        this.push(chunk);
      } catch (reason) {
        this.destroy(asError(reason));
      }
    },
    async write(chunk: Uint8Array, _encoding, callback) {
      try {
        for (let done = 0; done < chunk.byteLength;) done += await conn.write(chunk.subarray(done));
        callback();
      } catch (reason) {
        callback(asError(reason));
      }
    },
    final(callback) {
      conn.closeWrite().then(() => callback(), (reason) => callback(asError(reason)));
    },
    destroy(error, callback) {
      // Why giving up failed is of no interest to whoever gives up.
      conn.abort(error).catch(() => {}).then(() => callback(error));
    },
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
