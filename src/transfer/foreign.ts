import { isMoved } from "../core/checks.ts";
import { InvalidWriteError } from "../core/errors.ts";
import type { CopyOptions, Reader, ReaderFrom, Writer, WriterTo } from "../core/types.ts";
import { countedReader, countedWriter, type Tally } from "./counted.ts";
import type { Transfer } from "./transfer.ts";

export function hasWriteTo(reader: Reader): reader is Reader & WriterTo {
  return "writeTo" in reader && typeof reader.writeTo === "function";
}

export function hasReadFrom(writer: Writer): writer is Writer & ReaderFrom {
  return "readFrom" in writer && typeof writer.readFrom === "function";
}

/**
 * The paths `"writeTo"` and `"readFrom"`: an object from elsewhere does the copy.
 *
 * Its own word is taken for how much it moved. Where the caller wants to know more than that (the path, the progress, an
 * exact count on failure), the object is given a stand-in for the other end.
 *
 * @param transfer The copy it works for
 * @param path Whose method is called
 * @param reader Where the bytes come from
 * @param writer Where they go
 * @param options The caller's options, passed on
 * @param watched Whether the caller wants to know more than the result
 */
export async function copyForeign(
  transfer: Transfer,
  path: "writeTo" | "readFrom",
  reader: Reader,
  writer: Writer,
  options: CopyOptions,
  watched: boolean,
): Promise<void> {
  transfer.chosen = path;
  const otherSide = path === "writeTo" ? "dst" : "src";
  const tally: Tally = {
    begin() {
      if (transfer.stopped) {
        throw transfer.failure?.reason ?? new TypeError("Cannot go on with a copy that is over");
      }
      transfer.report(path);
    },
    moved(n) {
      if (n !== 0 && !transfer.stopped) transfer.wrote(n);
    },
    failed(reason) {
      transfer.fail(otherSide, reason);
    },
  };
  const { onProgress: _, onPath: __, via: ___, ...passed } = options;
  if (watched) Object.assign(passed, { onPath: transfer.report.bind(transfer) });

  let n: number;
  try {
    if (path === "writeTo" && hasWriteTo(reader)) {
      n = await reader.writeTo(watched ? countedWriter(writer, tally) : writer, passed);
    } else if (path === "readFrom" && hasReadFrom(writer)) {
      n = await writer.readFrom(watched ? countedReader(reader, tally) : reader, passed);
    } else {
      throw new TypeError(`Cannot copy via ${path}: there is no such method`);
    }
    if (!isMoved(n, Number.MAX_SAFE_INTEGER)) {
      throw new InvalidWriteError(`Cannot have copied ${String(n)} bytes via ${path}`, n);
    }
  } catch (reason) {
    const failure = transfer.failure ?? transfer.fail(path === "writeTo" ? "src" : "dst", reason);
    if (!transfer.stopped) transfer.report(path);
    throw failure;
  }
  if (transfer.stopped) return;
  transfer.report(path);
  if (transfer.failure?.side === "callback") throw transfer.failure;
  transfer.written = n;
  transfer.checkLength();
}
