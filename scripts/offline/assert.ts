/**
 * Stands in for `@std/assert` where JSR cannot be reached and in every runtime but Deno:
 * the same functions with the same meaning, and no host API.
 *
 * @module
 */
import { AssertionError, failed } from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { show } from "./show.ts";

export { AssertionError, equal };
export { assertIsError, assertRejects, assertThrows } from "./errors.ts";
export { assertObjectMatch } from "./object_match.ts";

// A constructor may take anything, which only `any` says.
// deno-lint-ignore no-explicit-any
type AnyConstructor = abstract new (...args: any[]) => any;

/** Asserts that `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Asserts that `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is false | 0 | 0n | "" | null | undefined {
  if (expr) throw new AssertionError(msg);
}

/** Asserts that the values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw failed(`Values are not equal:\n  actual   ${show(actual)}\n  expected ${show(expected)}`, msg);
}

/** Asserts that the values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) {
    throw failed(`Expected actual: ${show(actual)} not to be: ${show(expected)}`, msg);
  }
}

/** Asserts that the values are the same by `Object.is`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const how = equal(actual, expected)
    ? "have the same structure but are not the same"
    : "are not strictly equal";
  throw failed(`Values ${how}:\n  actual   ${show(actual)}\n  expected ${show(expected)}`, msg);
}

/** Asserts that the values are not the same by `Object.is`. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (Object.is(actual, expected)) throw failed(`Expected "actual" not to be: ${show(expected)}`, msg);
}

/** Asserts that the value is neither null nor undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === null || actual === undefined) {
    throw failed(`Expected actual: "${actual}" to not be null or undefined`, msg);
  }
}

/** Asserts that the value is an instance of the class. */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  throw failed(`Expected object to be an instance of "${expectedType.name}" but was ${show(actual)}`, msg);
}

/** Asserts that the value is not an instance of the class. */
export function assertNotInstanceOf<A, T>(
  actual: A,
  // deno-lint-ignore no-explicit-any
  unexpectedType: abstract new (...args: any[]) => T,
  msg?: string,
): asserts actual is Exclude<A, T> {
  if (actual instanceof unexpectedType) {
    throw failed(`Expected object to not be an instance of "${unexpectedType.name}"`, msg);
  }
}

/** Asserts that the text matches the pattern. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) throw failed(`Expected actual: ${show(actual)} to match: ${expected}`, msg);
}

/** Asserts that the text does not match the pattern. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) throw failed(`Expected actual: ${show(actual)} to not match: ${expected}`, msg);
}

/** Asserts that the text contains the other one. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    throw failed(`Expected actual: ${show(actual)} to contain: ${show(expected)}`, msg);
  }
}

/** Asserts that each value of `expected` is, deeply equal, in `actual`. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T> & object,
  expected: ArrayLike<T> & object,
  msg?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((wanted) => !present.some((value) => equal(value, wanted)));
  if (missing.length > 0) throw failed(`Expected actual: ${show(actual)} to include: ${show(missing)}`, msg);
}

/** Asserts that the numbers differ by at most the tolerance, by default a ten millionth of `expected`. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const delta = Math.abs(expected - actual);
  if (delta <= allowed) return;
  throw failed(
    `Expected actual: ${actual} to be close to ${expected}: delta ${delta} is greater than ${allowed}`,
    msg,
  );
}

/** Asserts that `actual` is greater than `expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) throw failed(`Expect ${show(actual)} > ${show(expected)}`, msg);
}

/** Asserts that `actual` is greater than `expected`, or the same. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) throw failed(`Expect ${show(actual)} >= ${show(expected)}`, msg);
}

/** Asserts that `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) throw failed(`Expect ${show(actual)} < ${show(expected)}`, msg);
}

/** Asserts that `actual` is less than `expected`, or the same. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) throw failed(`Expect ${show(actual)} <= ${show(expected)}`, msg);
}

/** Fails. */
export function fail(msg?: string): never {
  throw failed("Failed assertion", msg);
}

/** Fails where code must never come. */
export function unreachable(msg?: string): never {
  throw failed("Unreachable", msg);
}

/** Fails where something is still to be written. */
export function unimplemented(msg?: string): never {
  throw failed("Unimplemented", msg);
}
