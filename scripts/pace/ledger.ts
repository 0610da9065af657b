/** What passed when. */
export class Ledger {
  /** How many bytes. */
  total = 0;
  readonly #all: { at: number; n: number }[] = [];

  /** Notes that `n` bytes passed, at a time that is no earlier than that of those before. */
  add(n: number, at: number): void {
    this.total += n;
    this.#all.push({ at, n });
  }

  /** The most that passed in any window of so many milliseconds. */
  fullest(ms: number): number {
    let most = 0;
    let sum = 0;
    let first = 0;
    for (const { at, n } of this.#all) {
      sum += n;
      for (
        let oldest = this.#all[first];
        oldest !== undefined && oldest.at < at - ms;
        oldest = this.#all[++first]
      ) {
        sum -= oldest.n;
      }
      most = Math.max(most, sum);
    }
    return most;
  }
}
