import { endedEarly, tooLong } from "../core/checks.ts";
import type { CopyOptions, CopyOutcome, CopyPath } from "../core/types.ts";

/** Who ended a copy before its end. */
export type Side = Extract<CopyOutcome, { ok: false }>["side"];

/** The state of one copy: what was written by which path, and whether it is over. */
export class Transfer {
  written = 0;
  /** The path that was chosen. Until it is reported, the object that takes it may still name another. */
  path: CopyPath | undefined;
  /** Set once the outcome is known. Work that is still under way then winds up and touches nothing more. */
  stopped = false;
  /** Set once the outcome was told. Nothing that comes later counts, and nothing may be given back any more. */
  settled = false;
  /** The failure that counts: the first that was seen. */
  failure: { side: Side; reason: unknown } | undefined;
  #reported = false;
  readonly #options: CopyOptions;
  readonly #length: number;

  constructor(options: CopyOptions) {
    this.#options = options;
    this.#length = options.length ?? Infinity;
  }

  /** Names the path, once: the first to say it is right. */
  report(path: CopyPath): void {
    if (this.#reported) return;
    this.#reported = true;
    this.path = path;
    this.#tell(this.#options.onPath, path);
  }

  /** Counts bytes that the destination accepted. */
  wrote(n: number): void {
    this.written += n;
    if (!this.stopped) this.#tell(this.#options.onProgress, this.written);
  }

  /** The bytes left of the promised length. */
  get room(): number {
    return this.#length - this.written;
  }

  /** Compares what was written with the promised length, at the end, or when `more` came that was not written. */
  checkLength(more = 0): void {
    const left = this.room - more;
    const length = this.#length;
    if (left < 0) throw this.fail("src", tooLong("copy", length));
    if (left > 0 && left < Infinity) {
      throw this.fail("src", endedEarly(`copy ${length} bytes`, length, this.written));
    }
  }

  /** Notes a failure, unless there is one already. Returns the reason of the one that counts, to be thrown. */
  fail(side: Side, reason: unknown): unknown {
    return (this.failure ??= { side, reason }).reason;
  }

  #tell<T>(callback: ((value: T) => void) | undefined, value: T): void {
    try {
      callback?.(value);
    } catch (reason) {
      throw this.fail("callback", reason);
    }
  }
}
