import type { Request } from "./arguments.ts";
import { openDestination, openSource } from "./ends.ts";
import { move, type Moved } from "./move.ts";
import { showProgress } from "./progress.ts";

/**
 * Runs one copy from the opening of SRC to the moment when DST is final. If it fails or is aborted, nothing half-written
 * stays under the name of DST.
 *
 * @param request What to copy where, and how
 * @param signal Ends it
 * @returns What was moved
 */
export async function runCopy(request: Request, signal: AbortSignal): Promise<Moved> {
  const source = await openSource(request.src, signal);
  try {
    const destination = await openDestination(request.dst, { src: request.src, source }, signal);
    const bar = isBarWanted(request.dst) ? showProgress(expectedSize(source.size, request.limit)) : null;
    try {
      const moved = await move(source, destination, request, {
        signal,
        ...(bar === null ? {} : { onProgress: bar.update }),
      });
      await destination.finish();
      return moved;
    } catch (reason) {
      // What went wrong first is what is told.
      await destination.giveUp(reason).catch(() => {});
      throw reason;
    } finally {
      bar?.remove();
    }
  } finally {
    await source.close();
  }
}

/** Not where the bytes themselves appear on the terminal. */
function isBarWanted(dst: string): boolean {
  return Deno.stderr.isTerminal() && !(dst === "-" && Deno.stdout.isTerminal());
}

function expectedSize(size: number | null, limit: number | undefined): number | null {
  return size === null || limit === undefined ? size ?? limit ?? null : Math.min(size, limit);
}
