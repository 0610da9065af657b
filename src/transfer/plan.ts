import { FreshMemory, GrowingMemory, type Memory, ViewMemory } from "../core/memory.ts";
import { openLease, StagingBuffer } from "../core/staging_buffer.ts";
import type { CopyOptions, CopyPath, Reader, Writer } from "../core/types.ts";
import { BufferIntake } from "./buffer.ts";
import { copyForeign, hasReadFrom, hasWriteTo } from "./foreign.ts";
import { type Intake, isOwnReader } from "./intake.ts";
import { type Ends, loop } from "./loop.ts";
import { isOwnWriter, type Outlet, type Shortcut } from "./outlet.ts";
import { pipeCounted } from "./pipe_to.ts";
import type { Side, Transfer } from "./transfer.ts";

/** What a caller inside this package may ask beyond the options of a copy. */
export interface RunOptions extends CopyOptions {
  /** The buffer to use, if one is needed. */
  buffer?: Uint8Array | StagingBuffer | undefined;
  /** Count exactly also when it fails. */
  exact?: boolean;
  /** Memory to read into, where the destination provides it. */
  memory?: Memory;
}

/** What is decided before the first byte moves. */
export interface Plan {
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
  shortcut: Shortcut | null,
): Plan {
  const { via, exact = false, onPath, onProgress } = options;
  const memory = (fresh: boolean): Memory => options.memory ?? memoryFor(fresh, options);

  const foreign = foreignPath(writer, reader, intake, options);
  if (foreign !== null) {
    const watched = exact || onPath !== undefined || onProgress !== undefined;
    const work = () => copyForeign(transfer, foreign, reader, writer, options, watched);
    return { memory: memory(false), work };
  }

  const lane = attempt(transfer, "src", () => intake.lane());
  attempt(transfer, "dst", () => outlet?.lock());
  // A web stream may keep what it is given; everybody else is done with it when write() resolves.
  const keeper = outlet?.keeps ? outlet : null;
  const looped = (path: CopyPath, fresh: boolean, ends: Ends): Plan => {
    const lent = memory(fresh);
    return {
      memory: lent,
      async work() {
        transfer.report(path);
        const n = shortcut === null || transfer.stopped ? 0 : await shortcut(() => transfer.stopped);
        if (n > 0) transfer.wrote(n);
        await loop(transfer, ends, lent);
      },
    };
  };
  const cannot = (why: string) => new TypeError(`Cannot copy via ${via}: ${why}`);

  if (shortcut !== null) return looped("kernel", false, { intake, writer, outlet: null });
  switch (via) {
    case undefined:
    case "writeTo":
    case "readFrom":
      return looped(keeper === null ? lane : "chunks", keeper !== null, { intake, writer, outlet: keeper });
    case "buffer":
      return looped(via, false, {
        intake: intake.plain?.() ? intake : new BufferIntake(reader, intake),
        writer,
        outlet: null,
      });
    case "byob":
      if (lane !== "byob") throw cannot("the source is no byte stream");
      return looped(via, false, { intake, writer, outlet: null });
    case "chunks":
      if (lane === "buffer" && keeper === null) throw cannot("neither end has chunks");
      return looped(via, true, { intake, writer, outlet: keeper });
    case "pipeTo": {
      if (intake.unread === undefined || keeper === null) throw cannot("the ends are not both web streams");
      const unread = intake.unread.bind(intake);
      return {
        memory: memory(true),
        async work() {
          transfer.report(via);
          // Whoever was told the path may have ended the copy: then nothing may move any more.
          if (!transfer.stopped) await pipeCounted(transfer, intake, unread(), keeper);
        },
      };
    }
    default:
      throw cannot("the ends are not both files that the host can copy as they are");
  }
}

/** Whether an object from elsewhere is to do the copy. Those of this package are seen through instead. */
function foreignPath(
  writer: Writer,
  reader: Reader,
  intake: Intake,
  { via, length }: CopyOptions,
): "writeTo" | "readFrom" | null {
  if (via === "writeTo" && !hasWriteTo(reader)) {
    throw new TypeError("Cannot copy via writeTo: the source has no such method");
  }
  if (via === "readFrom" && !hasReadFrom(writer)) {
    throw new TypeError("Cannot copy via readFrom: the destination has no such method");
  }
  if (via !== "readFrom" && hasWriteTo(reader)) {
    const seen = isOwnReader(reader) && !(length === undefined && intake.asksForeign?.());
    return seen || !asked(via, "writeTo") ? null : "writeTo";
  }
  if (hasReadFrom(writer)) return isOwnWriter(writer) || !asked(via, "readFrom") ? null : "readFrom";
  return null;
}

function asked(via: CopyPath | undefined, path: CopyPath): boolean {
  return via === undefined || via === path;
}

function memoryFor(fresh: boolean, { buffer, bufferSize }: RunOptions): Memory {
  if (buffer instanceof StagingBuffer) {
    const lease = openLease(buffer);
    if (!fresh) return lease;
    lease.free(false);
    return new FreshMemory({ owned: true, size: buffer.size });
  }
  if (fresh) return new FreshMemory({ owned: true, size: buffer?.byteLength ?? bufferSize });
  return buffer === undefined ? new GrowingMemory(bufferSize) : new ViewMemory(buffer);
}

function attempt<T>(transfer: Transfer, side: Side, step: () => T): T {
  try {
    return step();
  } catch (reason) {
    throw transfer.fail(side, reason);
  }
}
