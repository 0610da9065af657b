/**
 * Buffered readers and writers: look ahead, split, and never a promise per byte.
 *
 * @example Look at the first bytes, and still have all of them
 * ```ts
 * import { BufReader } from "@sluice/io/bufio";
 * import { assertEquals } from "@std/assert";
 *
 * const upload = new BufReader(new Blob(["%PDF-1.7 and so on"]));
 *
 * const magic = new TextDecoder().decode(await upload.peek(5));
 * assertEquals(magic, "%PDF-");
 * assertEquals(await new Response(upload.release()).text(), "%PDF-1.7 and so on");
 * ```
 *
 * @module
 */
export { BufReadWriter } from "./buf_read_writer.ts";
export { BufReader } from "./buf_reader.ts";
export { BufWriter } from "./buf_writer.ts";
export type { Line } from "./delimited.ts";
export { type LineIterator, lines, type LinesOptions } from "./lines.ts";
export type { Rune } from "./runes.ts";
export { Scanner, type ScannerOptions } from "./scanner.ts";
export { scanBytes, scanLines, scanRunes, scanWords, type Split, type SplitFunction } from "./split.ts";
