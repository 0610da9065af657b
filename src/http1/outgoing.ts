import type { Source } from "../core/types.ts";

/** What `new Headers()` takes. Not every host that has `Headers` has a name for it. */
export type HeaderFields = NonNullable<ConstructorParameters<typeof Headers>[0]>;

/** The body of a message that is to be written, and what goes with it. */
export interface OutgoingBody {
  /**
   * The fields of the head, written in lower case. A `Content-Length` among them is the declared length; `Transfer-Encoding:
   * chunked` makes the body chunked, and no other coding is allowed.
   */
  headers?: HeaderFields;
  /** The body; none if left out. It is read to its end and not closed. */
  body?: Source | null;
  /**
   * The exact number of its bytes. If left out it is known of a Blob and of a body that was read with its length, which are
   * no body if they are empty; any other goes chunked.
   */
  length?: number;
  /** The fields after the body. They are sent where it goes chunked, once it has ended. */
  trailers?: HeaderFields | PromiseLike<HeaderFields>;
}

/** A request that is to be written. */
export interface OutgoingRequest extends OutgoingBody {
  /** The method; methods are case-sensitive. */
  method: string;
  /** The target: `/path?query`, `http://host/path` for a proxy, `host:port` for CONNECT, or `*` for OPTIONS. */
  target: string;
}

/** A response that is to be written. */
export interface OutgoingResponse extends OutgoingBody {
  /** The status, from 100 to 599. */
  status: number;
  /** The phrase that goes with it; none if left out. */
  statusText?: string;
}
