import { say } from "../copy/say.ts";
import { figures, type Tally } from "./tally.ts";

const EVERY = 250; // ms, on a terminal
const SELDOM = 10_000; // ms, elsewhere, and only if there is news

/** What is seen of a relay on standard error. */
export interface Board {
  /** Writes a line that stays. */
  line(text: string): void;
  /** Ends the live figures. */
  close(): void;
}

/**
 * Shows live figures on standard error: on a terminal in a last line that is always up to date, elsewhere now and then
 * as a line of its own.
 *
 * @param tally What was done so far
 * @returns Where else to write lines
 */
export function openBoard(tally: Tally): Board {
  const terminal = Deno.stderr.isTerminal();
  const every = terminal ? EVERY : SELDOM;
  let before = { up: 0, down: 0 };
  let shown = String(tally);

  function show(): void {
    const now = String(tally);
    const text = figures(tally, before, every / 1000, terminal ? columns() : Infinity);
    before = { up: tally.up, down: tally.down };
    if (terminal) say(`\r${text}\x1b[K`);
    else if (now !== shown) say(`${text}\n`);
    shown = now;
  }

  const timer = setInterval(show, every);
  return {
    line: (text) => say(terminal ? `\r${text}\x1b[K\n` : `${text}\n`),
    close() {
      clearInterval(timer);
      if (terminal) say("\r\x1b[K");
    },
  };
}

/** Asked anew each time: terminals are resized. */
function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}
