/**
 * Readers, writers and connections that misbehave on purpose, and a grader for readers: for tests of code that reads and
 * writes.
 *
 * Nothing here moves bytes but by `read` or `write`, so that no fast path goes around it.
 *
 * Ported from Go `testing/iotest`.
 *
 * @example Feed a parser one byte at a time
 * ```ts
 * import { readAll } from "@sluice/io";
 * import { StringReader } from "@sluice/io/bytes";
 * import { emptyReadsReader, oneByteReader } from "@sluice/io/iotest";
 * import { assertEquals } from "@std/assert";
 *
 * const slow = emptyReadsReader(oneByteReader(new StringReader("grüezi")));
 * assertEquals(new TextDecoder().decode(await readAll(slow)), "grüezi");
 * ```
 *
 * @module
 */
export { type ConnScript, type Fault, type FaultScript, type FaultyConn, faultyConn } from "./faulty_conn.ts";
export { readLogger, writeLogger } from "./loggers.ts";
export { emptyReadsReader, errReader, halfReader, oneByteReader, timeoutReader } from "./readers.ts";
export { testReader } from "./test_reader.ts";
export { errWriter, shortWriter, truncateWriter } from "./writers.ts";
