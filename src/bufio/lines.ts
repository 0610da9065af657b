import { checkSize } from "../core/checks.ts";
import { TokenTooLongError } from "../core/errors.ts";
import type { Source } from "../core/types.ts";
import { textOf } from "../core/utf8.ts";
import { asReader } from "../web/adapt.ts";
import { Lookahead } from "./lookahead.ts";
import { FIRST_SIZE, MAX_TOKEN_SIZE } from "./scanner.ts";
import { lineSize } from "./split.ts";

/** What can be asked of {@linkcode lines}. */
export interface LinesOptions {
  /**
   * The most bytes of a line, its end not counted; a longer one is a `TokenTooLongError`.
   *
   * @default 65536
   */
  maxLength?: number;
}

/** What {@linkcode lines} gives. */
export interface LineIterator extends AsyncIterableIterator<string> {
  /**
   * Gives the lines by arrays of as many as are here at once, never empty: a promise for hundreds of lines instead of one for each,
   * which is what most of the time of a loop over short lines goes into. Lines that were not taken yet come first.
   *
   * @example Add up a column
   * ```ts
   * import { lines } from "@sluice/io/bufio";
   * import { assertEquals } from "@std/assert";
   *
   * let sum = 0;
   * for await (const batch of lines(new Blob(["a,1\nb,2\nc,3\n"])).batches()) {
   *   for (const line of batch) sum += Number(line.split(",")[1]);
   * }
   * assertEquals(sum, 6);
   * ```
   *
   * @returns An iterator that ends when this one does
   */
  batches(): AsyncIterableIterator<string[]>;
}

const LF = 0x0a;
const CR = 0x0d;
const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Decodes as many whole lines as the window holds, and hands them out one by one or all at once. */
class Lines implements LineIterator {
  readonly #look: Lookahead;
  readonly #maxLength: number;
  /** The text of lines, without the end of the last, and where the next begins; beyond it if there is none. */
  #text = "";
  #position = 1;
  /** The bytes in the window that the text was made of. */
  #bytes = 0;
  #waiting: Promise<unknown> | null = null;
  #over = false;

  constructor(src: Source, maxLength: number) {
    this.#maxLength = maxLength;
    const size = maxLength + "\r\n".length;
    this.#look = new Lookahead(asReader(src), size, Math.min(size, FIRST_SIZE));
  }

  next(): Promise<IteratorResult<string, undefined>> {
    return this.#next(this.#line);
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#over) this.#stop();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  batches(): AsyncIterableIterator<string[]> {
    return {
      next: () => this.#next(this.#batch),
      return: () => this.return(),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** The next line of the text, if there is one. */
  #line(): string | null {
    if (this.#position > this.#text.length) return null;
    const found = this.#text.indexOf("\n", this.#position);
    const end = found < 0 ? this.#text.length : found;
    const stop = end > this.#position && this.#text.charCodeAt(end - 1) === CR ? end - 1 : end;
    const line = this.#text.slice(this.#position, stop);
    this.#position = end + 1;
    return line;
  }

  /** All lines that are left of the text, if there are any. */
  #batch(): string[] | null {
    if (this.#position > this.#text.length) return null;
    const text = this.#position === 0 ? this.#text : this.#text.slice(this.#position);
    this.#position = this.#text.length + 1;
    const batch = text.split("\n");
    if (!text.includes("\r")) return batch;
    return batch.map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  #next<T>(take: () => T | null): Promise<IteratorResult<T, undefined>> {
    const value = take.call(this);
    if (value !== null) return Promise.resolve({ done: false, value });
    const step = this.#waiting === null ? this.#await(take) : this.#waiting.then(() => this.#next(take));
    this.#waiting = step.catch(() => {});
    return step;
  }

  async #await<T>(take: () => T | null): Promise<IteratorResult<T, undefined>> {
    try {
      if (!this.#over && await this.#decode()) {
        const value = take.call(this);
        if (value !== null) return { done: false, value };
      }
      if (!this.#over) this.#stop();
      return DONE;
    } catch (reason) {
      // Left while it waited: nobody wants to know.
      if (this.#over) return DONE;
      this.#stop();
      throw reason;
    } finally {
      this.#waiting = null;
    }
  }

  /** Makes text of the next lines; says whether there are any. */
  async #decode(): Promise<boolean> {
    const look = this.#look;
    look.advance(this.#bytes);
    this.#forget();
    for (let searched = 0;;) {
      const { window } = look;
      const last = window.subarray(searched).lastIndexOf(LF);
      if (last >= 0) return this.#use(window.subarray(0, searched + last), window.indexOf(LF), 1);
      searched = window.byteLength;
      if (searched >= look.size) this.#tooLong();
      const grew = await look.grow(searched > 0);
      if (this.#over) {
        look.handBack(); // it came too late
        return false;
      }
      if (grew) continue;
      return searched > 0 && this.#use(look.window, searched, 0);
    }
  }

  /**
   * Takes bytes for text.
   *
   * @param bytes Lines, but for the end of the last
   * @param first Where the first ends, which is the only one that can be too long
   * @param end The size of the end of the last
   */
  #use(bytes: Uint8Array, first: number, end: number): true {
    if (lineSize(bytes, first) > this.#maxLength) this.#tooLong();
    this.#text = textOf(bytes);
    this.#position = 0;
    this.#bytes = bytes.byteLength + end;
    return true;
  }

  #forget(): void {
    this.#text = "";
    this.#position = 1;
    this.#bytes = 0;
  }

  /** Gives back what was not handed out. */
  #stop(): void {
    this.#over = true;
    let used = this.#bytes;
    if (this.#position <= this.#text.length) {
      used = 0;
      const { window } = this.#look;
      for (
        let at = this.#text.indexOf("\n");
        at >= 0 && at < this.#position;
        at = this.#text.indexOf("\n", at + 1)
      ) {
        used = 1 + window.indexOf(LF, used);
      }
    }
    this.#look.advance(used);
    this.#forget();
    this.#look.handBack();
  }

  #tooLong(): never {
    const limit = this.#maxLength;
    throw new TokenTooLongError(`Cannot read a line of more than ${limit} bytes`, limit);
  }
}

/**
 * Iterates over the lines of a source as strings, without their ends, `\n` or `\r\n`.
 *
 * The last line need not have an end. U+FEFF is kept, what is not UTF-8 becomes U+FFFD. Whole runs of lines are decoded at once;
 * where a promise for each line is too much, `batches` gives them as arrays.
 *
 * Leaving a loop early releases the lock that was taken and cancels nothing. What was read beyond the last line is given back to
 * the source where it can take it: everything here that reads the same stream, or the same BufReader, finds it.
 *
 * **On error** the loop rejects with the reason of the source, after the last, unfinished line; a line that is longer than
 * `maxLength` is a {@linkcode TokenTooLongError}.
 *
 * **Cancellation**: leave the loop. `return()` also ends a `next()` that waits.
 *
 * @example Read a head up to the empty line, then the rest
 * ```ts
 * import { lines } from "@sluice/io/bufio";
 * import { readAll } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = new Blob(["a: 1\r\nb: 2\r\n\r\nthe body"]).stream();
 * const head: string[] = [];
 * for await (const line of lines(stream)) {
 *   if (line === "") break;
 *   head.push(line);
 * }
 * assertEquals(head, ["a: 1", "b: 2"]);
 * assertEquals(new TextDecoder().decode(await readAll(stream)), "the body");
 * ```
 *
 * @param src The source
 * @param options The longest line
 * @returns The lines
 */
export function lines(src: Source, options: LinesOptions = {}): LineIterator {
  const { maxLength = MAX_TOKEN_SIZE } = options;
  checkSize("maxLength", maxLength);
  return new Lines(src, maxLength);
}
