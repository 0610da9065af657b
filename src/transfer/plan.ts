import { cannotCopy } from "../core/checks.ts";
import { FreshMemory, GrowingMemory, type Memory } from "../core/memory.ts";
import type { CopyOptions, CopyPath, Reader, Writer } from "../core/types.ts";
import { BufferIntake } from "./buffer.ts";
import { copyForeign, foreignPath } from "./foreign.ts";
import type { Intake } from "./intake.ts";
import { loop } from "./loop.ts";
import type { Outlet, Shortcut } from "./outlet.ts";
import type { RunOptions } from "./options.ts";
import { pipeIntake } from "./pipe_to.ts";
import type { Side, Transfer } from "./transfer.ts";

/** What is decided before the first byte moves. */
export interface Plan {
  intake: Intake;
  memory: Memory;
  work: () => Promise<void>;
}

/** Asks the destination for a shortcut, unless the caller wants what only the loop can do. */
export function findShortcut(
  intake: Intake,
  outlet: Outlet | null,
  { via, onProgress, length = Infinity }: CopyOptions,
): Promise<Shortcut | null> | undefined {
  if (via !== "kernel" && (via !== undefined || onProgress !== undefined)) return;
  const origin = outlet?.shortcut && intake.origin?.();
  return origin && outlet?.shortcut?.({ ...origin, max: Math.min(origin.max, length) });
}

/** The dispatch table: as in Go, `writeTo` first, `readFrom` second, the loop last. */
export function choose(
  transfer: Transfer,
  writer: Writer,
  reader: Reader,
  intake: Intake,
  outlet: Outlet | null,
  options: RunOptions,
  shortcut: Shortcut | null | undefined,
): Plan {
  const { via, bufferSize, memory: memoryFor = ownMemory } = options;
  function ownMemory(fresh: boolean): Memory {
    return fresh ? new FreshMemory({ owned: true, size: bufferSize }) : new GrowingMemory(bufferSize);
  }
  const foreign = foreignPath(writer, reader, intake, options);
  if (foreign !== null) {
    const work = () => copyForeign(transfer, foreign, writer, reader, options);
    return { intake, memory: memoryFor(false), work };
  }

  // A web stream may keep what it is given; everybody else is done with it when write() resolves.
  const keeper = outlet?.keeps ? outlet : null;
  const kept = via === "chunks" || keeper && via !== "byob";
  // Who gives a buffer, or its size, is promised that nothing larger comes.
  const bounded = via === "byob" || bufferSize !== undefined || options.memory !== undefined;
  const lane = attempt(transfer, "src", () => intake.lane(kept ? "chunks" : bounded ? "byob" : undefined));
  attempt(transfer, "dst", () => outlet?.lock());
  let path: CopyPath = shortcut ? "kernel" : keeper ? "chunks" : lane;
  if (path !== via && via !== undefined && via !== "writeTo" && via !== "readFrom") {
    path = via;
    const why = {
      pipeTo: intake.unread === undefined || keeper === null ? "the ends are not both web streams" : null,
      byob: lane === "byob" ? null : "the source is no byte stream",
      chunks: lane === "buffer" && keeper === null ? "neither end has chunks" : null,
      buffer: null,
      kernel: "the ends are not files that the host can copy as they are",
    }[via];
    if (why !== null) throw cannotCopy(via, why);
  }

  const handsOver = path === "chunks" || path === "pipeTo" ? keeper : null;
  const memory = memoryFor(handsOver !== null || via === "chunks");
  const pipe = path === "pipeTo" && intake.unread ? pipeIntake(transfer, intake, intake.unread) : null;
  const from = pipe ?? (via === "buffer" && !intake.plain?.() ? new BufferIntake(reader, intake) : intake);
  return {
    intake: from,
    memory,
    async work() {
      transfer.report(path);
      const n = shortcut && !transfer.stopped ? await shortcut(() => transfer.stopped) : 0;
      if (n > 0) transfer.wrote(n);
      try {
        await loop(transfer, from, writer, handsOver, memory);
      } finally {
        await pipe?.end();
      }
    },
  };
}

function attempt<T>(transfer: Transfer, side: Side, step: () => T): T {
  try {
    return step();
  } catch (reason) {
    throw transfer.fail(side, reason);
  }
}
