import { checkBytes, checkWriteResult } from "../core/checks.ts";
import type { Destination, Writer } from "../core/types.ts";
import { type Outlet, outletOf, registerShared, registerWriter } from "../transfer/outlet.ts";
import { writeWhole } from "../transfer/write_whole.ts";
import { asWriter } from "../web/adapt.ts";
import type { Limiter } from "./limiter.ts";
import { Share } from "./share.ts";
import { Toll } from "./toll.ts";

/** The way of one user to a throttled writer. A write takes as much as may pass next, and no more. */
function doorTo(writer: Writer, toll: Toll): Writer {
  const outlet = outletOf(writer);
  const door: Writer = {
    async write(p) {
      checkBytes(p);
      const size = p.byteLength;
      if (toll.passNow(size)) return accepted(await writer.write(p), size);
      return await toll.pass(size, async (n) => accepted(await writer.write(p.subarray(0, n)), n));
    },
  };

  function accepted(n: number, size: number): number {
    if (n !== 0) checkWriteResult(n, size); // of 0, whoever wrote more than this part makes an error
    toll.keep(size - n);
    return n;
  }

  registerWriter(door, {
    keeps: outlet?.keeps ?? false,
    lock: () => outlet?.lock(),
    admit(max) {
      if (outlet?.admit === undefined) return toll.admitNow(max) ? max : toll.admit(max);
      return admitBoth(outlet.admit, toll, max);
    },
    put: (chunk) => outlet === null ? writeWhole(door, chunk) : putAdmitted(outlet, toll, chunk),
    watch: (onFailure) => outlet?.watch(onFailure),
    letGo() {
      toll.leave();
      outlet?.letGo();
    },
  });
  return door;
}

async function admitBoth(below: NonNullable<Outlet["admit"]>, toll: Toll, max: number): Promise<number> {
  return await toll.admit(await below(max));
}

/** Hands over a chunk, or copies of its parts, as they may pass. */
async function putAdmitted(outlet: Outlet, toll: Toll, chunk: Uint8Array): Promise<void> {
  const size = chunk.byteLength;
  if (toll.passNow(size)) return void await outlet.put(chunk);
  for (let done = 0; done < size;) {
    await toll.pass(size - done, async (n) => {
      const part = n === size ? chunk : new Uint8Array(chunk.subarray(done, done + n));
      done += n;
      await outlet.put(part);
    });
  }
}

/**
 * Writes no faster than every one of the limiters allows. A write of more than may pass at once is split.
 *
 * It takes the fast paths of the destination, in pieces of at most the smallest burst; where several streams share a
 * limiter, in smaller ones, so that each gets its share.
 *
 * **On error** the writes reject with the reason of the destination.
 *
 * **Cancellation**: a copy that is aborted stops waiting at once, and what it had not used of the limiters is there
 * for others.
 *
 * @example Pace an upload
 * ```ts
 * import { copy } from "@sluice/io";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { Limiter, throttleWriter } from "@sluice/io/rate";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const limiter = new Limiter({ rate: 1_000_000, burst: 10_000 });
 * const upload = new ByteBuffer();
 * const start = performance.now();
 * assertEquals(await copy(throttleWriter(upload, limiter), new Blob([new Uint8Array(30_000)])), 30_000);
 * assert(performance.now() - start >= 19); // the first 10,000 bytes pass at once
 * ```
 *
 * @param dst The destination
 * @param limiters What it has to obey; nothing if there are none
 * @returns A writer to `dst`
 */
export function throttleWriter(dst: Destination, ...limiters: Limiter[]): Writer {
  const writer = asWriter(dst);
  const share = new Share(limiters);
  const throttled: Writer = {
    async write(p) {
      checkBytes(p);
      const toll = new Toll(share);
      const door = doorTo(writer, toll);
      try {
        if (p.byteLength === 0) await door.write(p);
        else await writeWhole(door, p);
        return p.byteLength;
      } finally {
        toll.leave();
      }
    },
  };
  registerWriter(throttled, null);
  registerShared(throttled, () => doorTo(writer, new Toll(share)));
  return throttled;
}
