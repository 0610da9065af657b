import { parseArgs } from "node:util";
import { Complaint } from "../copy/complaint.ts";
import { parseSize } from "../copy/sizes.ts";
import { type Address, parseAddress } from "../serve/address.ts";
import { parseDuration } from "../serve/durations.ts";
import { DEFAULT_OPTIONS } from "./options.ts";

/** What the command line asks for, files not read yet. */
export interface Command extends Address {
  /** The files of the authority: its certificate and its key. */
  mitm: { cert: string; key: string } | null;
  upstream: URL | null;
  /** Files with certificates to trust. */
  trust: string[];
  rate: number;
  refusePrivate: boolean;
  idleTimeout: number;
  halfCloseTimeout: number;
  requestHeaders: Headers;
  responseHeaders: Headers;
}

/** What `--help` prints. */
export const HELP = `Forward HTTP, tunnel CONNECT, and look into tunnels if asked to.

    deno task proxy [--listen HOST:PORT] [--mitm CA.pem KEY.pem] [--rate SIZE]
                    [--upstream URL]

    --listen HOST:PORT        where to listen (127.0.0.1:8080); port 0 is any
    --mitm CA.pem KEY.pem     decrypt TLS in tunnels, with certificates signed by
                              this authority; both files are made if missing
    --rate SIZE               bytes per second, such as 1MiB, for all together,
                              each way
    --upstream URL            go through the proxy http://[user:password@]host:port
    --trust FILE              trust these certificates (PEM) of targets too
    --refuse-private          refuse targets in private networks
    --idle-timeout TIME       end what is silent so long, such as 90s (120s)
    --half-close-timeout TIME end tunnels so long after one side ended (30s)
    --request-header FIELD    set "name: value" in every request
    --response-header FIELD   set "name: value" in every response
    --help                    print this

--trust and the fields may be given more than once. Ctrl-C ends everything.
`;

/**
 * Reads the command line.
 *
 * @param args What came after the name of the program
 * @returns What is asked for, or null for help; throws a Complaint for what makes no sense
 */
export function parseArguments(args: string[]): Command | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const { mitm } = values;
  const [key, ...rest] = positionals;
  if (rest.length > 0 || (mitm === undefined) !== (key === undefined)) {
    throw wrong("Cannot make sense of the arguments: only --mitm has two values, and it needs both");
  }
  return {
    ...listen(values.listen ?? "127.0.0.1:8080"),
    mitm: mitm === undefined || key === undefined ? null : { cert: mitm, key },
    upstream: values.upstream === undefined ? null : upstream(values.upstream),
    trust: values.trust ?? [],
    rate: values.rate === undefined ? Infinity : rate(values.rate),
    refusePrivate: values["refuse-private"] ?? false,
    idleTimeout: time("--idle-timeout", values["idle-timeout"]) ?? DEFAULT_OPTIONS.idleTimeout,
    halfCloseTimeout: time("--half-close-timeout", values["half-close-timeout"]) ??
      DEFAULT_OPTIONS.halfCloseTimeout,
    requestHeaders: fields("--request-header", values["request-header"]),
    responseHeaders: fields("--response-header", values["response-header"]),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        listen: { type: "string" },
        mitm: { type: "string" },
        rate: { type: "string" },
        upstream: { type: "string" },
        trust: { type: "string", multiple: true },
        "refuse-private": { type: "boolean" },
        "idle-timeout": { type: "string" },
        "half-close-timeout": { type: "string" },
        "request-header": { type: "string", multiple: true },
        "response-header": { type: "string", multiple: true },
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

function listen(text: string): Address {
  return parseAddress(text) ?? unfit("--listen", text, "an address such as 127.0.0.1:8080");
}

function upstream(text: string): URL {
  const url = URL.parse(text);
  if (url === null || url.protocol !== "http:") {
    unfit("--upstream", text, "a URL such as http://proxy:3128");
  }
  return url;
}

function rate(text: string): number {
  const bytes = parseSize(text.replace(/\/s$/, ""));
  if (bytes === null || bytes === 0) unfit("--rate", text, "a size such as 64KiB or 1MiB");
  return bytes;
}

function time(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text) ?? 0;
  // Beyond that the timers of the platform fire at once.
  return ms > 0 && ms < 2 ** 31 ? ms : unfit(option, text, "a time such as 500ms, 90s or 5min");
}

function fields(option: string, lines: string[] = []): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    try {
      headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    } catch {
      unfit(option, line, 'a field such as "name: value"');
    }
  }
  return headers;
}

function unfit(option: string, text: string, expected: string): never {
  throw wrong(`Cannot use ${JSON.stringify(text)} for ${option}: expected ${expected}`);
}

function wrong(message: string): Complaint {
  return new Complaint(`${message}; see --help`);
}
