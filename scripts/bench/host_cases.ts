import { connCases } from "./cases/conn.ts";
import { fileStreamCases } from "./cases/file_streams.ts";
import { fileCases } from "./cases/files.ts";
import { parsingCases } from "./cases/parsing.ts";
import { rateCases } from "./cases/rate.ts";
import type { Cases } from "./measure.ts";
import { WEB_CASES } from "./web_cases.ts";

/** What is measured where there are files and sockets. */
export const HOST_CASES: Cases[] = [
  ...WEB_CASES,
  parsingCases,
  rateCases,
  fileCases,
  fileStreamCases,
  connCases,
];
