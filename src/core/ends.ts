/**
 * Ways to end the use of something by whatever method it has for that.
 *
 * @module
 */

/** Calls a method if there is one; says whether there was. */
async function callIfAny(target: object, method: string, ...args: unknown[]): Promise<boolean> {
  const found: unknown = Reflect.get(target, method);
  if (typeof found !== "function") return false;
  await found.apply(target, args);
  return true;
}

/** Closes what can be closed. */
export async function closeEnd(end: object): Promise<void> {
  await callIfAny(end, "close");
}

/** Ends the sending half of a connection alone, if that can be. */
export async function closeSending(end: object): Promise<void> {
  await callIfAny(end, "closeWrite");
}

/** Sends on what a buffer of the destination holds back, if it has one. */
export async function flushEnd(destination: object): Promise<void> {
  await callIfAny(destination, "flush");
}

/** Tells a source that nobody wants the rest: by `cancel`, as streams do, by `closeWithError`, as pipes do, or by `close`. */
export async function cancelEnd(source: object, reason: unknown): Promise<void> {
  if (await callIfAny(source, "cancel", reason)) return;
  if (await callIfAny(source, "closeWithError", reason)) return;
  await closeEnd(source);
}

/** Tells a destination that there is no good end: by `abort`, as streams do, by `closeWithError`, or by `close`. */
export async function abortEnd(destination: object, reason: unknown): Promise<void> {
  if (await callIfAny(destination, "abort", reason)) return;
  if (await callIfAny(destination, "closeWithError", reason)) return;
  await closeEnd(destination);
}
