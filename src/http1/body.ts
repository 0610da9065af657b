import type { BufReader } from "../bufio/buf_reader.ts";
import { checkBytes, checkSize, countEmptyRead } from "../core/checks.ts";
import { UnexpectedEOFError } from "../core/errors.ts";
import type { Reader } from "../core/types.ts";
import { LimitedReader } from "../io/limit.ts";
import { intakeOf, registerIntake } from "../transfer/intake.ts";
import { toReadableStream } from "../web/to_readable_stream.ts";
import { ChunkedReader } from "./chunked_reader.ts";
import type { ReadLimits } from "./limits.ts";
import type { Body } from "./message.ts";
import { Trailers } from "./trailers.ts";

/** How the bytes of a body are told from what follows: by their number, by chunks, or not at all. */
export type Extent = number | "chunked" | "to the end";

/** The most that `drain` drops: 256 KiB, as in Go. */
const MAX_DRAIN = 256 * 1024;

/** What is read at once to be dropped, and the size of the reads of the stream: 64 KiB. */
const PIECE = 64 * 1024;

/** The body of a message that was read. */
export class MessageBody implements Body {
  readonly length: number | null;
  readonly #buffer: BufReader;
  /** What the bytes come from; nothing if there are none. */
  readonly #below: LimitedReader | ChunkedReader | BufReader | null;
  readonly #reusable: boolean;
  readonly #trailers = new Trailers();
  /** Whether the peer sends nothing before it was told to. */
  #waits: boolean;
  #stream: ReadableStream<Uint8Array> | undefined;
  #failure: { reason: unknown } | null = null;
  #abandoned = false;

  /**
   * Makes a body of what comes next.
   *
   * @param reader The connection
   * @param extent How far it goes
   * @param reusable Whether the connection can be used again after it
   * @param limits What the peer may send
   * @param waits Whether the peer waits for `100 Continue`
   */
  constructor(reader: BufReader, extent: Extent, reusable: boolean, limits: ReadLimits, waits = false) {
    this.#buffer = reader;
    this.length = typeof extent === "number" ? extent : null;
    this.#reusable = reusable && extent !== "to the end";
    this.#waits = waits;
    this.#below = null;
    if (extent === 0) {
      this.#trailers.resolve([]);
      return;
    }
    const below = this.#below = typeof extent === "number"
      ? new LimitedReader(reader, extent)
      : extent === "chunked"
      ? new ChunkedReader(reader, limits)
      : reader;
    const intake = intakeOf(below);
    registerIntake(this, {
      lane: () => intake.lane(),
      take: (max, memory) => this.#attempt(() => intake.take(max, memory)),
      giveBack: (bytes) => intake.giveBack(bytes),
      letGo: () => {
        this.#abandoned = true;
        intake.letGo();
      },
    });
  }

  get stream(): ReadableStream<Uint8Array> {
    const chunkSize = Math.min(PIECE, Math.max(1, this.length ?? PIECE));
    return this.#stream ??= toReadableStream(this, { chunkSize });
  }

  get trailers(): Promise<Headers> {
    return this.#below instanceof ChunkedReader ? this.#below.trailers : this.#trailers.promise;
  }

  async read(p: Uint8Array): Promise<number | null> {
    const below = this.#below;
    if (below !== null) return await this.#attempt(() => below.read(p));
    checkBytes(p);
    return null;
  }

  async drain(limit: number = MAX_DRAIN): Promise<boolean> {
    checkSize("limit", limit);
    const silent = this.#waits && this.#remaining !== 0 && this.#buffer.buffered === 0;
    if (!this.#reusable || silent || this.#remaining > limit) return false;
    const scrap = new Uint8Array(Math.min(PIECE, limit + 1));
    try {
      for (let left = limit, empty = 0; left >= 0;) {
        const n = await this.read(scrap.subarray(0, left + 1));
        if (n === null) return true;
        empty = n === 0 ? countEmptyRead(empty) : 0;
        left -= n;
      }
    } catch {
      // `trailers` tells why.
    }
    return false;
  }

  /** The bytes that are known to be left. */
  get #remaining(): number {
    if (this.#below === null) return 0;
    return this.#below instanceof LimitedReader ? this.#below.remaining : NaN;
  }

  async #attempt<T extends number | Uint8Array | null>(step: () => Promise<T>): Promise<T> {
    if (this.#failure !== null) throw this.#failure.reason;
    this.#waits = this.#abandoned = false;
    let result: T;
    try {
      result = await step();
    } catch (reason) {
      // A read that was given up says nothing about the body.
      if (!this.#abandoned) this.#trailers.reject(reason);
      throw reason;
    }
    if (result === null) this.#finish();
    this.#settle();
    return result;
  }

  /** At the end of what is below. */
  #finish(): void {
    const left = this.#remaining;
    if (left > 0) {
      const length = this.length ?? 0;
      const reason = new UnexpectedEOFError(
        `Cannot read a body of ${length} bytes: the input ended after ${length - left}`,
        length,
        length - left,
      );
      this.#failure = { reason };
      this.#trailers.reject(reason);
      throw reason;
    }
    this.#trailers.resolve([]);
  }

  /** A body of known length has its end behind its last byte; nobody has to ask for it. */
  #settle(): void {
    if (this.#remaining === 0) this.#trailers.resolve([]);
  }
}

/** Whether a source is a body that was read here. */
export function isBody(source: unknown): source is Body & Reader {
  return source instanceof MessageBody;
}
