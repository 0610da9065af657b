import type { Closer, CloseWriter, Reader, Writer } from "../../mod.ts";

/** The part of a socket of Bun that is used. */
export interface BunSocket {
  /** Sends as much as the system takes at once; below 0 if the socket is gone. */
  write(p: Uint8Array): number;
  /** Ends the sending half. */
  shutdown(): void;
  /** Ends the whole. */
  end(): void;
  pause(): void;
  resume(): void;
}

/** What `Bun.listen` and `Bun.connect` tell of a socket. */
export interface BunHandlers {
  data(socket: BunSocket, chunk: Uint8Array): void;
  drain(socket: BunSocket): void;
  end(socket: BunSocket): void;
  close(socket: BunSocket, reason?: unknown): void;
  error(socket: BunSocket, reason: unknown): void;
}

/** How much waits to be read before the socket is paused: 256 KiB. */
const MOST = 256 * 1024;

/** A socket of Bun, which calls back, as a connection, which is called: what a user of `copyBidirectional` writes for it. */
export class BunConn implements Reader, Writer, CloseWriter, Closer {
  readonly #socket: BunSocket;
  readonly #chunks: Uint8Array[] = [];
  #waiting = 0;
  #over: { reason: unknown } | "ended" | null = null;
  #closed = false;
  #wake = () => {};
  #drained = () => {};

  constructor(socket: BunSocket) {
    this.#socket = socket;
  }

  async read(p: Uint8Array): Promise<number | null> {
    for (let chunk = this.#chunks[0];; chunk = this.#chunks[0]) {
      if (chunk !== undefined) {
        const part = chunk.subarray(0, p.byteLength);
        p.set(part);
        if (part.byteLength < chunk.byteLength) this.#chunks[0] = chunk.subarray(part.byteLength);
        else this.#chunks.shift();
        this.#waiting -= part.byteLength;
        if (this.#waiting < MOST) this.#socket.resume();
        return part.byteLength;
      }
      if (this.#over === "ended") return null;
      if (this.#over !== null) throw this.#over.reason;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async write(p: Uint8Array): Promise<number> {
    for (;;) {
      const drained = new Promise<void>((resolve) => this.#drained = resolve);
      const n = this.#socket.write(p);
      if (n > 0) return n;
      if (n < 0 || this.#closed) throw new Error("The socket is closed");
      await drained;
    }
  }

  closeWrite(): void {
    this.#socket.shutdown();
  }

  close(): void {
    this.#closed = true;
    this.fail(new Error("The socket was closed"));
    this.#socket.end();
  }

  /** A chunk came. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(new Uint8Array(chunk));
    this.#waiting += chunk.byteLength;
    if (this.#waiting >= MOST) this.#socket.pause();
    this.#wake();
  }

  /** There is room to send again. */
  drain(): void {
    this.#drained();
  }

  /** The peer has ended its sending half. */
  end(): void {
    this.#over ??= "ended";
    this.#wake();
    this.#drained();
  }

  /** The socket is gone. */
  fail(reason: unknown): void {
    this.#closed = true;
    this.#over ??= { reason };
    this.#wake();
    this.#drained();
  }
}

/** Hands what Bun tells of sockets on to the connections over them. */
export function handlersFor(
  opened: (conn: BunConn) => void,
): BunHandlers & { open(socket: BunSocket): void } {
  const conns = new WeakMap<BunSocket, BunConn>();
  return {
    open(socket) {
      const conn = new BunConn(socket);
      conns.set(socket, conn);
      opened(conn);
    },
    data: (socket, chunk) => conns.get(socket)?.push(chunk),
    drain: (socket) => conns.get(socket)?.drain(),
    end: (socket) => conns.get(socket)?.end(),
    // The end of the peer is not told alone where this side has ended before.
    close: (socket, reason) => reason ? conns.get(socket)?.fail(reason) : conns.get(socket)?.end(),
    error: (socket, reason) => conns.get(socket)?.fail(reason),
  };
}
