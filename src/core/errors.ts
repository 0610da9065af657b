/**
 * Every error that this package throws for I/O. Wrong arguments are a `TypeError` or a `RangeError`
 * of the platform instead; what a source or a destination throws is passed on as it is.
 *
 * @module
 */

/**
 * The base class of the errors of this package.
 *
 * @example Tell the errors of this package by their code
 * ```ts
 * import { BytesReader } from "@sluice/io/bytes";
 * import { IOError, readFull } from "@sluice/io";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const short = new BytesReader(new Uint8Array(3));
 * const reason = await readFull(short, new Uint8Array(8)).catch((e: unknown) => e);
 * assert(reason instanceof IOError);
 * assertEquals(reason.code, "UNEXPECTED_EOF");
 * ```
 */
export class IOError extends Error {
  /** The name of the class. */
  override name = "IOError";
  /** What went wrong, as a word that stays the same over all releases. */
  declare readonly code: string;

  /**
   * Makes an error with a code.
   *
   * @param message What was attempted, with its numbers
   * @param code The stable word for it
   * @param options The cause, if there is one
   */
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The input ended in the middle of what was asked for. Ported from Go `io.ErrUnexpectedEOF`. */
export class UnexpectedEOFError extends IOError {
  /** The name of the class. */
  override name = "UnexpectedEOFError";
  /** The bytes that were asked for. */
  declare readonly expected: number;
  /** The bytes that came. */
  declare readonly actual: number;

  /**
   * Makes the error.
   *
   * @param message What was attempted
   * @param expected The bytes that were asked for
   * @param actual The bytes that came
   */
  constructor(message: string, expected: number, actual: number) {
    super(message, "UNEXPECTED_EOF");
    this.expected = expected;
    this.actual = actual;
  }
}

/** A writer accepted nothing of what was left of a chunk. Ported from Go `io.ErrShortWrite`. */
export class ShortWriteError extends IOError {
  /** The name of the class. */
  override name = "ShortWriteError";
  /** The bytes of the chunk. */
  declare readonly expected: number;
  /** The bytes of it that were accepted. */
  declare readonly actual: number;

  /**
   * Makes the error.
   *
   * @param message What was attempted
   * @param expected The bytes of the chunk
   * @param actual The bytes of it that were accepted
   */
  constructor(message: string, expected: number, actual: number) {
    super(message, "SHORT_WRITE");
    this.expected = expected;
    this.actual = actual;
  }
}

/** The buffer is smaller than the least that was to be read into it. Ported from Go `io.ErrShortBuffer`. */
export class ShortBufferError extends IOError {
  /** The name of the class. */
  override name = "ShortBufferError";
  /** The bytes that the buffer would have to have. */
  declare readonly needed: number;
  /** The bytes that it has. */
  declare readonly size: number;

  /**
   * Makes the error.
   *
   * @param message What was attempted
   * @param needed The bytes that the buffer would have to have
   * @param size The bytes that it has
   */
  constructor(message: string, needed: number, size: number) {
    super(message, "SHORT_BUFFER");
    this.needed = needed;
    this.size = size;
  }
}

/** A source gave neither data nor its end 100 times in a row. Ported from Go `io.ErrNoProgress`. */
export class NoProgressError extends IOError {
  /** The name of the class. */
  override name = "NoProgressError";

  /**
   * Makes the error.
   *
   * @param message What was attempted
   */
  constructor(message: string) {
    super(message, "NO_PROGRESS");
  }
}

/** A reader's result is no number of bytes that it can have read. Ported from Go `bufio`'s panic for a negative count. */
export class InvalidReadError extends IOError {
  /** The name of the class. */
  override name = "InvalidReadError";
  /** What the reader resolved to. */
  declare readonly result: unknown;

  /**
   * Makes the error.
   *
   * @param message What was attempted
   * @param result What the reader resolved to
   */
  constructor(message: string, result: unknown) {
    super(message, "INVALID_READ");
    this.result = result;
  }
}

/** A writer's result is no number of bytes that it can have accepted. Ported from Go's unexported `io.errInvalidWrite`. */
export class InvalidWriteError extends IOError {
  /** The name of the class. */
  override name = "InvalidWriteError";
  /** What the writer resolved to. */
  declare readonly result: unknown;

  /**
   * Makes the error.
   *
   * @param message What was attempted
   * @param result What the writer resolved to
   */
  constructor(message: string, result: unknown) {
    super(message, "INVALID_WRITE");
    this.result = result;
  }
}

/** A pipe was used after one of its ends was closed. Ported from Go `io.ErrClosedPipe`. */
export class ClosedPipeError extends IOError {
  /** The name of the class. */
  override name = "ClosedPipeError";

  /**
   * Makes the error.
   *
   * @param message What was attempted
   */
  constructor(message: string) {
    super(message, "CLOSED_PIPE");
  }
}

/** There is more data than a limit allows. Ported from Go `http.MaxBytesError` and `bytes.ErrTooLarge`. */
export class TooLargeError extends IOError {
  /** The name of the class. */
  override name = "TooLargeError";
  /** The most bytes that were allowed. */
  declare readonly limit: number;
  /** The first `limit` bytes, where they were not handed out before. */
  declare readonly partial?: Uint8Array;

  /**
   * Makes the error.
   *
   * @param message What was attempted
   * @param limit The most bytes that were allowed
   * @param partial The first `limit` bytes, where they were not handed out before
   */
  constructor(message: string, limit: number, partial?: Uint8Array) {
    super(message, "TOO_LARGE");
    this.limit = limit;
    if (partial !== undefined) this.partial = partial;
  }
}

/** A buffered reader was asked to look further ahead than its buffer reaches. Ported from Go `bufio.ErrBufferFull`. */
export class BufferFullError extends IOError {
  /** The name of the class. */
  override name = "BufferFullError";
  /** What the buffer holds; a view, valid until the next call. */
  declare readonly partial: Uint8Array;

  /**
   * Makes the error.
   *
   * @param message What was attempted
   * @param partial What the buffer holds
   */
  constructor(message: string, partial: Uint8Array) {
    super(message, "BUFFER_FULL");
    this.partial = partial;
  }
}

/** A token is longer than a scanner allows. Ported from Go `bufio.ErrTooLong`. */
export class TokenTooLongError extends IOError {
  /** The name of the class. */
  override name = "TokenTooLongError";
  /** The most bytes that a token may have. */
  declare readonly limit: number;

  /**
   * Makes the error.
   *
   * @param message What was attempted
   * @param limit The most bytes that a token may have
   */
  constructor(message: string, limit: number) {
    super(message, "TOKEN_TOO_LONG");
    this.limit = limit;
  }
}

/** The last operation cannot be undone. Ported from Go `bufio.ErrInvalidUnreadByte` and `bufio.ErrInvalidUnreadRune`. */
export class InvalidUnreadError extends IOError {
  /** The name of the class. */
  override name = "InvalidUnreadError";

  /**
   * Makes the error.
   *
   * @param message What was attempted
   */
  constructor(message: string) {
    super(message, "INVALID_UNREAD");
  }
}

/** A message breaks the rules of HTTP/1, or exceeds a limit. Its connection must not be used again. */
export class HttpError extends IOError {
  /** The name of the class. */
  override name = "HttpError";
  /** The status of the response that would tell the peer: 400, 431, 501 or 505. */
  readonly status: number;

  /**
   * Makes the error.
   *
   * @param message What was attempted
   * @param status The status of the response that would tell the peer
   */
  constructor(message: string, status: number) {
    super(message, "HTTP");
    this.status = status;
  }
}
