import type { ChunkReader, Closer, CloseWriter, Reader, Writer } from "../core/types.ts";

/** A connection with everything that a {@linkcode Duplex} can have. */
export interface Conn extends Reader, ChunkReader, Writer, CloseWriter, Closer {
  /** Closes the sending half; the receiving half goes on. */
  closeWrite(): Promise<void>;
  /** Closes the whole after what was written is sent. */
  close(): Promise<void>;
  /**
   * Gives the whole up, at once. What is pending at it ends.
   *
   * @param reason Why, for whoever can be told
   */
  abort(reason?: unknown): Promise<void>;
}
