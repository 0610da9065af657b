import type { ChunkReader, Reader, Writer } from "@sluice/io";
import { type Limiter, throttleReader, throttleWriter } from "@sluice/io/rate";

/** A connection as the proxy uses it, whatever it is made of: TCP, a tunnel, TLS over either, throttled or not. */
export interface Wire extends Reader, Partial<ChunkReader>, Writer {
  /** Ends the sending half. */
  closeWrite(): Promise<void>;
  /** Ends the whole. */
  close(): Promise<void>;
  /** Gives the whole up, so that everything that is pending at it ends. */
  abort(reason?: unknown): Promise<void>;
}

/**
 * Makes a wire of a TCP connection. It may be closed as often as one likes.
 *
 * @param conn The connection, which is the wire's from then on
 * @returns The wire
 */
export function tcpWire(conn: Deno.TcpConn): Wire {
  conn.setNoDelay(true);
  let open = true;

  function close(): Promise<void> {
    if (open) conn.close();
    open = false;
    return Promise.resolve();
  }

  return {
    read: (p) => conn.read(p),
    write: (p) => conn.write(p),
    closeWrite: () => conn.closeWrite(),
    close,
    abort: close,
  };
}

/**
 * Throttles a wire: whatever is put on top of it, such as TLS, obeys the limiters too.
 *
 * @param wire The wire
 * @param reading What the bytes that come in obey
 * @param writing What the bytes that go out obey
 * @returns The throttled wire
 */
export function throttledWire(wire: Wire, reading: Limiter, writing: Limiter): Wire {
  const reader = throttleReader(wire, reading);
  const writer = throttleWriter(wire, writing);
  return {
    read: (p) => reader.read(p),
    write: (p) => writer.write(p),
    closeWrite: () => wire.closeWrite(),
    close: () => wire.close(),
    abort: (reason) => wire.abort(reason),
  };
}
