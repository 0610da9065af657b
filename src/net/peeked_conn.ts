import { checkBytes, checkReader, checkSize } from "../core/checks.ts";
import { FreshMemory } from "../core/memory.ts";
import type { BufReader } from "../bufio/mod.ts";
import { intakeOf, registerIntake, taking } from "../transfer/intake.ts";
import { outletOf, registerWriter } from "../transfer/outlet.ts";
import type { Conn } from "./conn.ts";
import type { Duplex } from "./duplex.ts";
import { type Peer, peerOf } from "./peer.ts";

/**
 * A connection whose first bytes were looked at, or some of them used, through a `BufReader`: reads go through that, so
 * that what it holds comes first, and everything else goes to the connection.
 *
 * It is a {@linkcode Duplex} like the connection was, for code that knows nothing of the peeking: a parser that is handed
 * the connection, or {@linkcode copyBidirectional}. A copy takes the fast paths of what is below.
 *
 * Ported from the `peekedConn` of Go programs, which read from `io.MultiReader(peeked, conn)`.
 *
 * @example Serve two protocols on one port
 * ```ts
 * import { BufReader } from "@sluice/io/bufio";
 * import { PeekedConn } from "@sluice/io/net";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
 * await client.write(new TextEncoder().encode("GET /"));
 *
 * const conn = await listener.accept();
 * const reader = new BufReader(conn);
 * const [first] = await reader.peek(1);
 * assertEquals(first === 22 ? "TLS" : "plain", "plain");
 *
 * const peeked = new PeekedConn(conn, reader); // nothing of it is lost
 * const p = new Uint8Array(16);
 * const n = await peeked.read(p);
 * assertEquals(new TextDecoder().decode(p.subarray(0, n ?? 0)), "GET /");
 *
 * await peeked.close();
 * client.close();
 * listener.close();
 * ```
 */
export class PeekedConn implements Conn {
  readonly #peer: Peer;
  readonly #reader: BufReader;

  /**
   * Puts a connection and what reads it together.
   *
   * @param conn The connection
   * @param reader What reads the connection: made of `conn`, or of its `readable`
   */
  constructor(conn: Duplex, reader: BufReader) {
    checkReader(reader);
    this.#peer = peerOf(conn);
    this.#reader = reader;
    registerIntake(this, intakeOf(reader));
    registerWriter(this, outletOf(this.#peer.writer));
  }

  /**
   * Reads what the `BufReader` holds, then from the connection.
   *
   * **On error** rejects with the reason of the connection. **Cancellation**: `close` and `abort` end a pending read, if
   * those of the connection do.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end of input
   */
  read(p: Uint8Array): Promise<number | null> {
    return this.#reader.read(p);
  }

  /**
   * Takes the next chunk without copying it where that can be.
   *
   * **On error** and **Cancellation** as {@linkcode PeekedConn.read}.
   *
   * @param max The most bytes the chunk may have, at least 1; no bound if left out
   * @returns The chunk, which is the caller's from then on, or `null` at the end of input
   */
  async readChunk(max?: number): Promise<Uint8Array | null> {
    if (max !== undefined) checkSize("max", max, 1);
    return await taking(intakeOf(this), max ?? Infinity, new FreshMemory({ owned: false }));
  }

  /**
   * Writes to the connection.
   *
   * **On error** rejects with the reason of the connection. **Cancellation**: `abort` ends a pending write, if that of the
   * connection does.
   *
   * @param p The bytes
   * @returns The number of bytes accepted
   */
  async write(p: Uint8Array): Promise<number> {
    checkBytes(p);
    return await this.#peer.writer.write(p);
  }

  /** Closes the sending half of the connection; does nothing where that cannot be done alone. */
  async closeWrite(): Promise<void> {
    await this.#peer.closeWrite();
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    intakeOf(this).letGo();
    await this.#peer.close();
  }

  /**
   * Gives the connection up, at once.
   *
   * @param reason Why, for a connection that can be told
   */
  async abort(reason?: unknown): Promise<void> {
    intakeOf(this).letGo();
    await this.#peer.abort(reason);
  }
}
