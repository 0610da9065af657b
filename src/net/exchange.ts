import type { Reader } from "../core/types.ts";
import { type Clock, type Limiter, throttleReader } from "../rate/mod.ts";
import { run } from "../transfer/run.ts";
import type { BidirectionalOutcome } from "./outcome.ts";
import type { Peer } from "./peer.ts";
import { type Patience, Watchdog } from "./watchdog.ts";

/** Who ended an exchange before its end. */
type Side = Extract<BidirectionalOutcome, { ok: false }>["side"];

/** What an exchange is to obey. */
export interface Terms {
  signal: AbortSignal | undefined;
  onProgress: ((aToB: number, bToA: number) => void) | undefined;
  clock: Clock;
  patience: Patience;
  limiters: { aToB: readonly Limiter[]; bToA: readonly Limiter[] };
}

/** One direction of an exchange. */
interface Direction {
  name: "aToB" | "bToA";
  from: Peer;
  to: Peer;
  /** Whose fault it is when reading or writing fails. */
  sides: { src: Side; dst: Side };
}

/**
 * A copy both ways, until both directions have ended or something ends both.
 *
 * Each direction is copied, then the sending half of its destination is closed, and then it is over. When both are over,
 * both sides are closed. The first failure, wherever it happens, stops everything: the copies let go of their locks, and
 * both sides are given up.
 */
export class Exchange {
  readonly #a: Peer;
  readonly #b: Peer;
  readonly #terms: Terms;
  readonly #counts = { aToB: 0, bToA: 0 };
  readonly #watchdog: Watchdog;
  readonly #stop = new AbortController();
  readonly #stopped: Promise<void>;
  #failure: { side: Side; reason: unknown } | undefined;

  constructor(a: Peer, b: Peer, terms: Terms) {
    this.#a = a;
    this.#b = b;
    this.#terms = terms;
    this.#stopped = new Promise((resolve) => {
      this.#stop.signal.addEventListener("abort", () => resolve());
    });
    this.#watchdog = new Watchdog(terms.clock, terms.patience, (reason) => this.#fail("timeout", reason));
  }

  /** Runs it; resolves to how it ended. */
  async run(): Promise<BidirectionalOutcome> {
    const { signal } = this.#terms;
    const onAbort = () => this.#fail("signal", signal?.reason);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    await Promise.all([
      this.#flow({ name: "aToB", from: this.#a, to: this.#b, sides: { src: "a", dst: "b" } }),
      this.#flow({ name: "bToA", from: this.#b, to: this.#a, sides: { src: "b", dst: "a" } }),
    ]);
    await Promise.all([
      this.#step("a", () => this.#a.close()),
      this.#step("b", () => this.#b.close()),
    ]);
    signal?.removeEventListener("abort", onAbort);
    this.#watchdog.stop();
    return this.#failure === undefined
      ? { ok: true, ...this.#counts }
      : { ok: false, ...this.#counts, ...this.#failure };
  }

  /** One direction; never rejects. */
  async #flow({ name, from, to, sides }: Direction): Promise<void> {
    const limiters = this.#terms.limiters[name];
    await this.#step(sides.dst, () => to.flush());
    const outcome = await run(to.writer, throttled(from.reader, limiters), {
      signal: this.#stop.signal,
      exact: true,
      onProgress: (written) => {
        this.#counts[name] = written;
        this.#watchdog.moved();
        this.#terms.onProgress?.(this.#counts.aToB, this.#counts.bToA);
      },
    });
    // Exact also where a write was accepted after everything was stopped.
    this.#counts[name] = outcome.written;
    if (outcome.ok) {
      this.#watchdog.halfClose();
      await this.#step(sides.dst, () => to.closeWrite());
    } else {
      const { side, reason } = outcome;
      this.#fail(side === "src" || side === "dst" ? sides[side] : "signal", reason);
    }
  }

  /** Something to do at a side besides copying. It may fail, and nobody waits for it once everything is stopped. */
  async #step(side: Side, work: () => Promise<void>): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      await Promise.race([work(), this.#stopped]);
    } catch (reason) {
      this.#fail(side, reason);
    }
  }

  #fail(side: Side, reason: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { side, reason };
    this.#stop.abort(reason);
    // What failed first is what is told; how giving up goes says nothing new and may take its time.
    for (const peer of [this.#a, this.#b]) peer.abort(reason).catch(() => {});
  }
}

function throttled(reader: Reader, limiters: readonly Limiter[]): Reader {
  return limiters.length === 0 ? reader : throttleReader(reader, ...limiters);
}
