/**
 * Waits for something that cannot be cancelled, or for the signal, whichever comes first.
 *
 * @param work What to wait for; what becomes of it after an abort is of no interest
 * @param signal Ends the waiting with its reason
 * @returns The result of the work
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
  });
}
