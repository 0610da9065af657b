import type { ChunkReader, Reader, Writer } from "@sluice/io";
import type { Wire } from "./wire.ts";

/**
 * What the proxy has around every wire. It tells whoever watches that bytes move, remembers a failure, so that it is clear
 * whose it was, and before it waits for the peer it has everything sent that waits in a buffer for somebody else.
 */
export class Line implements Reader, Writer, Wire {
  /** Only over a wire that has it. */
  readonly readChunk?: ChunkReader["readChunk"];
  /** Sends what waits elsewhere; called before every read. */
  beforeRead: (() => Promise<void>) | null = null;
  /** Told that bytes have moved. */
  onMove: (() => void) | null = null;
  /** The first failure of the wire. */
  failure: { reason: unknown } | null = null;
  /** Whether what is written is dropped: nobody is there to take it. */
  #deaf = false;
  readonly #wire: Wire;
  readonly #live: Set<Line>;

  /**
   * Puts itself around a wire.
   *
   * @param wire The wire
   * @param live The lines that were not ended yet; it is among them until then
   */
  constructor(wire: Wire, live: Set<Line>) {
    this.#wire = wire;
    this.#live = live.add(this);
    const { readChunk } = wire;
    if (readChunk !== undefined) this.readChunk = (max) => this.#take(() => readChunk.call(wire, max));
  }

  /** Reads the wire. */
  read(p: Uint8Array): Promise<number | null> {
    return this.#take(() => this.#wire.read(p));
  }

  /** Writes to the wire. */
  async write(p: Uint8Array): Promise<number> {
    try {
      const n = this.#deaf ? p.byteLength : await this.#wire.write(p);
      this.onMove?.();
      return n;
    } catch (reason) {
      if (this.#deaf) return p.byteLength;
      throw this.#note(reason);
    }
  }

  /** Ends the sending half. */
  async closeWrite(): Promise<void> {
    if (!this.#deaf) await this.#wire.closeWrite();
  }

  /** Ends the whole. */
  close(): Promise<void> {
    this.#live.delete(this);
    return this.#wire.close();
  }

  /** Gives the whole up. What is pending rejects with the reason. */
  abort(reason?: unknown): Promise<void> {
    this.#live.delete(this);
    this.#note(reason ?? new Error("The connection was given up"));
    return this.#wire.abort(reason);
  }

  /** Gives the whole up, but for whoever still writes all is well. */
  async goDeaf(reason?: unknown): Promise<void> {
    this.#deaf = true;
    await this.abort(reason);
  }

  async #take<T>(read: () => Promise<T>): Promise<T> {
    if (this.beforeRead !== null) await this.beforeRead();
    try {
      const taken = await read();
      this.onMove?.();
      return taken;
    } catch (reason) {
      throw this.#note(reason);
    }
  }

  /** Notes a failure; says what was the first. */
  #note(reason: unknown): unknown {
    return (this.failure ??= { reason }).reason;
  }
}
