import type { Link } from "./link.ts";

const MOST_IDLE = 64; // of one key
const LIFETIME = 30_000; // ms

/**
 * Links on which nothing goes on, by whom they lead to, to be used again. One whose peer says anything meanwhile, or ends,
 * is given up at once.
 */
export class Pool {
  readonly #idle = new Map<string, Set<Link>>();
  readonly #timers = new Map<Link, ReturnType<typeof setTimeout>>();
  #closed = false;

  /**
   * Puts a link in.
   *
   * @param key Whom it leads to, and how
   * @param link The link, with nothing under way
   */
  put(key: string, link: Link): void {
    const links = this.#idle.get(key) ?? new Set();
    if (this.#closed || links.size >= MOST_IDLE || link.reader.buffered > 0) return void link.abort();
    this.#idle.set(key, links.add(link));
    const drop = () => {
      if (this.#remove(key, link)) link.abort();
    };
    this.#timers.set(link, setTimeout(drop, LIFETIME));
    link.line.beforeRead = link.line.onMove = null;
    link.lookAhead().then(drop, drop);
  }

  /**
   * Takes a link out.
   *
   * @param key Whom it is to lead to
   * @returns The one that was put in last, or null
   */
  take(key: string): Link | null {
    const link = [...this.#idle.get(key) ?? []].pop();
    if (link === undefined) return null;
    this.#remove(key, link);
    return link;
  }

  /** Gives up all links, and those that are put in later. */
  close(): void {
    this.#closed = true;
    for (const [key, links] of this.#idle) {
      for (const link of links) {
        this.#remove(key, link);
        link.abort();
      }
    }
  }

  #remove(key: string, link: Link): boolean {
    clearTimeout(this.#timers.get(link));
    this.#timers.delete(link);
    const links = this.#idle.get(key);
    const was = links?.delete(link) ?? false;
    if (links?.size === 0) this.#idle.delete(key);
    return was;
  }
}
