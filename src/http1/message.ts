import type { Reader } from "../core/types.ts";

/** The versions of HTTP that are read and written here. */
export type Version = "HTTP/1.0" | "HTTP/1.1";

/**
 * The body of a message that was read: a Reader that ends where the body ends, whatever follows on the connection.
 *
 * It is read once, as a Reader or as a stream. What is not read stays on the connection, where it is in the way of the
 * next message: read it to its end, `drain` it, or give the connection up.
 *
 * A body that breaks off is an `UnexpectedEOFError`, a malformed chunk an `HttpError`; both stay.
 */
export interface Body extends Reader {
  /** The declared number of bytes; `null` where the body is chunked or runs to the end of the connection. */
  readonly length: number | null;
  /** The body as a web stream, the same at every access. Cancelling it leaves the connection as it is. */
  readonly stream: ReadableStream<Uint8Array>;
  /**
   * The fields after a chunked body, none after any other. Resolves at the end of the body and rejects with the failure
   * of the body, which does no harm where nobody asked.
   */
  readonly trailers: Promise<Headers>;
  /**
   * Reads and drops what is left, so that the connection can be used for the next message.
   *
   * Nothing is read where that is no use: what is left is known to be longer than `limit`, the body runs to the end of the
   * connection, the message said that the connection closes, or the peer waits for `100 Continue`.
   *
   * @param limit The most bytes to drop; 256 KiB if left out
   * @returns Whether the connection can be used again
   */
  drain(limit?: number): Promise<boolean>;
}

/** A request that was read; its body is still on the connection. */
export interface RequestMessage {
  /** The method, as it came: methods are case-sensitive. */
  method: string;
  /** The target, as it came: `/path?query`, `http://host/path`, `host:port` after CONNECT, or `*` after OPTIONS. */
  target: string;
  /** The version of the sender. */
  version: Version;
  /** The fields of the head, their values in Latin-1. */
  headers: Headers;
  /** The body; empty where there is none. */
  body: Body;
  /** Whether the sender wants to use the connection again. */
  keepAlive: boolean;
  /** Whether the sender waits for `100 Continue`, or a final response, before it sends the body. */
  expectsContinue: boolean;
}

/** A response that was read; its body is still on the connection. */
export interface ResponseMessage {
  /** The version of the sender. */
  version: Version;
  /** The status, from 100 to 599. After one below 200, but for 101, comes another response. */
  status: number;
  /** The phrase that came with it, or nothing. */
  statusText: string;
  /** The fields of the head, their values in Latin-1. */
  headers: Headers;
  /** The body; empty where there is none. */
  body: Body;
  /** Whether the connection can be used again; not where it speaks another protocol from now on, after 101 or CONNECT. */
  keepAlive: boolean;
}
