/**
 * Rates: a token bucket in bytes per second, and streams that obey it.
 *
 * Many streams can share one limiter, and one stream can obey several. Each waits its turn, and nothing is left behind
 * when a copy is aborted.
 *
 * @example Give every client its own limit, and all together one
 * ```ts
 * import { copy } from "@sluice/io";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { Limiter, throttleWriter } from "@sluice/io/rate";
 * import { assertEquals } from "@std/assert";
 *
 * const all = new Limiter({ rate: 2_000_000 });
 * const clients = [new ByteBuffer(), new ByteBuffer()];
 * await Promise.all(clients.map((client) => {
 *   const own = new Limiter({ rate: 1_000_000 });
 *   return copy(throttleWriter(client, own, all), new Blob(["to each the same"]));
 * }));
 * assertEquals(clients.map(String), ["to each the same", "to each the same"]);
 * ```
 *
 * @module
 */
export { type Clock, systemClock } from "./clock.ts";
export { Limiter, type LimiterOptions, type Reservation, type WaitOptions } from "./limiter.ts";
export { throttle } from "./throttle.ts";
export { throttleReader } from "./throttle_reader.ts";
export { throttleWriter } from "./throttle_writer.ts";
