import { cannotCopy, checkMoved, has } from "../core/checks.ts";
import { InvalidWriteError } from "../core/errors.ts";
import type { CopyOptions, Reader, ReaderFrom, Writer, WriterTo } from "../core/types.ts";
import { countedReader, countedWriter, type Tally } from "./counted.ts";
import { type Intake, isOwnReader } from "./intake.ts";
import { isOwnWriter } from "./outlet.ts";
import type { RunOptions } from "./options.ts";
import type { Transfer } from "./transfer.ts";

export function hasWriteTo(reader: Reader): reader is Reader & WriterTo {
  return has(reader, "writeTo");
}

export function hasReadFrom(writer: Writer): writer is Writer & ReaderFrom {
  return has(writer, "readFrom");
}

/**
 * The paths `"writeTo"` and `"readFrom"`: an object from elsewhere does the copy, as in Go the source before the
 * destination. The objects of this package are seen through instead.
 *
 * @returns Which of them it is, or `null` if it is for the engine itself
 */
export function foreignPath(
  writer: Writer,
  reader: Reader,
  intake: Intake,
  { via, length }: CopyOptions,
): "writeTo" | "readFrom" | null {
  const path = via !== "readFrom" && hasWriteTo(reader) ? "writeTo" : hasReadFrom(writer) ? "readFrom" : null;
  if (via === "writeTo" || via === "readFrom") {
    if (via !== path) throw cannotCopy(via);
  } else if (via !== undefined) return null;
  const seen = path === "writeTo"
    ? isOwnReader(reader) && !(length === undefined && intake.asksForeign?.())
    : isOwnWriter(writer);
  return seen ? null : path;
}

/**
 * Has an object from elsewhere do the copy. Its own word is taken for how much it moved. Where the caller wants to know
 * more than that (the path, the progress, an exact count on failure), the object is given a stand-in for the other end.
 *
 * @param transfer The copy it works for
 * @param path Whose method is called
 * @param writer Where the bytes go
 * @param reader Where they come from
 * @param options The caller's options, passed on
 */
export async function copyForeign(
  transfer: Transfer,
  path: "writeTo" | "readFrom",
  writer: Writer,
  reader: Reader,
  { onProgress, onPath, via: _, exact, memory: __, ...passed }: RunOptions,
): Promise<void> {
  transfer.path = path;
  const [own, other] = path === "writeTo" ? ["src", "dst"] as const : ["dst", "src"] as const;
  function tell(n: number): void {
    if (n !== 0 && !transfer.stopped) transfer.wrote(n);
  }
  const tally: Tally | null = exact || onPath || onProgress
    ? {
      async pass(move, count) {
        if (transfer.stopped) {
          throw transfer.failure?.reason ?? new TypeError("Cannot use a copy that is over");
        }
        transfer.report(path);
        try {
          const result = await move();
          tell(count(result));
          return result;
        } catch (reason) {
          transfer.fail(other, reason);
          throw reason;
        }
      },
      returned: (n) => tell(-n),
    }
    : null;
  if (tally !== null) Object.assign(passed, { onPath: transfer.report.bind(transfer) });
  let n: number;
  try {
    let result: unknown;
    if (path === "writeTo" && hasWriteTo(reader)) {
      result = await reader.writeTo(tally ? countedWriter(writer, tally) : writer, passed);
    } else if (hasReadFrom(writer)) {
      result = await writer.readFrom(tally ? countedReader(reader, tally) : reader, passed);
    }
    n = checkMoved(result, Number.MAX_SAFE_INTEGER, "copied", InvalidWriteError);
  } catch (reason) {
    throw transfer.fail(own, reason);
  } finally {
    if (!transfer.stopped) transfer.report(path);
  }
  if (transfer.stopped) return;
  if (transfer.failure?.side === "callback") throw transfer.failure.reason;
  // Whatever else failed on the way, the object has got over it.
  transfer.failure = undefined;
  transfer.written = n;
  transfer.checkLength();
}
