/** Web streams as readers and writers, and the other way round. */
export { readerFrom, StreamReader } from "./stream_reader.ts";
export { StreamWriter, writerFrom } from "./stream_writer.ts";
export { toReadableStream, type ToReadableStreamOptions } from "./to_readable_stream.ts";
export { toWritableStream, type ToWritableStreamOptions } from "./to_writable_stream.ts";
