import { check, checkSize, MAX_EMPTY_READS } from "../core/checks.ts";
import { NoProgressError, TokenTooLongError } from "../core/errors.ts";
import type { Source } from "../core/types.ts";
import { textOf } from "../core/utf8.ts";
import { asReader } from "../web/adapt.ts";
import { Lookahead } from "./lookahead.ts";
import { delimiterSize, scanLines, type Split, type SplitFunction } from "./split.ts";

/** What can be asked of a {@linkcode Scanner}. */
export interface ScannerOptions {
  /**
   * Where one token ends and the next begins.
   *
   * @default scanLines
   */
  split?: SplitFunction;
  /**
   * The most bytes of a token, its delimiter not counted; a longer one is a `TokenTooLongError`.
   *
   * @default 65536
   */
  maxTokenSize?: number;
}

/** The default of `maxTokenSize`: 64 KiB, as in Go. */
export const MAX_TOKEN_SIZE = 65536;

/** The size at which the buffer begins: 4 KiB. */
export const FIRST_SIZE = 4096;

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

/** Whether tokens may come, or why not. */
type State = { at: "open" } | { at: "end" } | { at: "failure"; reason: unknown };

/**
 * Splits a source into tokens: lines unless another split function is given.
 *
 * Take the tokens with `for await`, which gives copies, or step by step with `scan`, after which `bytes` is a view of the token
 * and `text` its text. Both can be mixed. A source that is a raw web stream is locked at the first token and unlocked at the end,
 * at a failure and when a loop is left early. What was read beyond the last token is then given back to the source where it can
 * take it: everything here that reads the same stream, or the same BufReader, finds it.
 *
 * Ported from Go `bufio.Scanner`. Where Go panics this throws a `RangeError` or a {@linkcode NoProgressError}; and it splits again
 * before it reads more whenever the split function moved on, also at the end.
 *
 * **On error** `scan` and the loop reject where Go's `Err` would tell, after the tokens before it, and from then on for ever: with
 * the reason of the source, which the last, unfinished token comes before; with a {@linkcode TokenTooLongError}; with a `RangeError` if
 * the split function moves backwards or beyond its data; with a {@linkcode NoProgressError} after 100 empty reads, or 100 tokens in a
 * row without an advance; with what the split function throws.
 *
 * **Cancellation** is that of the source.
 *
 * @example Sum numbers, one a line
 * ```ts
 * import { Scanner } from "@sluice/io/bufio";
 * import { assertEquals } from "@std/assert";
 *
 * const scanner = new Scanner(new Blob(["12\n30\r\n"]));
 * let sum = 0;
 * while (await scanner.scan()) sum += Number(scanner.text());
 * assertEquals(sum, 42);
 * ```
 *
 * @example Split at commas, and stop at a full stop
 * ```ts
 * import { Scanner, type SplitFunction } from "@sluice/io/bufio";
 * import { assertEquals } from "@std/assert";
 *
 * const split: SplitFunction = (data, atEOF) => {
 *   const end = data.findIndex((byte) => byte === 0x2c || byte === 0x2e);
 *   if (end < 0) return atEOF ? { advance: data.length, token: data, final: true } : { advance: 0 };
 *   return { advance: end + 1, token: data.subarray(0, end), final: data[end] === 0x2e };
 * };
 * const fields: string[] = [];
 * for await (const field of new Scanner(new Blob(["a,bc,,d.e"]), { split })) {
 *   fields.push(new TextDecoder().decode(field));
 * }
 * assertEquals(fields, ["a", "bc", "", "d"]);
 * ```
 */
export class Scanner implements AsyncIterable<Uint8Array> {
  readonly #look: Lookahead;
  readonly #split: SplitFunction;
  readonly #maxTokenSize: number;
  #state: State = { at: "open" };
  #token: Uint8Array = NOTHING;
  /** The tokens in a row that came without an advance. */
  #standstill = 0;

  /**
   * Scans a source, without reading it yet.
   *
   * @param src The source
   * @param options How to split, and the longest token
   */
  constructor(src: Source, options: ScannerOptions = {}) {
    const { split = scanLines, maxTokenSize = MAX_TOKEN_SIZE } = options;
    check(typeof split === "function", split, "a split function", "is no function");
    checkSize("maxTokenSize", maxTokenSize);
    this.#split = split;
    this.#maxTokenSize = maxTokenSize;
    const size = Math.max(1, maxTokenSize + delimiterSize(split));
    this.#look = new Lookahead(asReader(src), size, Math.min(size, FIRST_SIZE));
  }

  /**
   * Moves on to the next token.
   *
   * **On error** rejects as said of the class. **Cancellation** is that of the source.
   *
   * @returns Whether there is one; `false` from the end on
   */
  scan(): Promise<boolean> {
    // What is here already is not waited for.
    const now = this.#state.at === "open" && !this.#look.over;
    try {
      if (now && this.#next(false)) return Promise.resolve(true);
    } catch (reason) {
      this.#finish({ at: "failure", reason });
    }
    return this.#scan(now);
  }

  /**
   * The token that the last `scan` found.
   *
   * @returns A view, valid until the next `scan`; empty before the first and after the end
   */
  bytes(): Uint8Array {
    return this.#token;
  }

  /**
   * The token that the last `scan` found, as text. U+FEFF is kept, what is not UTF-8 becomes U+FFFD.
   *
   * @returns The text
   */
  text(): string {
    return textOf(this.#token);
  }

  /**
   * Iterates over the tokens that were not scanned yet.
   *
   * @returns An iterator that gives copies. Leaving a loop early lets go of the source and cancels nothing.
   */
  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      while (await this.scan()) yield new Uint8Array(this.#token);
    } finally {
      this.#look.handBack();
    }
  }

  /** Waits for the next token; `tried` says that what is here has none. */
  async #scan(tried: boolean): Promise<boolean> {
    const look = this.#look;
    try {
      for (; this.#state.at === "open"; tried = false) {
        const { over } = look;
        if (!tried && this.#next(over)) return true;
        if (this.#state.at !== "open") break;
        if (over) {
          look.advance(look.buffered);
          await look.grow(false); // rejects if the source failed
          this.#finish({ at: "end" });
        } else {
          if (look.buffered >= look.size) this.#tooLong();
          await look.grow(true);
        }
      }
    } catch (reason) {
      this.#finish({ at: "failure", reason });
    }
    this.#token = NOTHING;
    if (this.#state.at === "failure") throw this.#state.reason;
    return false;
  }

  /** Takes a token off the window; says whether there was one. */
  #next(atEOF: boolean): boolean {
    const look = this.#look;
    while (atEOF || look.buffered > 0) {
      const { window } = look;
      const { advance, token = null, final = false } = this.#check(this.#split(window, atEOF), window);
      if (token !== null && token.byteLength > this.#maxTokenSize) this.#tooLong();
      look.advance(advance);
      if (final) this.#finish({ at: "end" });
      if (token !== null) {
        this.#standstill = advance > 0 ? 0 : this.#standstill + 1;
        if (this.#standstill > MAX_EMPTY_READS) {
          throw new NoProgressError(
            `Cannot scan: ${MAX_EMPTY_READS} tokens in a row came without an advance`,
          );
        }
        this.#token = token;
        return true;
      }
      if (final || advance === 0) break;
    }
    return false;
  }

  #check(split: Split, { byteLength }: Uint8Array): Split {
    check(typeof split === "object" && split !== null, split, "a Split", "is no object");
    const { advance, token } = split;
    if (!Number.isSafeInteger(advance) || advance < 0 || advance > byteLength) {
      throw new RangeError(`Cannot advance by ${String(advance)} in ${byteLength} bytes`);
    }
    check(
      token === undefined || token === null || token instanceof Uint8Array,
      token,
      "a token",
      "is no Uint8Array",
    );
    return split;
  }

  #tooLong(): never {
    const limit = this.#maxTokenSize;
    throw new TokenTooLongError(`Cannot scan a token of more than ${limit} bytes`, limit);
  }

  #finish(state: State): void {
    this.#state = state;
    this.#look.handBack();
  }
}
