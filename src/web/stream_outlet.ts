import type { Outlet } from "../transfer/outlet.ts";

/** A web stream as the engine hands chunks to it. It may keep them: every identity transform does. */
export class StreamOutlet implements Outlet {
  readonly keeps = true;
  readonly #stream: WritableStream<Uint8Array>;
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #onFailure: ((reason: unknown) => void) | null = null;
  #closed = false;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#stream = stream;
  }

  /** Whether it holds the lock. */
  get locked(): boolean {
    return this.#writer !== null;
  }

  lock(): void {
    this.#acquire();
  }

  put(chunk: Uint8Array): Promise<void> {
    const writer = this.#acquire();
    // Node 20 reports a write to a closed stream as a bug of its own.
    if (this.#closed) return Promise.reject(new TypeError("Cannot write to a closed stream"));
    return writer.write(chunk as Uint8Array<ArrayBuffer>);
  }

  watch(onFailure: ((reason: unknown) => void) | null): void {
    this.#onFailure = onFailure;
  }

  letGo(): void {
    const writer = this.#writer;
    this.#writer = null;
    writer?.releaseLock();
  }

  /** Hands the stream back, unlocked. */
  release(): WritableStream<Uint8Array> {
    this.lock();
    this.letGo();
    return this.#stream;
  }

  async close(): Promise<void> {
    const writer = this.#acquire();
    try {
      await writer.close();
    } catch (refusal) {
      // A stream that failed before answers with a TypeError of its own; the reason is here.
      await writer.closed;
      throw refusal;
    } finally {
      this.letGo();
    }
  }

  async abort(reason: unknown): Promise<void> {
    const writer = this.#acquire();
    try {
      await writer.abort(reason);
    } finally {
      this.letGo();
    }
  }

  #acquire(): WritableStreamDefaultWriter<Uint8Array> {
    if (this.#writer !== null) return this.#writer;
    if (this.#stream.locked) throw new TypeError("Cannot use a stream that is locked by somebody else");
    const writer = this.#stream.getWriter();
    // Handled here, both of them: a failure reaches the caller through the write, or through whoever watches.
    writer.ready.catch(() => {});
    writer.closed.then(() => this.#closed = true, (reason) => {
      if (this.#writer === writer) this.#onFailure?.(reason);
    });
    return this.#writer = writer;
  }
}
