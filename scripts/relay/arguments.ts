import { parseArgs } from "node:util";
import { Complaint } from "../copy/complaint.ts";
import { parseSize } from "../copy/sizes.ts";
import { type Address, parseAddress } from "../serve/address.ts";
import { parseDuration } from "../serve/durations.ts";

/** What to relay, and how. */
export interface Request {
  /** Where to listen. */
  listen: Address;
  /** Where every connection goes. */
  target: Address;
  /** Bytes per second of all connections together, in each direction. */
  rate?: number;
  /** Bytes per second of each connection, in each direction. */
  rateEach?: number;
  /** Milliseconds without a byte after which a connection is closed. */
  idle?: number;
  /** The same, once one side has ended. */
  halfClose?: number;
}

/** What the command line asks for. */
export type Command = { kind: "help" } | { kind: "relay"; request: Request };

/** What `--help` prints. */
export const HELP = `Relay TCP connections.

    deno task relay LISTEN TARGET [--rate SIZE] [--rate-each SIZE] [--idle TIME] [--half-close TIME]

LISTEN is a port, or HOST:PORT to listen elsewhere than on the loopback
interface; port 0 is any that is free. Every connection goes to TARGET, a
HOST:PORT, or a PORT of this machine. Ctrl-C ends the relay, and every
connection with it.

    --rate SIZE        bytes per second of all connections together, each way
    --rate-each SIZE   bytes per second of each connection, each way
    --idle TIME        close a connection after so long without a byte
    --half-close TIME  the same, once one side has ended
    --help             print this

A SIZE is bytes, or has a unit: KiB, MiB, GiB, KB, MB, GB.
A TIME has a unit: ms, s, min, h.
Exit code: 0 ended by Ctrl-C, 1 could not listen.
`;

/**
 * Reads the command line.
 *
 * @param args What came after the name of the program
 * @returns What is asked for; throws a Complaint for what makes no sense
 */
export function parseArguments(args: string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: "help" };
  const [listen, target, ...rest] = positionals;
  if (listen === undefined || target === undefined) {
    throw wrong("Cannot relay without both LISTEN and TARGET");
  }
  if (rest.length > 0) throw wrong(`Cannot relay ${positionals.length} things: expected LISTEN and TARGET`);

  const request: Request = { listen: address("LISTEN", listen), target: address("TARGET", target) };
  if (request.target.port === 0) throw wrong("Cannot connect to port 0 of TARGET");
  if (values.rate !== undefined) request.rate = rate("--rate", values.rate);
  if (values["rate-each"] !== undefined) request.rateEach = rate("--rate-each", values["rate-each"]);
  if (values.idle !== undefined) request.idle = duration("--idle", values.idle);
  if (values["half-close"] !== undefined) request.halfClose = duration("--half-close", values["half-close"]);
  return { kind: "relay", request };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        rate: { type: "string" },
        "rate-each": { type: "string" },
        idle: { type: "string" },
        "half-close": { type: "string" },
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

function address(name: string, text: string): Address {
  const found = parseAddress(text);
  if (found === null) {
    throw wrong(`Cannot use ${JSON.stringify(text)} as ${name}: expected a port or HOST:PORT`);
  }
  return found;
}

function rate(option: string, text: string): number {
  const bytes = parseSize(text);
  if (bytes === null || bytes === 0) {
    throw wrong(`Cannot use ${JSON.stringify(text)} for ${option}: expected a size such as 64KiB or 1MiB`);
  }
  return bytes;
}

function duration(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === null) {
    throw wrong(`Cannot use ${JSON.stringify(text)} for ${option}: expected a time such as 500ms or 60s`);
  }
  return ms;
}

function wrong(message: string): Complaint {
  return new Complaint(`${message}; see --help`);
}
