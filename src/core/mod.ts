/** The contracts: interfaces, errors and the staging buffer. */
export {
  BufferFullError,
  ClosedPipeError,
  InvalidReadError,
  InvalidUnreadError,
  InvalidWriteError,
  IOError,
  NoProgressError,
  ShortBufferError,
  ShortWriteError,
  TokenTooLongError,
  TooLargeError,
  UnexpectedEOFError,
} from "./errors.ts";
export { StagingBuffer } from "./staging_buffer.ts";
export * from "./types.ts";
