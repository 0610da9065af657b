import type { BufReader } from "../bufio/buf_reader.ts";
import { addField, type Field, isTrailer } from "./fields.ts";
import type { ReadLimits } from "./limits.ts";
import { CR, LF, LineReader } from "./line_reader.ts";
import { quote, refuse } from "./refuse.ts";

/** The most bytes of the line before a chunk, with its end: as in Go, which has it below 4 KiB without. */
const MAX_LINE = 4097;

/** How much more may be sent around the data than 16 bytes a chunk and twice its data: 16 KiB, as in Go. */
const MAX_EXCESS = 16 * 1024;

/** The line before a chunk: its size, and extensions of tokens and quoted texts. White space is in none of them, as in Node. */
const SIZE = /^([0-9A-Fa-f]{1,16})(?:;[!#$%&'*+.^`|~\w-]+(?:=(?:[!#$%&'*+.^`|~\w-]+|"(?:[^"\\]|\\.)*"))?)*$/;

/** Reads what is around the data of a chunked body: the sizes, the ends of the chunks, and the trailers. */
export class ChunkFraming {
  /** The trailers, as far as they were read. */
  readonly fields: Field[] = [];
  readonly #reader: BufReader;
  readonly #lines: LineReader;
  readonly #limits: Required<ReadLimits>;
  /** What is read next. */
  #state: "size" | "end of data" | "trailers" = "size";
  #excess = 0;

  constructor(reader: BufReader, limits: Required<ReadLimits>) {
    this.#reader = reader;
    this.#lines = new LineReader(reader, MAX_LINE, 400);
    this.#limits = limits;
  }

  /**
   * Goes over what is buffered, once the data before it was read.
   *
   * @returns The size of the next chunk, 0 after the last one and the trailers, or `null` if more has to be buffered
   */
  next(): number | null {
    if (this.#state === "end of data" && !this.#endData()) return null;
    for (let line = this.#lines.next(); line !== null; line = this.#lines.next()) {
      if (this.#state === "size") {
        const size = this.#sizeOf(line);
        if (size > 0) return size;
      } else if (line === "") {
        for (const [name] of this.fields) if (!isTrailer(name)) refuse(`its trailers have a ${name}`);
        return 0;
      } else {
        addField(this.fields, line, this.#limits.maxHeaders);
      }
    }
    return null;
  }

  #endData(): boolean {
    const reader = this.#reader;
    const { window } = reader;
    if ((window[0] ?? CR) !== CR || (window[1] ?? LF) !== LF) refuse("a chunk does not end with CRLF");
    if (window.length < 2) return false;
    reader.consume(2);
    this.#lines.left = MAX_LINE;
    this.#state = "size";
    return true;
  }

  #sizeOf(line: string): number {
    const [, digits = ""] = SIZE.exec(line) ?? [];
    const size = parseInt(digits, 16);
    if (!Number.isSafeInteger(size)) refuse(`${quote(line)} is no size of a chunk`);
    this.#excess = Math.max(0, this.#excess + line.length + 2 - 16 - 2 * size);
    if (this.#excess > MAX_EXCESS) refuse("there is too much around its chunks");
    if (size > 0) {
      this.#state = "end of data";
    } else {
      this.#state = "trailers";
      this.#lines.left = this.#limits.maxTrailerBytes + 2; // the empty line is none of theirs
      this.#lines.status = 431;
    }
    return size;
  }
}
