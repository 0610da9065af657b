/**
 * Buffered readers and writers: look ahead, split, and never a promise per byte.
 *
 * @module
 */
export { BufReader } from "./buf_reader.ts";
export type { Line } from "./delimited.ts";
export { lines, type LinesOptions } from "./lines.ts";
export type { Rune } from "./runes.ts";
export { Scanner, type ScannerOptions } from "./scanner.ts";
export { scanBytes, scanLines, scanRunes, scanWords, type Split, type SplitFunction } from "./split.ts";
