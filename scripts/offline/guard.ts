import { onStray } from "./trap.ts";

const TIMEOUT = 5 * 60_000; // ms, for a test of seconds on a machine that is busy with others

// Tests may replace the timers; these two stay real.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Runs the body of a test or a hook and rejects if it fails, if it takes longer than
 * five minutes, or if a rejection or an error that nobody handled turns up while it runs.
 */
export async function guarded(body: () => void | Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  const strays: unknown[] = [];
  const outer = onStray((stray) => strays.push(stray));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Test did not finish within ${TIMEOUT / 1000} s`)), TIMEOUT);
  });
  try {
    await Promise.race([body(), late]);
  } catch (error) {
    failures.push(error);
  }
  clearTimeout(timer);
  // Hosts report an unhandled rejection only once the microtasks are done.
  await new Promise((resolve) => setTimeout(resolve, 0));
  onStray(outer);
  failures.push(...strays);
  if (failures.length > 1) throw new AggregateError(failures, "Test failed in more than one way");
  if (failures.length === 1) throw failures[0];
}
