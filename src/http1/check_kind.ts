import { describe } from "../core/checks.ts";

/** Checks that a connection is of the class that is needed: an interface would not do, for its buffer is what counts. */
export function checkKind(value: unknown, kind: new (end: never) => unknown, name: string): void {
  if (!(value instanceof kind)) throw new TypeError(`Cannot use ${describe(value)} as a ${name}`);
}
