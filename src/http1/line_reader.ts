import type { BufReader } from "../bufio/buf_reader.ts";
import { latin1Of } from "./latin1.ts";
import { refuse } from "./refuse.ts";

const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * Takes lines that end with CRLF off a buffered reader, however small its buffer is, and refuses every control
 * character but the tab: at once, not when the line is complete.
 */
export class LineReader {
  /** How many bytes lines may still take; beyond that the message is refused with `status`. */
  left: number;
  status: number;
  readonly #reader: BufReader;
  /** What was taken of a line whose end is not here yet. */
  #line = "";
  #cr = false;

  constructor(reader: BufReader, left: number, status = 431) {
    this.#reader = reader;
    this.left = left;
    this.status = status;
  }

  /** Whether part of a line was taken. */
  get within(): boolean {
    return this.#cr || this.#line !== "";
  }

  /** The next line without its end, or `null` if not all of it is buffered. */
  next(): string | null {
    const { window } = this.#reader;
    const stop = Math.min(window.length, this.left);
    for (let i = 0; i < stop; i++) {
      const byte = window[i] ?? LF; // always there
      if (byte === LF) {
        if (!this.#cr) refuse("a line ends without CR");
        const line = this.#line + latin1Of(window.subarray(0, Math.max(0, i - 1)));
        this.#line = "";
        this.#cr = false;
        this.#take(i + 1);
        return line;
      }
      if (this.#cr) refuse("a CR ends no line");
      if (byte === CR) this.#cr = true;
      else if (byte < SPACE && byte !== TAB || byte === DELETE) refuse(`there is a byte ${byte} in a line`);
    }
    this.#line += latin1Of(window.subarray(0, this.#cr ? stop - 1 : stop));
    this.#take(stop);
    if (this.left === 0) refuse("it is too long", this.status);
    return null;
  }

  #take(n: number): void {
    this.#reader.consume(n);
    this.left -= n;
  }
}
