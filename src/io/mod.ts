/** Copying, and the readers and writers that go with it. */
export { copy, copyBuffer, copyN, copySettled } from "./copy.ts";
export { countingReader, countingWriter } from "./counting.ts";
export { discard } from "./discard.ts";
export { LimitedReader, limitReader } from "./limit.ts";
export { onlyReader, onlyWriter } from "./only.ts";
export { readAll, type ReadAllOptions } from "./read_all.ts";
export { writeAll } from "./write_all.ts";
