import { asBytes, checkBytes, checkSize, misuse } from "../core/checks.ts";
import type { Conn } from "./conn.ts";

/** The most that is handed to the stream by one write: 64 KiB. It says nothing of a write before all of it is sent. */
const PIECE = 64 * 1024;

/** The part of a Duplex of `node:stream` that is used: that of `net.Socket` and `tls.TLSSocket`, for example. */
export interface NodeDuplex {
  /** Set to true: the end of the receiving half must not end the sending half. */
  allowHalfOpen: boolean;
  /** Whether it is gone. */
  readonly destroyed: boolean;
  /** Whether its end was read. */
  readonly readableEnded: boolean;
  /** Takes what has come, or null. */
  read(): unknown;
  /** Sends a chunk and calls back when it is sent. */
  write(chunk: Uint8Array, callback: (error?: Error | null) => void): unknown;
  /** Ends the sending half and calls back when that is done. */
  end(callback: (error?: Error | null) => void): unknown;
  /** Gives everything up. */
  destroy(): unknown;
  /** Listens to an event. */
  on(event: "readable" | "end" | "close" | "error", listener: (reason?: unknown) => void): unknown;
}

/** See {@linkcode duplexFrom}. */
class NodeConn implements Conn {
  readonly #stream: NodeDuplex;
  #left: Uint8Array | null = null;
  #listens = false;
  #closing: Promise<void> | null = null;
  #failure: { reason: unknown } | null = null;
  #wake = () => {};

  constructor(stream: NodeDuplex) {
    this.#stream = stream;
    stream.allowHalfOpen = true;
    // Without a listener a failure would end the program. It is told to whoever reads or writes.
    stream.on("error", (reason) => this.#fail(reason));
    stream.on("close", () => this.#wake());
  }

  async read(p: Uint8Array): Promise<number | null> {
    checkBytes(p);
    if (p.byteLength === 0) return 0;
    const chunk = await this.#next(p.byteLength);
    if (chunk !== null) p.set(chunk);
    return chunk === null ? null : chunk.byteLength;
  }

  async readChunk(max?: number): Promise<Uint8Array | null> {
    if (max !== undefined) checkSize("max", max, 1);
    return await this.#next(max ?? Infinity);
  }

  async write(p: Uint8Array): Promise<number> {
    checkBytes(p);
    const part = p.subarray(0, PIECE);
    const n = part.byteLength;
    if (n > 0) await this.#done((callback) => this.#stream.write(part, callback));
    return n;
  }

  closeWrite(): Promise<void> {
    return this.#closing ??= this.#done((callback) => this.#stream.end(callback));
  }

  async close(): Promise<void> {
    if (this.#stream.destroyed) return;
    try {
      await this.closeWrite();
    } finally {
      if (!this.#stream.readableEnded) this.#fail(closedError());
      this.#stream.destroy();
    }
  }

  async abort(reason?: unknown): Promise<void> {
    this.#fail(reason);
    await this.#stream.destroy();
  }

  async #next(max: number): Promise<Uint8Array | null> {
    for (let left = this.#left ?? this.#take();; left = this.#take()) {
      if (left !== null) {
        const part = left.subarray(0, max);
        this.#left = part.byteLength < left.byteLength ? left.subarray(max) : null;
        return part;
      }
      if (this.#failure !== null) throw this.#failure.reason;
      if (this.#stream.readableEnded) return null;
      if (this.#stream.destroyed) throw closedError();
      await this.#event();
    }
  }

  #take(): Uint8Array | null {
    const chunk = this.#stream.read();
    if (chunk === null || chunk === undefined) return null;
    const { buffer, byteOffset, byteLength } = asBytes(chunk);
    return new Uint8Array(buffer, byteOffset, byteLength); // no Buffer, whose slice() copies nothing
  }

  /** Waits until there may be something to read, or the end of it. */
  #event(): Promise<void> {
    const event = new Promise<void>((resolve) => this.#wake = resolve);
    if (!this.#listens) {
      this.#listens = true;
      this.#stream.on("readable", () => this.#wake());
      this.#stream.on("end", () => this.#wake());
    }
    return event;
  }

  #done(start: (callback: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      start((error) => error ? reject(this.#failure?.reason ?? error) : resolve());
    });
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#wake();
  }
}

function closedError(): TypeError {
  return new TypeError("Cannot read from a connection that was closed");
}

/**
 * Makes a {@linkcode Duplex} of a stream of `node:stream` that goes both ways, such as a `net.Socket` or a
 * `tls.TLSSocket`, in Node, Deno and Bun.
 *
 * From then on the stream is read and written through the result alone, which sets its `allowHalfOpen`, so that its two
 * halves end one by one. Chunks are handed over as they come.
 *
 * **On error** what is pending, and everything after it, rejects with the reason of the stream. No failure of the stream
 * ends the program.
 *
 * **Cancellation**: `abort` ends what is pending.
 *
 * @example Relay sockets of Node
 * ```ts
 * import { copyBidirectional, duplexFrom } from "@sluice/io/net";
 * import { assertEquals } from "@std/assert";
 * import { once } from "node:events";
 * import { type AddressInfo, connect, createServer } from "node:net";
 *
 * const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
 * server.listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const { port } = server.address() as AddressInfo;
 *
 * const relay = createServer(async (socket) => {
 *   await copyBidirectional(duplexFrom(socket), duplexFrom(connect(port, "127.0.0.1")));
 *   relay.close();
 *   server.close();
 * }).listen(0, "127.0.0.1");
 * await once(relay, "listening");
 *
 * const client = duplexFrom(connect((relay.address() as AddressInfo).port, "127.0.0.1"));
 * await client.write(new TextEncoder().encode("echo"));
 * await client.closeWrite();
 * assertEquals(new TextDecoder().decode(await client.readChunk() ?? undefined), "echo");
 * await client.close();
 * ```
 *
 * @param stream The stream
 * @returns A connection over it
 */
export function duplexFrom(stream: NodeDuplex): Conn {
  for (const method of ["read", "write", "end", "destroy", "on"] as const) {
    if (typeof stream?.[method] !== "function") {
      throw misuse(stream, "a Duplex of Node", `has no ${method}() method`);
    }
  }
  return new NodeConn(stream);
}
