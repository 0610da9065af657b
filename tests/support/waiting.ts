/** A promise that others settle. */
export interface Gate<T = void> {
  promise: Promise<T>;
  open: (value: T) => void;
}

/** Makes a gate. Node 20 has no `Promise.withResolvers`. */
export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => open = resolve);
  return { promise, open };
}

/** Lets everything run that is due, tasks of the host included; takes no time by itself. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Whether a promise is still pending once everything due has run. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol("pending");
  const first = await Promise.race([promise.catch(() => {}), settled().then(() => pending)]);
  return first === pending;
}
