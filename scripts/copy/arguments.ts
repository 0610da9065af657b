import { parseArgs } from "node:util";
import type { CopyPath } from "@sluice/io";
import { Complaint } from "./complaint.ts";
import { parseSize } from "./sizes.ts";

/** One copy, as asked for. */
export interface Request {
  /** A file, an http(s) URL, or `-` for standard input. */
  src: string;
  /** A file, an http(s) URL, or `-` for standard output. */
  dst: string;
  /** At most so many bytes. */
  limit?: number;
  /** At most so many bytes a second. */
  rate?: number;
  /** At most so many bytes at a time. */
  bufferSize?: number;
  /** The path to take, if one is demanded. */
  via?: CopyPath;
}

/** What the command line asks for. */
export type Command = { kind: "help" } | { kind: "sample" } | { kind: "copy"; request: Request };

/** Those that the ends of this program can be asked for. */
const PATHS: readonly CopyPath[] = ["buffer", "byob", "chunks", "kernel", "pipeTo", "writeTo", "readFrom"];

/** What `--help` prints. */
export const HELP = `Copy bytes between files, URLs and standard input and output.

    deno task copy SRC DST [--limit SIZE] [--rate SIZE] [--buffer SIZE] [--via PATH]
    deno task copy

SRC and DST are a file, an http(s) URL (SRC is fetched, DST is PUT) or - for
standard input or output. A file appears under its name when it is complete.
Without arguments: copy a sample of 64 MiB by every path and print a table.

    --limit SIZE   copy at most so many bytes, such as 10MiB
    --rate SIZE    copy at most so many bytes a second, such as 1MiB
    --buffer SIZE  read at most so many at a time, where a buffer is used
    --via PATH     demand a path: ${PATHS.join(", ")}
    --help         print this

A SIZE is bytes, or has a unit: KiB, MiB, GiB, KB, MB, GB.
Exit code: 0 done, 1 failed, 130 interrupted.
`;

const LARGEST_BUFFER = 1024 ** 3; // 1 GiB

/**
 * Reads the command line.
 *
 * @param args What came after the name of the program
 * @returns What is asked for; throws a Complaint for what makes no sense
 */
export function parseArguments(args: string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: "help" };
  if (args.length === 0) return { kind: "sample" };
  const [src, dst, ...rest] = positionals;
  if (src === undefined || dst === undefined) throw wrong("Cannot copy without both SRC and DST");
  if (src === "" || dst === "") throw wrong("Cannot copy from or to an empty name");
  if (rest.length > 0) throw wrong(`Cannot copy ${positionals.length} things: expected SRC and DST`);

  const request: Request = { src, dst };
  if (values.limit !== undefined) request.limit = size("--limit", values.limit);
  if (values.rate !== undefined) request.rate = rate(values.rate);
  if (values.buffer !== undefined) request.bufferSize = bufferSize(values.buffer);
  if (values.via !== undefined) request.via = path(values.via);
  return { kind: "copy", request };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        limit: { type: "string" },
        rate: { type: "string" },
        buffer: { type: "string" },
        via: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
  } catch (reason) {
    // Only the first sentence: the rest is advice for other programs.
    const [message = ""] = (reason instanceof Error ? reason.message : String(reason)).split(/\.\s/);
    throw wrong(message);
  }
}

function size(option: string, text: string): number {
  const bytes = parseSize(text);
  if (bytes === null) {
    throw wrong(`Cannot use ${JSON.stringify(text)} for ${option}: expected a size such as 4096 or 10MiB`);
  }
  return bytes;
}

function rate(text: string): number {
  const bytes = size("--rate", text);
  if (bytes < 1) {
    throw wrong(`Cannot use ${JSON.stringify(text)} for --rate: expected at least 1 byte a second`);
  }
  return bytes;
}

function bufferSize(text: string): number {
  const bytes = size("--buffer", text);
  if (bytes < 1 || bytes > LARGEST_BUFFER) {
    throw wrong(`Cannot use ${JSON.stringify(text)} for --buffer: expected 1 byte to 1 GiB`);
  }
  return bytes;
}

function path(text: string): CopyPath {
  const found = PATHS.find((path) => path === text);
  if (found === undefined) {
    throw wrong(`Cannot use ${JSON.stringify(text)} for --via: expected one of ${PATHS.join(", ")}`);
  }
  return found;
}

function wrong(message: string): Complaint {
  return new Complaint(`${message}; see --help`);
}
