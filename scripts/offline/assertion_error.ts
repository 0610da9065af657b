/** Thrown by every assertion that does not hold. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/**
 * Makes the error of an assertion, with the caller's own words after it.
 *
 * @param what What does not hold, without a final period
 * @param msg The words of the caller
 * @returns The error, to be thrown
 */
export function failed(what: string, msg: string | undefined): AssertionError {
  return new AssertionError(msg ? `${what}: ${msg}` : what);
}
