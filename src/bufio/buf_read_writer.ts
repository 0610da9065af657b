import { checkKind } from "../core/checks.ts";
import type {
  ChunkReader,
  CopyOptions,
  Reader,
  ReaderFrom,
  StringWriter,
  Writer,
  WriterTo,
} from "../core/types.ts";
import { intakeOf, registerIntake } from "../transfer/intake.ts";
import { outletOf, registerWriter } from "../transfer/outlet.ts";
import { BufReader } from "./buf_reader.ts";
import { BufWriter } from "./buf_writer.ts";

/**
 * A buffered reader and a buffered writer as one, for both halves of a connection.
 *
 * Everything that they can do besides is found on `reader` and `writer`; to switch to another connection, `reset` both.
 *
 * Ported from Go `bufio.ReadWriter`.
 *
 * @example Answer a line
 * ```ts
 * import { BufReader, BufReadWriter, BufWriter } from "@sluice/io/bufio";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const sent = new ByteBuffer();
 * const conn = new BufReadWriter(new BufReader(new Blob(["PING\n"])), new BufWriter(sent));
 * if (await conn.reader.readString(0x0a) === "PING\n") await conn.writeString("PONG\n");
 * assertEquals(sent.length, 0);
 * await conn.flush();
 * assertEquals(sent.toString(), "PONG\n");
 * ```
 */
export class BufReadWriter implements Reader, ChunkReader, WriterTo, Writer, StringWriter, ReaderFrom {
  /** The reading half. */
  readonly reader: BufReader;
  /** The writing half. */
  readonly writer: BufWriter;

  /**
   * Puts two halves together.
   *
   * @param reader The reading half
   * @param writer The writing half
   */
  constructor(reader: BufReader, writer: BufWriter) {
    checkKind(reader, BufReader, "BufReader");
    checkKind(writer, BufWriter, "BufWriter");
    this.reader = reader;
    this.writer = writer;
    registerIntake(this, intakeOf(reader));
    registerWriter(this, outletOf(writer));
  }

  /**
   * Reads as {@linkcode BufReader.read} does.
   *
   * @param p Where the bytes are put
   * @returns The number of bytes read, or `null` at the end of input
   */
  read(p: Uint8Array): Promise<number | null> {
    return this.reader.read(p);
  }

  /**
   * Takes a chunk as {@linkcode BufReader.readChunk} does.
   *
   * @param max The most bytes the chunk may have, at least 1; no bound if left out
   * @returns The chunk, or `null` at the end of input
   */
  readChunk(max?: number): Promise<Uint8Array | null> {
    return this.reader.readChunk(max);
  }

  /**
   * Copies everything not read yet, as {@linkcode BufReader.writeTo} does.
   *
   * @param dst Where the bytes go
   * @param options As in `copy`
   * @returns The number of bytes written
   */
  writeTo(dst: Writer, options?: CopyOptions): Promise<number> {
    return this.reader.writeTo(dst, options);
  }

  /**
   * Writes as {@linkcode BufWriter.write} does.
   *
   * @param p The bytes
   * @returns `p.byteLength`
   */
  write(p: Uint8Array): Promise<number> {
    return this.writer.write(p);
  }

  /**
   * Writes text as {@linkcode BufWriter.writeString} does.
   *
   * @param s The text
   * @returns The number of bytes written
   */
  writeString(s: string): Promise<number> {
    return this.writer.writeString(s);
  }

  /**
   * Writes everything from a source, as {@linkcode BufWriter.readFrom} does.
   *
   * @param src Where the bytes come from
   * @param options As in `copy`
   * @returns The number of bytes read
   */
  readFrom(src: Reader, options?: CopyOptions): Promise<number> {
    return this.writer.readFrom(src, options);
  }

  /** Sends what is in the buffer of the writer, as {@linkcode BufWriter.flush} does. */
  flush(): Promise<void> {
    return this.writer.flush();
  }
}
