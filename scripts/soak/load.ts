/** What one process of the soak is to do. */
export interface Load {
  /** One of `ROUTES`. */
  route: string;
  bytes: number;
}

/** What it tells in the end, in resident bytes. */
export interface Growth {
  /** Before the first byte. */
  start: number;
  /** The most during the warm-up. */
  warm: number;
  /** The most after that. */
  peak: number;
}

/** What stands before the result among the lines that it prints. */
export const RESULT = "result: ";
