/** An AbortSignal that tells how many listeners are on it, and the controller of it. */
export interface CountingSignal {
  readonly signal: AbortSignal;
  /** Aborts, with `reason` of this object if nothing else is given. */
  abort(reason?: unknown): void;
  /** The reason of an `abort()`. */
  readonly reason: Error;
  /** The listeners that are on it now. */
  readonly listeners: number;
}

/** Makes a counting signal. It does not see what the platform itself puts on it, for it does not go by `addEventListener`. */
export function countingSignal(): CountingSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("aborted on purpose");
  const added = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    const [type, listener, options] = args;
    added.add(listener);
    addEventListener.apply(signal, args);
    if (typeof options === "object" && options.once) {
      addEventListener.call(signal, type, () => added.delete(listener), { once: true });
    }
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    added.delete(args[1]);
    removeEventListener.apply(signal, args);
  };
  return {
    signal,
    reason,
    abort: (given: unknown = reason) => controller.abort(given),
    get listeners() {
      return added.size;
    },
  };
}
