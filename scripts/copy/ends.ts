import type { Reader, Writer } from "@sluice/io";
import { Complaint } from "./complaint.ts";
import { isSameFile, openFileDestination, openFileSource } from "./files.ts";
import { fetchSource, parseUrl, putDestination } from "./http.ts";
import { standardInput, standardOutput } from "./stdio.ts";

/** Where bytes come from. */
export interface SourceEnd {
  /** What it is called in messages. */
  name: string;
  src: Reader | ReadableStream<Uint8Array>;
  /** How many bytes to expect, as far as one can know. */
  size: number | null;
  /** The permissions of a file, for the copy of it. */
  mode?: number;
  /** Lets go of it, read to its end or not. */
  close(): void | Promise<void>;
}

/** Where bytes go. After the copy exactly one of `finish` and `giveUp` is called. */
export interface DestinationEnd {
  /** What it is called in messages. */
  name: string;
  dst: Writer | WritableStream<Uint8Array>;
  /** Everything was written: makes it final. */
  finish(): Promise<void>;
  /** Leaves nothing behind that looks complete. */
  giveUp(reason: unknown): Promise<void>;
  /** Finds out what a failed write was really about, where the write itself does not know. */
  explain?(reason: unknown): Promise<unknown>;
  /** Whether it is a program that reads as much as it likes. */
  isPipe?: boolean;
}

/**
 * Opens what SRC names.
 *
 * @param src A file, a URL or `-`
 * @param signal Ends the waiting for it
 * @returns The source; throws a Complaint where there is none
 */
export async function openSource(src: string, signal: AbortSignal): Promise<SourceEnd> {
  if (isStandard(src, "/dev/stdin")) return standardInput();
  const url = parseUrl(src);
  return url === null ? await openFileSource(src, signal) : await fetchSource(url, signal);
}

/**
 * Opens what DST names.
 *
 * @param dst A file, a URL or `-`
 * @param from What will be copied there: SRC and the source that it names
 * @param signal Ends the waiting for it
 * @returns The destination; throws a Complaint where there is none
 */
export async function openDestination(
  dst: string,
  from: { src: string; source: SourceEnd },
  signal: AbortSignal,
): Promise<DestinationEnd> {
  if (await isSameFile(fileOf(from.src, "/dev/stdin"), fileOf(dst, "/dev/stdout"))) {
    throw new Complaint(`Cannot copy ${from.source.name} to ${dst}: they are the same file`);
  }
  if (isStandard(dst, "/dev/stdout")) return standardOutput();
  const url = parseUrl(dst);
  return url === null
    ? await openFileDestination(dst, from.source.mode, signal)
    : putDestination(url, signal);
}

function isStandard(end: string, device: string): boolean {
  return end === "-" || end === device;
}

/** The file behind an end, which a shell may have put behind standard input or output. */
function fileOf(end: string, device: string): string | null {
  if (isStandard(end, device)) return device;
  return parseUrl(end) === null ? end : null;
}
