import type { Field } from "./fields.ts";

/** The promise of trailers: made when somebody asks, settled once, and harmless where nobody hears of its rejection. */
export class Trailers {
  #promise: Promise<Headers> | undefined;
  #outcome: { fields: Field[] } | { reason: unknown } | undefined;
  #wake = () => {};

  get promise(): Promise<Headers> {
    return this.#promise ??= this.#make();
  }

  /** The body ended, with these fields behind it. */
  resolve(fields: Field[]): void {
    this.#outcome ??= { fields };
    this.#wake();
  }

  /** The body failed. */
  reject(reason: unknown): void {
    this.#outcome ??= { reason };
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
