import type { Conn } from "@sluice/io/net";

/**
 * Bounds what is read below TLS by what is wanted above it. The `node:tls` of Deno decrypts on and on, whether anybody reads
 * or not, so that a peer that sends faster than its reader reads would fill the memory.
 */
export class OnDemand {
  /** The connection for `node:tls`. It may be read until `above` is called, and then while somebody waits there. */
  readonly conn: Conn;
  #wanted = 1; // by the handshake
  #wake = () => {};

  /**
   * Begins with the handshake, which may read what it wants.
   *
   * @param conn The connection below TLS
   */
  constructor(conn: Conn) {
    const gone = () => this.#wake();
    this.conn = {
      read: async (p) => {
        await this.#turn();
        return await conn.read(p);
      },
      readChunk: async (max) => {
        await this.#turn();
        return await conn.readChunk(max);
      },
      write: (p) => conn.write(p),
      closeWrite: () => conn.closeWrite(),
      close: () => conn.close().finally(gone),
      abort: (reason) => conn.abort(reason).finally(gone),
    };
  }

  /**
   * Ends the handshake.
   *
   * @param conn The connection above TLS
   * @returns The same for whoever reads
   */
  above(conn: Conn): Conn {
    this.#wanted--;
    return {
      read: (p) => this.#want(() => conn.read(p)),
      readChunk: (max) => this.#want(() => conn.readChunk(max)),
      write: (p) => conn.write(p),
      closeWrite: () => conn.closeWrite(),
      close: () => conn.close(),
      abort: (reason) => conn.abort(reason),
    };
  }

  async #want<T>(read: () => Promise<T>): Promise<T> {
    this.#wanted++;
    this.#wake();
    try {
      return await read();
    } finally {
      this.#wanted--;
    }
  }

  async #turn(): Promise<void> {
    if (this.#wanted === 0) await new Promise<void>((resolve) => this.#wake = resolve);
  }
}
