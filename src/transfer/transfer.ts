import { TooLargeError, UnexpectedEOFError } from "../core/errors.ts";
import type { CopyOptions, CopyOutcome, CopyPath } from "../core/types.ts";

/** Who ended a copy before its end. */
export type Side = Extract<CopyOutcome, { ok: false }>["side"];

/** A failure that knows its side; what the caller sees is the reason alone. */
export class Failure {
  readonly side: Side;
  readonly reason: unknown;

  constructor(side: Side, reason: unknown) {
    this.side = side;
    this.reason = reason;
  }
}

/** The state of one copy: what was written by which path, and whether it is over. */
export class Transfer {
  written = 0;
  path: CopyPath | undefined;
  /** The path that was chosen, where the object that takes it may still name another. */
  chosen: CopyPath | undefined;
  /** Set once the outcome is known. Work that is still under way then winds up and touches nothing more. */
  stopped = false;
  /** Set once the outcome was told. Nothing that comes later counts, and nothing may be given back any more. */
  settled = false;
  /** The first failure that was seen, for those that have to travel through code from elsewhere. */
  failure: Failure | undefined;
  /** What has to be done at once when the copy stops in the middle of things. */
  onStop: (() => void) | undefined;
  readonly #length: number | undefined;
  readonly #onProgress: ((written: number) => void) | undefined;
  readonly #onPath: ((path: CopyPath) => void) | undefined;

  constructor({ length, onProgress, onPath }: CopyOptions) {
    this.#length = length;
    this.#onProgress = onProgress;
    this.#onPath = onPath;
  }

  /** Names the path, once: the first to say it is right. */
  report(path: CopyPath): void {
    if (this.path !== undefined) return;
    this.path = path;
    this.#call(() => this.#onPath?.(path));
  }

  /** Counts bytes that the destination accepted. */
  wrote(n: number): void {
    this.written += n;
    if (this.#onProgress !== undefined && !this.stopped) this.#call(() => this.#onProgress?.(this.written));
  }

  /** The most bytes worth taking: one more than the promised length shows that there are too many. */
  get room(): number {
    return this.#length === undefined ? Infinity : this.#length - this.written + 1;
  }

  /** How many of the next `n` bytes are within the promised length. */
  within(n: number): number {
    return Math.min(n, this.room - (this.#length === undefined ? 0 : 1));
  }

  /** The failure of a source that is longer than promised. */
  tooLong(): Failure {
    const limit = this.#length ?? 0;
    return this.fail("src", new TooLargeError(`Cannot copy more than the promised ${limit} bytes`, limit));
  }

  /** Compares what was written with the promised length, at the end. */
  checkLength(): void {
    if (this.#length === undefined || this.written === this.#length) return;
    if (this.written > this.#length) throw this.tooLong();
    const message = `Cannot copy the promised ${this.#length} bytes: the source ended after ${this.written}`;
    throw this.fail("src", new UnexpectedEOFError(message, this.#length, this.written));
  }

  /** Notes a failure and returns the one that counts: the first. */
  fail(side: Side, reason: unknown): Failure {
    return this.failure ??= new Failure(side, reason);
  }

  #call(callback: () => void): void {
    try {
      callback();
    } catch (reason) {
      throw this.fail("callback", reason);
    }
  }
}
