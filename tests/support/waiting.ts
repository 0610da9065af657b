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

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** Waits until something holds that comes from outside of this program, such as a peer on a socket. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await tick();
}

/** Waits until a number has not changed for a while, as long as that takes; resolves to it. */
export async function untilStill(number: () => number): Promise<number> {
  let last = number();
  for (let same = 0; same < 40; same++) {
    await tick();
    const now = number();
    if (now !== last) same = 0;
    last = now;
  }
  return last;
}
