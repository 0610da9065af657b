import type { Closer, CloseWriter, Reader, Writer } from "../core/types.ts";

/**
 * A connection that is read and written: `Deno.Conn`, a pair of web streams such as a socket of workerd or a stream of
 * WebTransport, or anything else with these methods. For the sockets and streams of Node see {@linkcode duplexFrom}.
 *
 * What has both shapes, as `Deno.Conn` has, is used by its methods: in Deno the end of `readable` closes the whole
 * connection. Only if it has no `closeWrite` are its streams used.
 *
 * - The **sending half** ends by `closeWrite()`, or by closing `writable`. What can do neither is told that nothing more
 *   comes only by its `close()`, once the other direction has ended too.
 *   Open a socket of workerd with `allowHalfOpen: true`: otherwise workerd itself closes, when the peer has ended, what is in
 *   use here, and that is a failure.
 * - The **whole** ends by `close()` if there is one; a pair of streams without it is over when both of them are.
 * - It is **given up** by cancelling `readable` and aborting `writable`, or else by its `abort(reason)`,
 *   `closeWithError(reason)` or `close()`, whichever it has first.
 * - What has a `flush()`, as a `BufReadWriter` has, is flushed after every write, so that nothing waits in its buffer.
 */
export type Duplex =
  | (Reader & Writer & Partial<CloseWriter> & Partial<Closer>)
  | {
    /** What the peer sends. */
    readable: ReadableStream<Uint8Array>;
    /** What the peer is sent. */
    writable: WritableStream<Uint8Array>;
  };
