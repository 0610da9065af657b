import { checkCopyOptions } from "../core/checks.ts";
import { settleTurns } from "../core/turns.ts";
import type { CopyOutcome, Reader, Writer } from "../core/types.ts";
import { intakeOf } from "./intake.ts";
import { openDoor, type Outlet, outletOf } from "./outlet.ts";
import type { RunOptions } from "./options.ts";
import { choose, type Plan } from "./plan.ts";
import { type Side, Transfer } from "./transfer.ts";

/**
 * Runs one copy: checks, chooses the path, moves the bytes, cleans up. The only way into the engine.
 *
 * @param dst Where the bytes go
 * @param reader Where they come from
 * @param options What the caller asked for; wrong options reject
 * @returns How it ended; what the ends, the signal or a callback do never rejects
 */
export async function run(dst: Writer, reader: Reader, options: RunOptions): Promise<CopyOutcome> {
  checkCopyOptions(options);
  const writer = openDoor(dst);
  const { signal } = options;
  const transfer = new Transfer(options);
  const intake = intakeOf(reader);
  const outlet = outletOf(writer);
  const finding = signal?.aborted ? undefined : outlet?.shortcut?.(intake, options);
  const shortcut = finding && await finding;
  if (signal?.aborted) {
    transfer.fail("signal", signal.reason);
    return outcomeOf(transfer);
  }
  let plan: Plan;
  try {
    plan = choose(transfer, writer, reader, intake, outlet, options, shortcut);
  } catch (reason) {
    intake.letGo();
    outlet?.letGo();
    if (transfer.failure) return outcomeOf(transfer);
    throw reason;
  }
  return await supervise(transfer, plan, outlet, signal);
}

/** As {@linkcode run}, for those who pass failures on: resolves to the bytes written or rejects with the reason. */
export async function runOrThrow(writer: Writer, reader: Reader, options: RunOptions = {}): Promise<number> {
  const outcome = await run(writer, reader, options);
  if (!outcome.ok) throw outcome.reason;
  return outcome.written;
}

/** Settles with the work of a plan, or at once when the signal or the destination ends it, and leaves nothing behind. */
function supervise(
  transfer: Transfer,
  { intake, memory, work }: Plan,
  outlet: Outlet | null,
  signal: AbortSignal | undefined,
): Promise<CopyOutcome> {
  return new Promise((resolve) => {
    let working = true;
    const onAbort = () => interrupt("signal", signal?.reason);

    function tell(): void {
      transfer.settled = true;
      resolve(outcomeOf(transfer));
    }

    /** Ends the copy, once. */
    function end(): void {
      if (transfer.stopped) return;
      transfer.stopped = true;
      signal?.removeEventListener("abort", onAbort);
      outlet?.watch(null);
      memory?.free(working);
      intake.letGo();
      outlet?.letGo();
      // What was due at this moment still puts things in order: a chunk is given back, a pipe lets go.
      if (working) settleTurns(() => !working).then(tell);
      else tell();
    }

    function interrupt(side: Side, reason: unknown): void {
      if (!transfer.stopped) transfer.failure = { side, reason };
      end();
    }

    function finish(): void {
      working = false;
      end();
    }

    signal?.addEventListener("abort", onAbort);
    outlet?.watch((reason) => interrupt("dst", reason));
    work().then(finish, (reason) => {
      transfer.fail("src", reason);
      finish();
    });
  });
}

function outcomeOf({ failure, written, path }: Transfer): CopyOutcome {
  if (failure === undefined) return { ok: true, written, path: path ?? "buffer" };
  return { ok: false, written, ...(path && { path }), ...failure };
}
