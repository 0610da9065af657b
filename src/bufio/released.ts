import type { Reader } from "../core/types.ts";

/** What a reader reads after it handed over its source: every read rejects. */
export const RELEASED: Reader = {
  read: () => Promise.reject(new TypeError("Cannot read from a BufReader that was released")),
};
