/**
 * Go's `io` for WHATWG Streams: small interfaces that every stream, file and socket fits, and one copy
 * that takes the fastest honest path, counts exactly, can be aborted, and says which path it took.
 *
 * @example Forward a body and know how much it was
 * ```ts
 * import { copy } from "@sluice/io";
 * import { assertEquals } from "@std/assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const received = new Response(readable).text();
 *
 * const written = await copy(writable, new Blob(["hello, sluice"]));
 * await writable.close();
 *
 * assertEquals(written, 13);
 * assertEquals(await received, "hello, sluice");
 * ```
 *
 * @module
 */
export * from "./src/core/mod.ts";
export * from "./src/io/mod.ts";
export * from "./src/web/mod.ts";
