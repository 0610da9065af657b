import { checkBytes } from "../core/checks.ts";
import { ClosedPipeError } from "../core/errors.ts";

/** A write that waits to be read. */
interface Offer {
  bytes: Uint8Array;
  /** Who wrote it, if that is somebody who counts: then what was read of it is told before a failure. */
  user: object | undefined;
  /** How much of it was read. */
  done: number;
  resolve(n: number): void;
  reject(reason: unknown): void;
}

/** A read that waits for bytes. */
interface Demand {
  p: Uint8Array;
  resolve(n: number | null): void;
  reject(reason: unknown): void;
}

/** How an end was closed: with a reason, or without. */
type Closing = { reason: unknown } | null;

/**
 * Where the writes and the reads of a pipe meet. Bytes go from the memory of the one to that of the other; nothing
 * is kept in between. At any moment one of the two queues is empty.
 */
export class Rendezvous {
  readonly #offers: Offer[] = [];
  readonly #demands: Demand[] = [];
  #readerClosed: Closing = null;
  #writerClosed: Closing = null;
  /** Who wants to be told why nobody reads any more, also while nothing is being written. */
  readonly #watchers = new Map<object, (reason: unknown) => void>();

  read(p: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => {
      checkBytes(p);
      const demand = { p, resolve, reject };
      if (this.#readerClosed !== null || this.#writerClosed !== null) return this.#refuseRead(demand);
      if (p.byteLength === 0) return resolve(0);
      const offer = this.#offers[0];
      if (offer === undefined) this.#demands.push(demand);
      else this.#meet(offer, demand);
    });
  }

  write(bytes: Uint8Array, user?: object): Promise<number> {
    return new Promise((resolve, reject) => {
      checkBytes(bytes);
      const offer = { bytes, user, done: 0, resolve, reject };
      if (this.#readerClosed !== null || this.#writerClosed !== null) return this.#refuseWrite(offer);
      this.#offers.push(offer);
      // One read at a time, until the write is used up or nobody is left who reads.
      while (this.#offers[0] === offer) {
        const demand = this.#demands.shift();
        if (demand === undefined) return;
        this.#meet(offer, demand);
      }
    });
  }

  closeReader(reason: unknown): void {
    if (this.#readerClosed !== null) return;
    this.#readerClosed = { reason: reason ?? undefined };
    this.#refuseAll();
    for (const onClosed of [...this.#watchers.values()]) onClosed(this.#writeFailure());
  }

  closeWriter(reason: unknown): void {
    if (this.#writerClosed !== null) return;
    this.#writerClosed = { reason: reason ?? undefined };
    this.#refuseAll();
  }

  /** Takes waiting reads back. They have got nothing. */
  withdrawReads(): void {
    for (const { resolve } of this.#demands.splice(0)) resolve(0);
  }

  /** Takes the waiting writes of one user back. They resolve to what was read of them. */
  withdrawWrites(user: object): void {
    for (const offer of this.#offers.splice(0)) {
      if (offer.user === user) offer.resolve(offer.done);
      else this.#offers.push(offer);
    }
  }

  /** Tells a user when the reader is closed; `null` ends that. */
  watch(user: object, onReaderClosed: ((reason: unknown) => void) | null): void {
    if (onReaderClosed === null) this.#watchers.delete(user);
    else this.#watchers.set(user, onReaderClosed);
  }

  #meet(offer: Offer, { p, resolve }: Demand): void {
    const part = offer.bytes.subarray(offer.done, offer.done + p.byteLength);
    p.set(part);
    offer.done += part.byteLength;
    resolve(part.byteLength);
    if (offer.done < offer.bytes.byteLength) return;
    this.#offers.shift();
    offer.resolve(offer.done);
  }

  #refuseAll(): void {
    for (const demand of this.#demands.splice(0)) this.#refuseRead(demand);
    for (const offer of this.#offers.splice(0)) this.#refuseWrite(offer);
  }

  /** As in Go, the reader's own closing wins over the writer's. */
  #refuseRead({ resolve, reject }: Demand): void {
    if (this.#readerClosed !== null) reject(new ClosedPipeError("Cannot read from a closed pipe"));
    else if (this.#writerClosed?.reason === undefined) resolve(null);
    else reject(this.#writerClosed.reason);
  }

  #refuseWrite({ user, done, resolve, reject }: Offer): void {
    // Whoever counts writes the rest again, and is refused then.
    if (user !== undefined && done > 0) resolve(done);
    else reject(this.#writeFailure());
  }

  /** As in Go, the writer's own closing wins over the reader's. */
  #writeFailure(): unknown {
    const closed = new ClosedPipeError("Cannot write to a closed pipe");
    return this.#writerClosed === null ? this.#readerClosed?.reason ?? closed : closed;
  }
}
