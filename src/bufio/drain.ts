import type { CopyOptions, Reader, Writer } from "../core/types.ts";
import { limitReader } from "../io/limit.ts";
import { hasReadFrom } from "../transfer/foreign.ts";
import { runOrThrow } from "../transfer/run.ts";
import type { Lookahead } from "./lookahead.ts";

/**
 * Copies what a buffered reader has and then its source, with Go's order: `writeTo` of the source, `readFrom` of the
 * destination, the loop.
 *
 * The engine sees through the objects of this package; those from elsewhere are asked here.
 *
 * @param reader The buffered reader
 * @param look What it has of its source
 * @param dst Where the bytes go
 * @param options As in `copy`
 * @returns The number of bytes written
 */
export async function drain(
  reader: Reader,
  look: Lookahead,
  dst: Writer,
  options: CopyOptions,
): Promise<number> {
  const { onPath, ...rest } = options;
  const { via, length, signal, onProgress } = rest;
  const source = look.reader;
  const asks = (via === undefined || via === "writeTo") && length === undefined && !signal?.aborted;
  if (!asks || !look.asksForeign()) {
    const free = via === undefined && hasReadFrom(dst);
    return await runOrThrow(dst, reader, free ? { ...options, via: "readFrom" } : options);
  }
  onPath?.("writeTo");
  const { atHand } = look;
  const head = atHand && await runOrThrow(dst, limitReader(reader, atHand), { ...rest, via: "buffer" });
  return head + await runOrThrow(dst, source, {
    ...rest,
    via: "writeTo",
    ...(onProgress && { onProgress: (n) => onProgress(head + n) }),
  });
}
