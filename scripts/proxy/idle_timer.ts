/** Calls back when nothing has moved for some time, again and again until it is stopped. Being told of a move is cheap. */
export class IdleTimer {
  readonly #patience: number;
  readonly #onIdle: () => void;
  #moved = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Begins to wait.
   *
   * @param patience For how many milliseconds nothing may move
   * @param onIdle Told when that is over
   */
  constructor(patience: number, onIdle: () => void) {
    this.#patience = patience;
    this.#onIdle = onIdle;
    this.resume();
  }

  /** Something moved. */
  moved(): void {
    this.#moved = performance.now();
  }

  /** Begins anew. */
  resume(): void {
    this.moved();
    this.stop();
    this.#wait(this.#patience);
  }

  /** Ends the waiting; no timer is left. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      const left = this.#moved + this.#patience - performance.now();
      if (left > 0) return this.#wait(left);
      this.resume();
      this.#onIdle();
    }, ms);
  }
}
