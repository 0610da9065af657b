import { checkBytes, checkWriter } from "../core/checks.ts";
import type { Writer } from "../core/types.ts";
import { registerWriter } from "../transfer/outlet.ts";
import { writeWhole } from "../transfer/write_whole.ts";
import { bytesOf } from "./latin1.ts";
import { trailerLines } from "./field_lines.ts";
import type { HeaderFields } from "./outgoing.ts";

/**
 * Writes a chunked body: every write is a chunk, and `close` writes the last one, the trailers and the empty line.
 *
 * What it writes to is best a BufWriter, so that a chunk and its size go out together. That is neither flushed nor closed.
 *
 * Ported from Go `httputil.NewChunkedWriter`, whose `Close` leaves the trailers and the last line to the caller.
 *
 * **On error** rejects with the reason of the destination; the body cannot be completed then.
 *
 * **Cancellation**: there is none.
 *
 * @example Write a body and its trailers
 * ```ts
 * import { writeString } from "@sluice/io";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { ChunkedWriter } from "@sluice/io/http1";
 * import { assertEquals } from "@std/assert";
 *
 * const wire = new ByteBuffer();
 * const body = new ChunkedWriter(wire);
 * await writeString(body, "hello");
 * await body.close({ checksum: "42" });
 * assertEquals(wire.toString(), "5\r\nhello\r\n0\r\nchecksum: 42\r\n\r\n");
 * ```
 */
export class ChunkedWriter implements Writer {
  readonly #dst: Writer;
  #written = 0;
  #closed = false;

  /**
   * Writes a chunked body to a destination, nothing yet.
   *
   * @param dst Where the bytes go
   */
  constructor(dst: Writer) {
    checkWriter(dst);
    this.#dst = dst;
    registerWriter(this, null);
  }

  /** The bytes that the destination accepted, with everything around the data. */
  get written(): number {
    return this.#written;
  }

  /**
   * Writes `p` as one chunk; nothing at all if it is empty, for that would be the last.
   *
   * **On error** and **Cancellation** as said of the class.
   *
   * @param p The bytes; they stay the caller's
   * @returns `p.byteLength`
   */
  async write(p: Uint8Array): Promise<number> {
    checkBytes(p);
    this.#check();
    const size = p.byteLength;
    if (size === 0) return 0;
    await this.#put(bytesOf(`${size.toString(16)}\r\n`));
    await this.#put(p);
    await this.#put(bytesOf("\r\n"));
    return size;
  }

  /**
   * Writes the last chunk, the trailers and the empty line.
   *
   * **On error** as said of the class. A field that has no place in trailers, such as `Content-Length`, is a `TypeError` before
   * anything is written, as is what `Headers` refuses.
   *
   * **Cancellation**: there is none.
   *
   * @param trailers The fields after the body
   */
  async close(trailers?: HeaderFields): Promise<void> {
    const lines = trailerLines(trailers);
    this.#check();
    this.#closed = true;
    await this.#put(bytesOf(`0\r\n${lines}\r\n`));
  }

  #check(): void {
    if (this.#closed) throw new TypeError("Cannot write to a ChunkedWriter that was closed");
  }

  async #put(p: Uint8Array): Promise<void> {
    await writeWhole(this.#dst, p, (n) => this.#written += n);
  }
}
