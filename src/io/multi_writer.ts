import { checkBytes } from "../core/checks.ts";
import type { Destination, StringWriter, Writer } from "../core/types.ts";
import { type Outlet, outletOf, registerWriter } from "../transfer/outlet.ts";
import { writeWhole } from "../transfer/write_whole.ts";
import { asWriter } from "../web/adapt.ts";
import { Text, writeText } from "./write_string.ts";

/** Writes to each of several, one after the other. */
class MultiWriter implements Writer, StringWriter {
  readonly #writers: readonly Writer[];

  constructor(writers: readonly Writer[]) {
    this.#writers = writers.flatMap((writer) => writer instanceof MultiWriter ? writer.#writers : [writer]);
    const outlets = this.#writers.map(outletOf).filter((outlet) => outlet !== null);
    const last = this.#writers.at(-1);
    const taker = last === undefined ? null : outletOf(last);
    registerWriter(this, {
      // Only the last may be handed the chunk for good: those before it must leave it as it is.
      keeps: taker?.keeps ?? false,
      lock: () => outlets.forEach((outlet) => outlet.lock()),
      admit: taker?.admit,
      put: (chunk) => this.#put(chunk, taker),
      watch: (onFailure) => outlets.forEach((outlet) => outlet.watch(onFailure)),
      letGo: () => outlets.forEach((outlet) => outlet.letGo()),
    });
  }

  async write(p: Uint8Array): Promise<number> {
    checkBytes(p);
    for (const writer of this.#writers) await writeWhole(writer, p);
    return p.byteLength;
  }

  async writeString(s: string): Promise<number> {
    const text = new Text(s);
    for (const writer of this.#writers) await writeText(writer, text);
    return text.length;
  }

  async #put(chunk: Uint8Array, taker: Outlet | null): Promise<void> {
    for (const writer of this.#writers.slice(0, -1)) await writeWhole(writer, chunk);
    await taker?.put(chunk);
  }
}

/**
 * Writes everything to several destinations, one after the other, like the Unix command `tee`.
 *
 * A write ends at the first destination that fails. None is closed.
 *
 * Ported from Go `io.MultiWriter`.
 *
 * **On error** the writes reject with the reason of the destination that failed; those before it have the bytes.
 *
 * **Cancellation** is that of the destination at hand.
 *
 * @example Store a body twice
 * ```ts
 * import { copy, multiWriter } from "@sluice/io";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const a = new ByteBuffer();
 * const b = new ByteBuffer();
 * await copy(multiWriter(a, b), new Blob(["abc"]));
 * assertEquals([a.toString(), b.toString()], ["abc", "abc"]);
 * ```
 *
 * @param destinations The destinations, in their order
 * @returns One writer to all
 */
export function multiWriter(...destinations: Destination[]): Writer & StringWriter {
  return new MultiWriter(destinations.map(asWriter));
}
