import type { BufReader } from "../bufio/buf_reader.ts";
import { checkSize } from "../core/checks.ts";
import { FIRST_BUFFER_SIZE } from "../core/memory.ts";
import { discard } from "../io/discard.ts";
import { limitReader } from "../io/limit.ts";
import { registerIntake } from "../transfer/intake.ts";
import { runOrThrow } from "../transfer/run.ts";
import { toReadableStream } from "../web/to_readable_stream.ts";
import { type Extent, FramedReader } from "./framed_reader.ts";
import type { ReadLimits } from "./limits.ts";
import type { Body } from "./message.ts";

/** The most that `drain` drops: 256 KiB, as in Go. */
const MAX_DRAIN = 256 * 1024;

/** The body of a message that was read. */
export class MessageBody implements Body {
  readonly length: number | null;
  readonly #reader: BufReader;
  readonly #body: FramedReader;
  readonly #reusable: boolean;
  readonly #waits: boolean;
  #stream: ReadableStream<Uint8Array> | undefined;

  /**
   * Makes a body of what comes next.
   *
   * @param reader The connection
   * @param extent How far it goes
   * @param reusable Whether the connection can be used again after it
   * @param limits What the peer may send
   * @param waits Whether the peer waits for `100 Continue`
   */
  constructor(
    reader: BufReader,
    extent: Extent,
    reusable: boolean,
    limits: Required<ReadLimits>,
    waits = false,
  ) {
    this.length = typeof extent === "number" ? extent : null;
    this.#reader = reader;
    this.#body = new FramedReader(reader, extent, limits);
    this.#reusable = reusable;
    this.#waits = waits;
    // There is nothing for the engine to take of an empty one, and most are.
    if (extent !== 0) registerIntake(this, this.#body.intake);
  }

  get stream(): ReadableStream<Uint8Array> {
    const chunkSize = Math.min(FIRST_BUFFER_SIZE, Math.max(1, this.length ?? FIRST_BUFFER_SIZE));
    return this.#stream ??= toReadableStream(this, { chunkSize });
  }

  get trailers(): Promise<Headers> {
    return this.#body.trailers;
  }

  read(p: Uint8Array): Promise<number | null> {
    return this.#body.read(p);
  }

  async drain(limit: number = MAX_DRAIN): Promise<boolean> {
    checkSize("limit", limit);
    const body = this.#body;
    const silent = this.#waits && !body.begun && this.#reader.buffered === 0;
    if (!this.#reusable || silent || body.left > limit) return false;
    try {
      // One byte more shows that there are too many.
      return body.ended || await runOrThrow(discard, limitReader(this, limit + 1)) <= limit;
    } catch {
      return false; // `trailers` tells why
    }
  }
}

/** Whether a source is a body that was read here. */
export function isBody(source: unknown): source is Body {
  return source instanceof MessageBody;
}
