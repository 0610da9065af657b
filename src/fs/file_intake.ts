import type { Memory } from "../core/memory.ts";
import { asTaken, type Intake, type Lane, type Origin } from "../transfer/intake.ts";
import type { Cursor } from "./cursor.ts";

const NOTHING = new Uint8Array(0);

/** A read that was begun before anybody asked for it. */
interface Ahead {
  at: number;
  p: Uint8Array;
  n: Promise<number>;
}

/**
 * What the engine takes from a file. Where a copy has memory of its own, the next read is under way while the last one is
 * being written: two buffers take turns. Read at an offset, it moves nothing and can be dropped at any time.
 */
export class FileIntake implements Intake {
  readonly #owner: object;
  readonly #cursor: Cursor;
  /** Which copy it is that takes: a read that outlives its copy does not count. */
  #copy = 0;
  #ahead: Ahead | null = null;
  #spare = new ArrayBuffer(0);

  constructor(owner: object, cursor: Cursor) {
    this.#owner = owner;
    this.#cursor = cursor;
  }

  lane(): Lane {
    return "buffer";
  }

  plain(): boolean {
    return true;
  }

  readonly taken = asTaken;

  take(max: number, memory: Memory): Promise<Uint8Array | null> {
    const copy = this.#copy;
    const cursor = this.#cursor;
    return cursor.reads.take(async () => {
      const at = await cursor.at();
      const ahead = this.#ahead;
      this.#ahead = null;
      const isHere = ahead !== null && ahead.at === at;
      // Somebody else moved the position; the read that was begun still has its memory.
      if (!isHere) await ahead?.n.catch(() => {});
      const p = isHere ? ahead.p : memory.lend(max, false);
      const n = Math.min(max, isHere ? await ahead.n : await cursor.readAt(p, at));
      if (copy !== this.#copy) {
        if (at === null) cursor.unread(p.subarray(0, n));
        return NOTHING;
      }
      if (n === 0) return null;
      if (at !== null) cursor.position = at + n;
      const bytes = memory.settle(p.subarray(0, n));
      // A read that came back short has most likely met the end.
      if (memory.ahead && at !== null && n === p.byteLength && n < max) {
        this.#readAhead(at + n, bytes, memory.lend(max - n, false));
      }
      return bytes;
    });
  }

  giveBack(bytes: Uint8Array): boolean {
    this.#cursor.unread(bytes);
    return true;
  }

  letGo(): void {
    this.#copy++;
    this.#ahead = null;
    this.#spare = new ArrayBuffer(0);
  }

  origin(): Origin {
    const cursor = this.#cursor;
    return {
      owner: this.#owner,
      offset: cursor.position,
      max: Infinity,
      used: (n) => void (cursor.position += n),
    };
  }

  /** Begins the next read, into memory that the last one does not use. */
  #readAhead(at: number, used: Uint8Array, p: Uint8Array): void {
    if (p.buffer === used.buffer) {
      const { byteLength } = p;
      if (this.#spare === used.buffer || this.#spare.byteLength < byteLength) {
        this.#spare = new ArrayBuffer(byteLength);
      }
      p = new Uint8Array(this.#spare, 0, byteLength);
    }
    const n = this.#cursor.readAt(p, at);
    n.catch(() => {}); // told when it is asked for, if ever
    this.#ahead = { at, p, n };
  }
}
