/**
 * Bytes in memory as readers and writers.
 *
 * Ported from Go `bytes` and `strings`, as far as they read and write.
 *
 * @example Build a message and send it
 * ```ts
 * import { copy, discard } from "@sluice/io";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const message = new ByteBuffer();
 * message.writeByte(5);
 * message.writeStringSync("hello");
 * assertEquals(message.peek(2), new Uint8Array([5, 104]));
 * assertEquals(await copy(discard, message), 6);
 * assertEquals(message.length, 0);
 * ```
 *
 * @module
 */
export { ByteBuffer, type ByteBufferOptions } from "./byte_buffer.ts";
export { BytesReader, StringReader } from "./bytes_reader.ts";
