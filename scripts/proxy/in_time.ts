/**
 * Waits for something, but not for ever.
 *
 * @param task What is waited for; if it fails later, nobody hears of it
 * @param patience How long, in milliseconds
 * @param why What the `TimeoutError` says that it rejects with after that
 * @returns What the task resolves to
 */
export async function inTime<T>(task: Promise<T>, patience: number, why: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException(why, "TimeoutError")), patience);
  });
  try {
    return await Promise.race([task, late]);
  } finally {
    clearTimeout(timer);
  }
}
