import { cannotCopy } from "../core/checks.ts";
import { FreshMemory, GrowingMemory, type Memory } from "../core/memory.ts";
import type { CopyPath, Reader, Writer } from "../core/types.ts";
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
  /** What the bytes are read into, unless somebody else sees to that. */
  memory: Memory | undefined;
  work: () => Promise<void>;
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
  const { via, bufferSize } = options;
  const foreign = foreignPath(writer, reader, intake, options);
  if (foreign !== null) {
    const work = () => copyForeign(transfer, foreign, writer, reader, options);
    return { intake, memory: options.memory?.(false), work };
  }

  // A web stream may keep what it is given; everybody else is done with it when write() resolves.
  const keeper = outlet?.keeps && via !== "byob" && via !== "buffer" ? outlet : null;
  const fresh = keeper !== null || via === "chunks";
  // Who gives a buffer, or its size, is promised that nothing larger comes.
  const bounded = via === "byob" || bufferSize !== undefined || options.memory !== undefined;
  const lane = attempt(transfer, "src", () => intake.lane(fresh ? "chunks" : bounded ? "byob" : undefined));
  attempt(transfer, "dst", () => outlet?.lock());
  const own: Partial<Record<CopyPath, unknown>> = {
    pipeTo: intake.unread && keeper,
    byob: lane === "byob",
    chunks: keeper || lane !== "buffer",
    buffer: true,
    kernel: shortcut,
  };
  const demanded = via && via in own ? via : undefined;
  if (demanded && !own[demanded]) throw cannotCopy(demanded);
  const path = demanded ?? (shortcut ? "kernel" : keeper ? "chunks" : lane);

  const memory = options.memory?.(fresh) ??
    (fresh ? new FreshMemory({ owned: true, size: bufferSize }) : new GrowingMemory(bufferSize));
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
        await loop(transfer, from, writer, keeper, memory);
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
