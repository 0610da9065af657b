import {
  type CopyOptions,
  type CopyPath,
  copySettled,
  type Destination,
  limitReader,
  type Reader,
  type Source,
  toReadableStream,
  toWritableStream,
  type Writer,
} from "@sluice/io";
import { Limiter, throttleReader } from "@sluice/io/rate";
import type { Request } from "./arguments.ts";
import { Complaint, EnoughRead, explain, Interrupted } from "./complaint.ts";
import type { DestinationEnd, SourceEnd } from "./ends.ts";
import { formatSize } from "./sizes.ts";

/** What was moved, and how. */
export interface Moved {
  written: number;
  path: CopyPath;
}

/**
 * Moves the bytes from one end to the other: the one place where the package is put to its main use.
 *
 * @param source Where they come from
 * @param destination Where they go
 * @param request The limit, the rate, the buffer and the path asked for
 * @param options The signal and who wants to know of the progress
 * @returns What was moved; throws a Complaint that says which side failed
 */
export async function move(
  source: SourceEnd,
  destination: DestinationEnd,
  request: Omit<Request, "src" | "dst">,
  options: CopyOptions & { signal: AbortSignal },
): Promise<Moved> {
  const { src, dst } = formsFor(request, source.src, destination.dst);
  const { via, bufferSize } = request;
  const outcome = await settle(dst, src, {
    ...options,
    ...(via === undefined ? {} : { via }),
    ...(bufferSize === undefined ? {} : { bufferSize }),
  });

  if (outcome.ok) return outcome;
  const { side, reason, written } = outcome;
  if (side === "signal" || options.signal.aborted) {
    throw new Interrupted(`Interrupted after ${formatSize(written)}`);
  }
  if (side === "src") throw new Complaint(`Cannot read ${source.name}: ${explain(reason)}`);
  if (side !== "dst") throw reason;
  if (destination.isPipe && reason instanceof Deno.errors.BrokenPipe) throw new EnoughRead();
  const cause = await destination.explain?.(reason) ?? reason;
  throw new Complaint(`Cannot write ${destination.name}: ${explain(cause)}`);
}

/** A path that cannot serve rejects, before anything has moved. */
async function settle(dst: Destination, src: Source, options: CopyOptions) {
  try {
    return await copySettled(dst, src, options);
  } catch (reason) {
    throw new Complaint(explain(reason));
  }
}

/** The ends in the form that the path demanded can serve: as they are, or as web streams. */
function formsFor(
  { via, limit, rate, bufferSize }: Omit<Request, "src" | "dst">,
  src: Reader | ReadableStream<Uint8Array>,
  dst: Writer | WritableStream<Uint8Array>,
): { src: Source; dst: Destination } {
  const limited = (from: Reader | ReadableStream<Uint8Array>) => {
    const some = limit === undefined ? from : limitReader(from, limit);
    return rate === undefined ? some : throttleReader(some, new Limiter({ rate }));
  };
  const readable = (from: Reader | ReadableStream<Uint8Array>) =>
    "getReader" in from
      ? from
      : toReadableStream(from, bufferSize === undefined ? {} : { chunkSize: bufferSize });
  switch (via) {
    case "pipeTo":
      return { src: readable(limited(src)), dst: "getWriter" in dst ? dst : toWritableStream(dst) };
    case "byob":
    case "chunks":
      return { src: limited(readable(src)), dst };
    default:
      return { src: limited(src), dst };
  }
}
