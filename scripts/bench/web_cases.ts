import { firstByteCases } from "./cases/first_byte.ts";
import { readAllCases } from "./cases/read_all.ts";
import { streamCases } from "./cases/streams.ts";
import { wrapperCases } from "./cases/wrappers.ts";
import type { Cases } from "./measure.ts";

/** What is measured in every runtime. */
export const WEB_CASES: Cases[] = [streamCases, wrapperCases, readAllCases, firstByteCases];
