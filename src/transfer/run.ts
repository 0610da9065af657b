import { checkCopyOptions } from "../core/checks.ts";
import { settleTurns } from "../core/turns.ts";
import type { CopyOutcome, Reader, Writer } from "../core/types.ts";
import { type Intake, intakeOf } from "./intake.ts";
import { openDoor, type Outlet, outletOf } from "./outlet.ts";
import { choose, findShortcut, type Plan, type RunOptions } from "./plan.ts";
import { Failure, type Side, Transfer } from "./transfer.ts";

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
  const finding = signal?.aborted ? undefined : findShortcut(intake, outlet, options);
  const shortcut = finding && await finding;
  if (signal?.aborted) return outcomeOf(transfer, transfer.fail("signal", signal.reason));

  let plan: Plan;
  try {
    plan = choose(transfer, writer, reader, intake, outlet, options, shortcut ?? null);
  } catch (reason) {
    intake.letGo();
    outlet?.letGo();
    if (reason instanceof Failure) return outcomeOf(transfer, reason);
    throw reason;
  }
  return await supervise(transfer, plan, intake, outlet, signal);
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
  plan: Plan,
  intake: Intake,
  outlet: Outlet | null,
  signal: AbortSignal | undefined,
): Promise<CopyOutcome> {
  return new Promise((resolve) => {
    let working = true;

    function finish(failure?: Failure): void {
      working = false;
      if (transfer.stopped) return;
      stop();
      tell(failure);
    }

    function tell(failure?: Failure): void {
      transfer.settled = true;
      resolve(outcomeOf(transfer, failure));
    }

    function stop(): void {
      transfer.stopped = true;
      signal?.removeEventListener("abort", onAbort);
      outlet?.watch(null);
      plan.memory.free(working);
      transfer.onStop?.();
      intake.letGo();
      outlet?.letGo();
    }

    function interrupt(side: Side, reason: unknown): void {
      if (transfer.stopped) return;
      const failure = transfer.failure = new Failure(side, reason);
      stop();
      // What was due at this moment still puts things in order: a chunk is given back, a pipe lets go.
      settleTurns(() => !working).then(() => tell(failure));
    }

    function onAbort(): void {
      interrupt("signal", signal?.reason);
    }

    signal?.addEventListener("abort", onAbort);
    outlet?.watch((reason) => interrupt("dst", reason));
    plan.work().then(
      () => finish(),
      (reason) => finish(reason instanceof Failure ? reason : transfer.fail("src", reason)),
    );
  });
}

function outcomeOf(transfer: Transfer, failure: Failure | undefined): CopyOutcome {
  const { written, path = transfer.chosen } = transfer;
  if (failure === undefined) return { ok: true, written, path: path ?? "buffer" };
  const { side, reason } = failure;
  return path === undefined
    ? { ok: false, written, side, reason }
    : { ok: false, written, path, side, reason };
}
