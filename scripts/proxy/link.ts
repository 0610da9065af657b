import { BufReader, BufWriter } from "@sluice/io/bufio";
import { PeekedConn } from "@sluice/io/net";
import { Line } from "./line.ts";
import type { Wire } from "./wire.ts";

/** A whole record of TLS fits, and so does the ClientHello in it. */
const READ_SIZE = 5 + 2 ** 14 + 256; // bytes

/** Heads fit with what comes behind them, and so do a few records of TLS and the chunks made of them: they go out together. */
const WRITE_SIZE = 32 * 1024; // bytes

/** A connection that speaks HTTP: a line with a buffered reader and a buffered writer, which go with it into TLS. */
export class Link {
  /** Reads the line, or what is in the TLS on it. */
  readonly reader: BufReader;
  /** Writes to the line, or into the TLS on it. */
  readonly writer: BufWriter;
  /** Who is at the other end, for people. */
  readonly peer: string;
  readonly #live: Set<Line>;
  #line: Line;
  #ahead: Promise<number> | null = null;

  /**
   * Takes a wire over.
   *
   * @param wire The wire
   * @param peer Who is at the other end
   * @param live The lines that were not ended yet
   */
  constructor(wire: Wire, peer: string, live: Set<Line>) {
    this.peer = peer;
    this.#live = live;
    this.#line = new Line(wire, live);
    this.reader = new BufReader(this.#line, READ_SIZE);
    this.writer = new BufWriter(this.#line, WRITE_SIZE);
  }

  /** What reader and writer are on. */
  get line(): Line {
    return this.#line;
  }

  /** The link as a connection for somebody else, what was read ahead included. The link itself is of no use from then on. */
  conn(): PeekedConn {
    return new PeekedConn(this.#line, this.reader);
  }

  /** As `conn`, but the link goes on with another wire: see `moveTo`. No look ahead may be under way. */
  detach(): PeekedConn {
    return new PeekedConn(this.#line, new BufReader(this.reader.rest(), READ_SIZE));
  }

  /**
   * Goes on with another wire, as is done when TLS begins. What was not flushed is dropped, what was not read went with
   * `detach`.
   *
   * @param wire The wire
   */
  moveTo(wire: Wire): void {
    const { onMove } = this.#line;
    this.#line = new Line(wire, this.#live);
    this.#line.onMove = onMove;
    this.#ahead = null;
    this.reader.reset(this.#line);
    this.writer.reset(this.#line);
  }

  /**
   * Waits for the first byte of whatever comes next, without taking it. May be called any number of times.
   *
   * @returns How many bytes are buffered; 0 if the end came instead
   */
  lookAhead(): Promise<number> {
    if (this.#ahead === null) {
      this.#ahead = this.reader.fill().finally(() => this.#ahead = null);
      // Whoever needs what comes is told by the next call, or by the read after it.
      this.#ahead.catch(() => {});
    }
    return this.#ahead;
  }

  /** Waits until no look ahead is under way, so that the reader may be used. */
  async settle(): Promise<void> {
    await this.#ahead;
  }

  /** Ends the link, with what is buffered. */
  async close(): Promise<void> {
    try {
      await this.writer.flush();
      await this.#line.close();
    } catch (reason) {
      await this.abort(reason);
    }
  }

  /** Gives the link up. */
  async abort(reason?: unknown): Promise<void> {
    try {
      await this.#line.abort(reason);
    } catch {
      // It was given up before.
    }
  }
}
