import { checkSize } from "../core/checks.ts";

/** What a peer may send before the reader gives up. */
export interface ReadLimits {
  /**
   * The most bytes of a head, with the first line and the ends of all lines; more is an `HttpError` with status 431.
   *
   * @default 32768
   */
  maxHeadBytes?: number;
  /**
   * The most fields of a head, and of trailers; more is an `HttpError` with status 431.
   *
   * @default 200
   */
  maxHeaders?: number;
  /**
   * The most bytes of the trailers; more is an `HttpError` with status 431.
   *
   * @default 8192
   */
  maxTrailerBytes?: number;
}

/** Checks limits and puts the defaults in place of those that were left out. */
export function checkLimits(limits: ReadLimits): Required<ReadLimits> {
  const { maxHeadBytes = 32 * 1024, maxHeaders = 200, maxTrailerBytes = 8 * 1024 } = limits;
  checkSize("maxHeadBytes", maxHeadBytes);
  checkSize("maxHeaders", maxHeaders);
  checkSize("maxTrailerBytes", maxTrailerBytes);
  return { maxHeadBytes, maxHeaders, maxTrailerBytes };
}
