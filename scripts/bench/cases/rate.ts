import { copy, type Reader, type Writer } from "../../../mod.ts";
import { Limiter, throttleReader } from "../../../src/rate/mod.ts";
import { plainReader, plainWriter } from "../ends.ts";
import type { Contest } from "../measure.ts";
import { over } from "../over.ts";

const CHUNK = 1024; // 1 KiB

/** What a limiter costs that lets everything pass: one that has no limit, and one that has enough. */
export function rateCases(share: number): Contest[] {
  const load = { bytes: 64 * 1024 * 1024 * share, chunk: CHUNK };
  const by = over(load, plainReader, plainWriter);
  const options = { bufferSize: CHUNK };
  const throttled = (rate: number) => (dst: Writer, src: Reader) =>
    copy(dst, throttleReader(src, new Limiter({ rate })), options);
  return [{
    name: "Reader to Writer, throttled",
    ...load,
    ours: [by("without a limit", throttled(Infinity)), by("with enough", throttled(1e15))],
    peers: [by("bare", (dst, src) => copy(dst, src, options))],
  }];
}
