/** Hears of a rejection or an error that nobody handled. */
export type StrayListener = (stray: Error) => void;

let listener: StrayListener | undefined;

/**
 * Says who hears of unhandled rejections and uncaught errors from now on, and returns who
 * did before. With no listener the host does what it always does: Deno fails the test file.
 */
export function onStray(next: StrayListener | undefined): StrayListener | undefined {
  const previous = listener;
  listener = next;
  return previous;
}

function tell(kind: string, reason: unknown): boolean {
  if (listener === undefined) return false;
  const what = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
  listener(new Error(`${kind}: ${what}`, { cause: reason }));
  return true;
}

interface StrayEvent {
  reason?: unknown;
  error?: unknown;
  preventDefault(): void;
}

/** The two ways of hosts to tell; Deno and browsers have the events, Node and Bun have `process`. */
interface Host {
  PromiseRejectionEvent?: unknown;
  addEventListener?: (type: string, listener: (event: StrayEvent) => void) => void;
  process?: { on?: (type: string, listener: (reason: unknown) => void) => void };
}

const host: Host = globalThis as unknown as Host;

if (host.PromiseRejectionEvent !== undefined) {
  host.addEventListener?.("unhandledrejection", (event) => {
    if (tell("Unhandled rejection", event.reason)) event.preventDefault();
  });
  host.addEventListener?.("error", (event) => {
    if (tell("Uncaught error", event.error)) event.preventDefault();
  });
} else {
  host.process?.on?.("unhandledRejection", (reason) => tell("Unhandled rejection", reason));
  host.process?.on?.("uncaughtException", (error) => tell("Uncaught error", error));
}
