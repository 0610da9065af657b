import type { Clock } from "./clock.ts";

/** Somebody who waits for tokens: is told when they were taken out for him, or why that will never be. */
export interface Waiter {
  resolve(): void;
  reject(reason: unknown): void;
}

/** A place in the queue. */
export interface Ticket {
  readonly n: number;
  readonly waiter: Waiter;
  /** All that was promised to reservations when it was drawn, less what those before it gave back. */
  promised: number;
  /** The number of the claim, in the order of coming. */
  readonly order: number;
}

/** Tokens that were promised for a moment to come. */
export interface Booking {
  readonly n: number;
  /** When it may be used, on the scale of what has flowed in. */
  readonly due: number;
  /** When it was made, if it may be used from then on. */
  readonly at: number | null;
  readonly order: number;
}

/** By how much the sums may be off: a thousandth of a byte, or what flows in within a microsecond. */
const LARGEST_SLACK = 1e-3;

/** The shortest sleep in milliseconds, so that every clock gets on. */
const SHORTEST_SLEEP = 1e-3;

/** Without a word about the burst, it is what flows in within so many seconds. */
const DEFAULT_BURST = 1 / 16;

/** A stream that has to wait does so for that part of the burst. */
const PART_OF_BURST = 1 / 4;

/** A stream among many takes at least what flows in within so many seconds at a time. */
const LEAST_SHARE = 1 / 10_000;

const OVER = /* @__PURE__ */ new Error("The sleep is over");

/**
 * The arithmetic of a token bucket, and the queue before it.
 *
 * `level` is what is in the bucket, less what was promised to reservations: those were told when they may go, so that
 * nobody may take it from them. Who waits was promised nothing but his turn: he pays when it comes, and whoever leaves
 * the queue makes room for those behind him. The moments of reservations are kept on the scale of what has flowed
 * in since the beginning, so that a change of the rate moves them all.
 */
export class Bucket {
  readonly clock: Clock;
  /** How many streams are about to take their share of what is there. */
  beginners = 0;
  #rate: number;
  #burst: number;
  /** Whether the burst follows the rate. */
  #follows: boolean;
  #level: number;
  /** When `level` was right. */
  #last: number;
  /** What has flowed in, also what the bucket had no room for. */
  #inflow = 0;
  /** All that was promised to reservations so far, less what they gave back. */
  #promised = 0;
  /** The moment of the reservation made last. */
  #barrier = 0;
  /** The last moment of any reservation. */
  #farthest = 0;
  #orders = 0;
  readonly #queue: Ticket[] = [];
  /** The sum of what the queue waits for. */
  #waiting = 0;
  /** What was paid and not used yet. */
  #held = 0;
  #alarm: AbortController | null = null;

  constructor(rate: number, burst: number | undefined, clock: Clock) {
    this.#rate = rate;
    this.#follows = burst === undefined;
    this.#burst = burst ?? defaultBurst(rate);
    this.clock = clock;
    this.#last = clock.now();
    this.#level = this.burst;
  }

  get rate(): number {
    return this.#rate;
  }

  set rate(rate: number) {
    this.#advance();
    this.#rate = rate;
    if (this.#follows) this.#burst = defaultBurst(rate);
    if (rate === Infinity) {
      this.#inflow = Math.max(this.#inflow, this.#farthest);
      this.#advance();
    }
    this.#settle();
  }

  get burst(): number {
    return this.#burst;
  }

  set burst(burst: number) {
    this.#advance();
    this.#follows = false;
    this.#burst = burst;
    this.#settle();
  }

  /** What a claim made now would find. */
  get tokens(): number {
    this.#update();
    return this.#level - this.#waiting;
  }

  /** Whether tokens are there and nobody waits for them. */
  has(n: number): boolean {
    if (n === 0 || this.#rate === Infinity) return true;
    this.#update();
    return this.#queue.length === 0 && this.#level >= this.#needs(n);
  }

  /** Takes tokens if they are there and nobody waits for them. */
  take(n: number): boolean {
    if (this.#rate === Infinity) return true;
    if (!this.has(n)) return false;
    this.#level -= n;
    return true;
  }

  /** Takes a place at the end of the queue, after `take` has failed. Whoever waits is told later, never at once. */
  enter(n: number, waiter: Waiter): Ticket {
    const ticket = { n, waiter, promised: this.#promised, order: this.#orders++ };
    this.#waiting += n;
    if (this.#queue.push(ticket) === 1) this.#arm();
    return ticket;
  }

  /** Gives a place in the queue up. What a reservation behind it was promised stays where it is. */
  leave(ticket: Ticket): void {
    const place = this.#queue.indexOf(ticket);
    if (place < 0) return;
    this.#advance();
    const behind = this.#promised - ticket.promised;
    if (behind > 0) {
      const ahead = this.#queue.slice(0, place + 1).reduce((sum, { n }) => sum + n, 0);
      const due = this.#inflow + ahead - this.#level - behind;
      const eaten = Math.min(ticket.n, Math.max(0, this.#barrier - due));
      this.#level -= eaten;
      this.#promised += eaten;
      for (const later of this.#queue.slice(place + 1)) {
        if (later.promised > ticket.promised) later.promised += eaten;
      }
    }
    this.#queue.splice(place, 1);
    this.#waiting -= ticket.n;
    this.#settle();
  }

  /** Promises tokens for the first moment at which they are there, behind everybody who waits. */
  book(n: number): Booking {
    this.#update();
    const debt = this.#rate === Infinity ? 0 : this.#waiting + n - this.#level;
    const now = debt <= this.#slack;
    const due = this.#inflow + Math.max(0, debt);
    if (this.#rate !== Infinity) {
      this.#level -= n;
      this.#promised += n;
      this.#barrier = due;
      this.#farthest = Math.max(this.#farthest, due);
    }
    return { n, due, at: now ? this.#last : null, order: this.#orders++ };
  }

  /** How many milliseconds are left until a booking may be used. */
  delayOf({ due }: Booking): number {
    this.#update();
    return this.#timeFor(due - this.#inflow);
  }

  /** How many milliseconds whoever comes now would wait for `n`. */
  delayFor(n: number): number {
    return this.#timeFor(n - this.tokens);
  }

  /** Takes back a promise whose moment has not passed, as far as nothing that was promised after it builds on it. */
  cancel({ n, due, at, order }: Booking): void {
    this.#advance();
    if (this.#rate === Infinity || (at === null ? due < this.#inflow - this.#slack : at !== this.#last)) {
      return;
    }
    const free = Math.max(0, n - Math.max(0, this.#barrier - due));
    this.#level += free;
    this.#promised -= free;
    for (const ticket of this.#queue) if (ticket.order > order) ticket.promised -= free;
    if (this.#barrier === due) this.#barrier = Math.max(this.#inflow, due - n);
    this.#settle();
  }

  /** Puts back what was taken and not used. */
  refund(n: number): void {
    if (this.#rate === Infinity) return;
    this.#advance();
    this.#level += n;
    this.#settle();
  }

  /** Notes that tokens were taken and are used later, or, with a negative number, that they were used. */
  hold(n: number): void {
    this.#held += n;
  }

  /**
   * The most that a stream should take at a time: all that is there if that is worth it, otherwise a part of the burst,
   * so that the rest makes up for timers that fire late; less than that where many want some, so that all get as much.
   */
  get share(): number {
    if (this.#rate === Infinity) return Infinity;
    this.#update();
    const part = Math.max(1, Math.floor(this.burst * PART_OF_BURST));
    const waiting = this.#queue.length;
    if (waiting > 0) {
      const each = Math.min(this.burst, this.#rate * DEFAULT_BURST) / (waiting + 1);
      return Math.min(part, Math.max(this.leastShare, Math.floor(each)));
    }
    return this.#level < Math.max(1, part / 4) ? part : Math.floor(this.#level);
  }

  /** What each beginner gets of what is there. */
  get fairPart(): number {
    if (this.#rate === Infinity) return Infinity;
    this.#update();
    return this.#queue.length > 0 ? 0 : Math.max(0, Math.floor(this.#level / this.beginners));
  }

  /** The least that it makes sense to take. */
  get leastShare(): number {
    return Math.max(1, Math.ceil(this.#rate * LEAST_SHARE));
  }

  get #slack(): number {
    return Math.min(LARGEST_SLACK, this.#rate * 1e-6);
  }

  #timeFor(missing: number): number {
    return this.#rate === Infinity || missing <= this.#slack ? 0 : missing / this.#rate * 1000;
  }

  /** The level at which `n` may be taken: a burst that was lowered meanwhile is enough, the rest is a debt. */
  #needs(n: number): number {
    return Math.min(n, this.burst) - this.#slack;
  }

  /** What reservations behind the head of the queue were promised: it is still there for the head. */
  get #behind(): number {
    const head = this.#queue[0];
    return head === undefined ? 0 : this.#promised - head.promised;
  }

  /** Brings the level up to date. A clock that goes back stops the inflow for that moment. */
  #advance(): void {
    const now = this.clock.now();
    const passed = now - this.#last;
    this.#last = now;
    if (this.#rate === Infinity) {
      this.#level = this.burst;
      return;
    }
    const delta = passed > 0 ? this.#rate * passed / 1000 : 0;
    this.#inflow += delta;
    this.#level = Math.min(this.#level + delta, this.#room);
  }

  /** The highest level. What is held is still in the bucket, but the head of the queue must get on. */
  get #room(): number {
    const { burst } = this;
    const head = this.#queue[0];
    return Math.max(burst - this.#held, Math.min(head?.n ?? 0, burst)) - this.#behind;
  }

  #update(): void {
    this.#advance();
    if (this.#serve()) this.#arm();
  }

  /** After a change: nothing above the brim, and whoever can go goes. */
  #settle(): void {
    if (this.#rate !== Infinity) this.#level = Math.min(this.#level, this.#room);
    this.#serve();
    this.#arm();
  }

  /** Lets those go whose turn has come; says whether there were any. */
  #serve(): boolean {
    let served = false;
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      const free = this.#rate === Infinity;
      if (!free && this.#level + this.#behind < this.#needs(head.n)) break;
      this.#queue.shift();
      this.#waiting -= head.n;
      if (!free) this.#level -= head.n;
      head.waiter.resolve();
      served = true;
    }
    return served;
  }

  /** Sleeps until it is the turn of the head of the queue, and no longer. There is one timer, or none. */
  #arm(): void {
    this.#alarm?.abort(OVER);
    this.#alarm = null;
    const head = this.#queue[0];
    if (head === undefined || this.#rate === 0) return;
    const missing = Math.min(head.n, this.burst) - this.#level - this.#behind;
    const alarm = this.#alarm = new AbortController();
    this.#sleep(Math.max(SHORTEST_SLEEP, missing / this.#rate * 1000), alarm);
  }

  async #sleep(ms: number, alarm: AbortController): Promise<void> {
    try {
      await this.clock.sleep(ms, alarm.signal);
    } catch (reason) {
      if (this.#alarm === alarm) this.#fail(reason);
      return;
    }
    if (this.#alarm !== alarm) return;
    this.#advance();
    this.#settle();
  }

  /** A clock that fails must not leave anybody waiting. */
  #fail(reason: unknown): void {
    this.#alarm = null;
    this.#waiting = 0;
    for (const { waiter } of this.#queue.splice(0)) waiter.reject(reason);
  }
}

function defaultBurst(rate: number): number {
  return rate === Infinity ? Infinity : Math.max(1, Math.ceil(rate * DEFAULT_BURST));
}
