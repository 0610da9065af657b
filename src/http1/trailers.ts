import type { Field } from "./fields.ts";

type Outcome = { fields: Field[] } | { reason: unknown };

/** The promise of trailers: made when somebody asks, settled once, and harmless where nobody hears of its rejection. */
export class Trailers {
  #promise: Promise<Headers> | undefined;
  #outcome: Outcome | undefined;
  #wake = () => {};

  get promise(): Promise<Headers> {
    return this.#promise ??= this.#make();
  }

  /** Tells how the body ended: with these fields behind it, or with a failure. */
  settle(outcome: Outcome): void {
    this.#outcome ??= outcome;
    this.#wake();
  }

  #make(): Promise<Headers> {
    const promise = new Promise<Headers>((resolve, reject) => {
      this.#wake = () => {
        const outcome = this.#outcome;
        if (outcome === undefined) return;
        if ("fields" in outcome) resolve(new Headers(outcome.fields));
        else reject(outcome.reason);
      };
      this.#wake();
    });
    // Whoever reads the body is told by the read.
    promise.catch(() => {});
    return promise;
  }
}
