import { AssertionError, failed } from "./assertion_error.ts";

// A class of errors may take anything in its constructor, which only `any` says.
// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Asserts that `error` is an Error, of the class and with the message given. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) throw failed('Expected "error" to be an Error object', msg);
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    const found = `${error.constructor.name}" (${error.message})`;
    throw failed(`Expected error to be instance of "${ErrorClass.name}", but was "${found}`, msg);
  }
  const matches = msgMatches instanceof RegExp
    ? msgMatches.test(error.message)
    : error.message.includes(msgMatches ?? "");
  if (!matches) {
    const wanted = msgMatches instanceof RegExp ? String(msgMatches) : JSON.stringify(msgMatches);
    throw failed(
      `Expected error message to include ${wanted}, but got ${JSON.stringify(error.message)}`,
      msg,
    );
  }
}

/** Asserts that `fn` throws, and returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Asserts that `fn` throws an error of the class given, and returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const words = typeof classOrMsg === "string" ? classOrMsg : msg;
  let reason: unknown;
  try {
    fn();
  } catch (error) {
    reason = error;
    check(reason, classOrMsg, msgIncludes, words, "thrown");
    return reason;
  }
  throw failed("Expected function to throw", words);
}

/** Asserts that `fn` returns a promise that rejects, and returns the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Asserts that `fn` returns a promise that rejects with an error of the class given, and returns it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const words = typeof classOrMsg === "string" ? classOrMsg : msg;
  const promise = startRejecting(fn, words);
  try {
    await promise;
  } catch (reason) {
    check(reason, classOrMsg, msgIncludes, words, "rejected");
    return reason;
  }
  throw failed("Expected function to reject", words);
}

/** A function that throws instead of rejecting is a mistake of the code under test. */
function startRejecting(fn: () => PromiseLike<unknown>, msg: string | undefined): PromiseLike<unknown> {
  let promise: PromiseLike<unknown> | undefined;
  let thrown: unknown;
  try {
    promise = fn();
  } catch (error) {
    thrown = error;
  }
  if (typeof promise?.then === "function") return promise;
  const words = msg ? `: ${msg}` : "";
  throw new AssertionError(`Function throws when expected to reject${words}`, { cause: thrown });
}

function check(
  reason: unknown,
  classOrMsg: ErrorClass<Error> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
  how: string,
): void {
  if (classOrMsg === undefined || typeof classOrMsg === "string") return;
  if (!(reason instanceof Error)) throw failed(`A non-Error object was ${how}`, msg);
  assertIsError(reason, classOrMsg, msgIncludes, msg);
}
