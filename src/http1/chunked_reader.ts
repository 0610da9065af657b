import { BufReader } from "../bufio/buf_reader.ts";
import type { Reader, Source } from "../core/types.ts";
import { registerIntake } from "../transfer/intake.ts";
import { FramedReader } from "./framed_reader.ts";
import { checkLimits, type ReadLimits } from "./limits.ts";

/**
 * Reads a chunked body, with its trailers and the empty line at its end. What follows stays in the BufReader.
 *
 * Extensions of chunks are dropped; so that nobody can send nothing else, what is around the data must be in proportion to
 * it: 16 bytes a chunk and twice its data are free, and 16 KiB more.
 *
 * Ported from Go `httputil.NewChunkedReader`, which leaves the trailers and the last line unread.
 *
 * **On error** a malformed chunk or trailer rejects with an {@linkcode HttpError}, an input that ends early with an
 * `UnexpectedEOFError`, then and at every later read. What the source rejects with is passed on.
 *
 * **Cancellation** is that of the source.
 *
 * @example Read a body and its trailers
 * ```ts
 * import { readAll } from "@sluice/io";
 * import { ChunkedReader } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const body = new ChunkedReader(new Blob(["5\r\nhello\r\n0\r\nchecksum: 42\r\n\r\n"]));
 * assertEquals(new TextDecoder().decode(await readAll(body)), "hello");
 * assertEquals((await body.trailers).get("checksum"), "42");
 * ```
 */
export class ChunkedReader implements Reader {
  readonly #body: FramedReader;

  /**
   * Reads a chunked body, without reading its source yet.
   *
   * @param src The source; what follows the body can be read from it only if it is a BufReader
   * @param limits What the peer may send
   */
  constructor(src: BufReader | Source, limits: ReadLimits = {}) {
    const checked = checkLimits(limits);
    this.#body = new FramedReader(src instanceof BufReader ? src : new BufReader(src), "chunked", checked);
    registerIntake(this, this.#body.intake);
  }

  /** The fields after the body. Resolves at its end and rejects with its failure, which does no harm where nobody asked. */
  get trailers(): Promise<Headers> {
    return this.#body.trailers;
  }

  /**
   * Reads the data of as many chunks as are buffered, or waits for some of the next.
   *
   * **On error** and **Cancellation** as said of the class.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end of the body
   */
  read(p: Uint8Array): Promise<number | null> {
    return this.#body.read(p);
  }
}
