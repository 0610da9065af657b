/** Says that a runtime is not here and cannot be installed by whoever runs the tests, and how to get it. */
export class UnavailableError extends Error {
  override name = "UnavailableError";
}
