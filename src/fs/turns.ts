/** Does one thing after the other, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does something once everything before it is done.
   *
   * @param step What to do
   * @returns What comes of it
   */
  take<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#last.then(step);
    // A failure is told to whoever asked; the next one has nothing to do with it.
    this.#last = done.catch(() => {});
    return done;
  }
}
