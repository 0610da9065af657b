/** The contracts: interfaces, errors and the staging buffer. */
export * from "./errors.ts";
export { StagingBuffer } from "./staging_buffer.ts";
export * from "./types.ts";
