/** Returns the trailers, or throws what the body failed with. */
type Outcome = () => Headers;

/** The promise of trailers: made when somebody asks, settled once, and harmless where nobody hears of its rejection. */
export class Trailers {
  #promise: Promise<Headers> | undefined;
  #outcome: Outcome | undefined;
  #wake = () => {};

  get promise(): Promise<Headers> {
    return this.#promise ??= this.#make();
  }

  /** Tells how the body ended. Only the first end counts. */
  settle(outcome: Outcome): void {
    this.#outcome ??= outcome;
    this.#wake();
  }

  #make(): Promise<Headers> {
    const settled = new Promise<Outcome>((resolve) => {
      this.#wake = () => void (this.#outcome && resolve(this.#outcome));
      this.#wake();
    });
    const promise = settled.then((outcome) => outcome());
    // Whoever reads the body is told by the read.
    promise.catch(() => {});
    return promise;
  }
}
