import type { Clock } from "../rate/mod.ts";

/** How long no byte may move, in milliseconds; Infinity for as long as may be. */
export interface Patience {
  /** At any time. */
  idle: number;
  /** Once one direction has ended. */
  halfClosed: number;
}

/**
 * Watches that bytes move. Traffic costs one look at the clock: there is one timer, which when it is due waits for
 * what is left.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #onTimeout: (reason: unknown) => void;
  #moved: number;
  #halfClosed = Infinity;
  #nap: AbortController | null = null;
  #over = false;

  /**
   * Begins to watch.
   *
   * @param clock Tells the time and waits
   * @param patience How long no byte may move
   * @param onTimeout Told, once, when none has moved for too long
   */
  constructor(clock: Clock, patience: Patience, onTimeout: (reason: unknown) => void) {
    this.#clock = clock;
    this.#patience = patience;
    this.#onTimeout = onTimeout;
    this.#moved = clock.now();
    if (patience.idle < Infinity) this.#watch();
  }

  /** A byte moved. */
  moved(): void {
    this.#moved = this.#clock.now();
  }

  /** A direction has ended. */
  halfClose(): void {
    if (this.#halfClosed < Infinity || this.#patience.halfClosed === Infinity) return;
    this.#halfClosed = this.#clock.now();
    if (this.#nap === null) this.#watch();
    else this.#nap.abort();
  }

  /** Ends the watch; no timer is left. */
  stop(): void {
    this.#over = true;
    this.#nap?.abort();
  }

  async #watch(): Promise<void> {
    while (!this.#over) {
      const { due, text } = this.#deadline();
      const left = due - this.#clock.now();
      if (left <= 0) return this.#onTimeout(new DOMException(text, "TimeoutError"));
      const nap = this.#nap = new AbortController();
      try {
        await this.#clock.sleep(left, nap.signal);
      } catch (reason) {
        if (!nap.signal.aborted) return this.#onTimeout(reason); // the clock itself failed
      }
    }
  }

  #deadline(): { due: number; text: string } {
    const { idle, halfClosed } = this.#patience;
    const due = this.#moved + idle;
    const halfDue = Math.max(this.#moved, this.#halfClosed) + halfClosed;
    return halfDue < due
      ? { due: halfDue, text: `Cannot wait for the other direction: no byte moved for ${halfClosed} ms` }
      : { due, text: `Cannot wait any longer: no byte moved for ${idle} ms` };
  }
}
