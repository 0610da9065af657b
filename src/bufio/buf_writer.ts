import { checkByte } from "../core/byte.ts";
import { checkBytes, checkReader, checkSize, checkText } from "../core/checks.ts";
import { abortEnd, closeEnd } from "../core/ends.ts";
import type { CopyOptions, Destination, Reader, ReaderFrom, StringWriter, Writer } from "../core/types.ts";
import { textOfRune } from "../core/utf8.ts";
import { outletOf, registerWriter } from "../transfer/outlet.ts";
import { Outbox } from "./outbox.ts";

/** The size of a buffer if none is given, or 0: 4 KiB. */
const DEFAULT_SIZE = 4096;

/**
 * Collects small writes and sends them as few large ones.
 *
 * Whatever fits is only put into the buffer; a write that does not fit sends the buffer first, and one that is larger than the
 * buffer goes past it. What is left has to be sent with `flush`, or by `close` or `await using`. Nothing else sends it: a
 * BufWriter that is forgotten loses it. Calls that nobody awaits keep their order.
 *
 * A raw web stream is locked only while something is sent to it, and gets each flush as one chunk. Made of a BufWriter whose
 * buffer is as large, `new BufWriter(dst)` is that BufWriter, as in Go.
 *
 * The first failure of the destination stays: it is what every later write and flush rejects with, until `reset`. What was not
 * accepted then is still counted as `buffered`.
 *
 * Ported from Go `bufio.Writer`.
 *
 * @example Send many small writes as one chunk
 * ```ts
 * import { BufWriter } from "@sluice/io/bufio";
 * import { assertEquals } from "@std/assert";
 *
 * const chunks: Uint8Array[] = [];
 * const stream = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
 * {
 *   await using writer = new BufWriter(stream);
 *   await writer.writeString("GET / HTTP/1.1\r\n");
 *   await writer.writeString("Host: localhost\r\n\r\n");
 * }
 * assertEquals(chunks.length, 1);
 * assertEquals(new TextDecoder().decode(chunks[0]), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
 * ```
 */
export class BufWriter implements Writer, ReaderFrom, StringWriter {
  /** The size of the buffer in bytes. */
  readonly size: number;
  #box: Outbox;
  #closing: Promise<void> | null = null;

  /**
   * Buffers what goes to a destination.
   *
   * @param dst The destination
   * @param size The size of the buffer in bytes; 4096 if left out or 0
   */
  constructor(dst: Destination, size: number = DEFAULT_SIZE) {
    checkSize("the size of a BufWriter", size);
    this.size = size === 0 ? DEFAULT_SIZE : size;
    if (dst instanceof BufWriter && dst.size >= this.size) {
      this.#box = dst.#box;
      return dst;
    }
    this.#box = new Outbox(dst, this.size);
    // `reset` gives it another destination: whatever is asked goes to the one that it has then.
    const below = () => outletOf(this.#box.writer);
    registerWriter(this, {
      get keeps() {
        return below()?.keeps ?? false;
      },
      lock: () => below()?.lock(),
      put: (chunk) => this.#box.inTurn(() => this.#box.hand(chunk)),
      watch: (onFailure) => below()?.watch(onFailure),
      letGo: () => below()?.letGo(),
    });
  }

  /** The bytes that were written and not sent yet. */
  get buffered(): number {
    return this.#box.buffered;
  }

  /** The bytes that fit into the buffer now. */
  get available(): number {
    return this.#box.available;
  }

  /**
   * Writes `p`: into the buffer as far as it fits, with a flush whenever that is full, or past the buffer if that is empty and
   * smaller.
   *
   * **On error** rejects with the first failure of the destination. **Cancellation**: there is none.
   *
   * @param p The bytes; they stay the caller's
   * @returns `p.byteLength`
   */
  write(p: Uint8Array): Promise<number> {
    const box = this.#box;
    if (p instanceof Uint8Array && p.byteLength <= box.available && box.ready) {
      box.add(p);
      return Promise.resolve(p.byteLength);
    }
    return this.#write(p);
  }

  /**
   * Writes one byte.
   *
   * **On error** rejects with the first failure of the destination. **Cancellation**: there is none.
   *
   * @param b The byte
   */
  async writeByte(b: number): Promise<void> {
    checkByte("a byte", b);
    const box = this.#box;
    if (box.available > 0 && box.ready) box.addByte(b);
    else await this.#write(Uint8Array.of(b));
  }

  /**
   * Writes one code point as UTF-8; U+FFFD for what is none.
   *
   * **On error** rejects with the first failure of the destination. **Cancellation**: there is none.
   *
   * @param rune The code point
   * @returns The number of bytes written
   */
  async writeRune(rune: number): Promise<number> {
    checkSize("a rune", rune, Number.MIN_SAFE_INTEGER);
    return await this.writeString(textOfRune(rune));
  }

  /**
   * Writes text as UTF-8, encoded straight into the buffer. One that is longer than the empty buffer is passed on to the
   * destination's own `writeString`, if it has one.
   *
   * **On error** rejects with the first failure of the destination. **Cancellation**: there is none.
   *
   * @param s The text; a lone surrogate is written as U+FFFD
   * @returns The number of bytes written
   */
  async writeString(s: string): Promise<number> {
    checkText(s);
    const box = this.#box;
    // No unit has more than 3 bytes.
    if (3 * s.length <= box.available && box.ready) return box.addText(s).written;
    return await box.inTurn(async () => {
      box.check();
      return await box.putText(s);
    });
  }

  /**
   * Writes everything from `src`. A destination that can do that itself, such as a web stream, is given the source after a
   * flush; otherwise the source reads straight into the buffer, which is sent whenever it is full, and not at the end.
   *
   * **On error** rejects with the reason of the side that failed. **Cancellation** with `options.signal`, as in `copy`.
   *
   * @param src Where the bytes come from
   * @param options As in `copy`
   * @returns The number of bytes read
   */
  async readFrom(src: Reader, options: CopyOptions = {}): Promise<number> {
    checkReader(src);
    const box = this.#box;
    return await box.inTurn(async () => {
      box.check();
      return await box.readFrom(src, options);
    });
  }

  /**
   * Sends what is in the buffer.
   *
   * **On error** rejects with the first failure of the destination; what was not accepted stays in the buffer. A write that
   * accepts nothing is a {@linkcode ShortWriteError}.
   *
   * **Cancellation**: there is none.
   */
  async flush(): Promise<void> {
    const box = this.#box;
    if (box.buffered === 0 && box.ready) return;
    await box.inTurn(async () => {
      if (!box.closed || box.failure !== null) box.check();
      await box.flush();
    });
  }

  /**
   * Drops what was not sent and any failure, and goes on with another destination. With itself as the destination it does
   * nothing.
   *
   * @param dst Where to write from now on
   */
  reset(dst: Destination): void {
    if (dst === this) return;
    this.#box = new Outbox(dst, this.size, this.#box.spare);
    this.#closing = null;
  }

  /**
   * Sends what is in the buffer and closes the destination, if that can be closed. A second `close` is the first.
   *
   * **On error** rejects with the first failure of the destination, also one that was told before, and aborts a web stream
   * with it; a pipe is closed with it, and anything else is closed.
   *
   * **Cancellation**: there is none.
   *
   * @returns When it is closed
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close(this.#box);
  }

  /**
   * The same as {@linkcode BufWriter.close}, for `await using`, but silent about a failure that was told before.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const told = this.#box.failure !== null;
    try {
      await this.close();
    } catch (reason) {
      if (!told) throw reason;
    }
  }

  #write(p: Uint8Array): Promise<number> {
    const box = this.#box;
    return box.inTurn(async () => {
      checkBytes(p);
      box.check();
      const size = p.byteLength;
      await box.put(p);
      return size;
    });
  }

  #close(box: Outbox): Promise<void> {
    return box.inTurn(async () => {
      box.closed = true;
      try {
        if (box.failure !== null) throw box.failure.reason;
        await box.flush();
      } catch (reason) {
        // What counts is why it failed; what aborting says after that is nothing new.
        await abortEnd(box.dst, reason).catch(() => {});
        throw reason;
      }
      try {
        await closeEnd(box.dst);
      } catch (reason) {
        box.failure = { reason };
        throw reason;
      }
    });
  }
}
