import { failed } from "./assertion_error.ts";
import { equal, ownKeys } from "./equal.ts";
import { show } from "./show.ts";

/** Asserts that `actual` has, at every depth, what `expected` has; it may have more. */
export function assertObjectMatch(
  // Any object will do, and an interface is no `Record<PropertyKey, unknown>`.
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  if (matches(actual, expected, new Map())) return;
  throw failed(`Values do not match:\n  actual   ${show(actual)}\n  expected ${show(expected)}`, msg);
}

function matches(actual: unknown, expected: unknown, seen: Map<object, object>): boolean {
  if (!isOpen(actual) || !isOpen(expected)) return equal(actual, expected);
  if (seen.get(expected) === actual) return true;
  seen.set(expected, actual);
  if (expected instanceof Map) {
    return actual instanceof Map &&
      [...expected].every(([key, value]) => actual.has(key) && matches(actual.get(key), value, seen));
  }
  if (expected instanceof Set) {
    return actual instanceof Set && [...expected].every((value) => actual.has(value));
  }
  return ownKeys(expected).every((key) =>
    key in actual && matches(Reflect.get(actual, key), Reflect.get(expected, key), seen)
  );
}

/** Whether a part of the object may stand for it; patterns, dates, errors and bytes are compared as a whole. */
function isOpen(value: unknown): value is object {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) &&
    !(value instanceof RegExp || value instanceof Date || value instanceof Error ||
      value instanceof ArrayBuffer);
}
