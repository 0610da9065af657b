/**
 * Buffered readers and writers: look ahead, split, and never a promise per byte.
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
