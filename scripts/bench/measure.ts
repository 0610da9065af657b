import { expected, type Received, SPARSE } from "./traffic.ts";

/** One run, made ready outside the measured time. */
export interface Heat {
  /** What is measured. */
  go(): Promise<unknown>;
  /** What arrived; asked after the measured time. */
  received(): Received | Promise<Received>;
  /** What it took in milliseconds, where that is not all of `go`. */
  took?(): number;
}

/** One way to do the job of a contest. */
export interface Contender {
  name: string;
  /**
   * Makes a run ready.
   *
   * @param stride How far apart the bytes are that a `Sender` and a `Receiver` of this run look at
   */
  prepare(stride: number): Heat | Promise<Heat>;
}

/** Ways of `copy` and of its peers to do one job. */
export interface Contest {
  name: string;
  /** The size of the chunks that the source makes, if that is part of the job. */
  chunk?: number;
  /** How many bytes one run moves. */
  bytes: number;
  /** What has to arrive; bytes as a `Sender` makes them if left out. */
  wanted?: Received;
  /** Whether it is also held with each contender in fresh processes of its own. */
  alone?: boolean;
  /** Makes what all runs need, and returns what removes it. */
  setUp?(): Promise<() => Promise<void>>;
  ours: Contender[];
  peers: Contender[];
}

/**
 * Contests of one kind, and nothing begun yet.
 *
 * @param share How much of the usual bytes a run moves
 * @returns No contest where the runtime lacks what they need
 */
export type Cases = (share: number) => Contest[];

/** One way of `copy` and one peer in a contest. */
export interface Comparison {
  contest: string;
  chunk?: number;
  ours: string;
  peer: string;
}

/** How one way of `copy` did against one peer: above 1 it was faster. */
export interface Ratio extends Comparison {
  /** The median over the rounds. */
  ratio: number;
  /** A quarter of the rounds lies below. */
  low: number;
  /** A quarter of the rounds lies above. */
  high: number;
}

/** A contest that ended otherwise, and why. */
export interface Failure {
  failure: string;
}

/** How long each contender took in each round, in milliseconds. */
export type Times = Map<string, number[]>;

/** How often everybody runs for the compilers before it counts. */
const WARM_UPS = 2;

/** How long one has to be timed at least, by as many runs as that takes: some clocks tick by the millisecond. */
const LEAST = 20; // ms

/** After how many runs that took no time a clock is of no use. */
const MOST_RUNS = 100;

/**
 * Lets everybody do the job in turn, round after round, and compares the times within each round. Garbage is left to the
 * runtime: collecting it by hand between the runs throws away optimized code too, and most of it ours, which has more
 * classes than a loop of ten lines.
 *
 * A contender that fails, or moves other bytes than it should, fails the contest: the number of bytes is checked, and a
 * sample of them, which costs next to nothing.
 *
 * @param contest The job
 * @param rounds How often each does it
 * @returns The median ratios
 */
export async function compare(contest: Contest, rounds: number): Promise<Ratio[]> {
  return ratiosOf(contest, await timesOf(contest, rounds));
}

/** Times a contest that has one contender; returns the median in milliseconds. */
export async function timeAlone(contest: Contest, rounds: number): Promise<number> {
  const [times = []] = (await timesOf(contest, rounds)).values();
  return quantile(times, 1 / 2);
}

/**
 * Lets everybody do the job once, with every byte checked. That takes far more time than to move them, so it is done with
 * fewer bytes, before anything is timed.
 *
 * @param contest The job, with few bytes
 */
export async function check(contest: Contest): Promise<void> {
  const due = contest.wanted ?? expected(contest.bytes, 1);
  await held(contest, async () => {
    for (const contender of [...contest.ours, ...contest.peers]) await runOf(contest, contender, 1, due);
  });
}

async function timesOf(contest: Contest, rounds: number): Promise<Times> {
  const all = [...contest.ours, ...contest.peers];
  const due = contest.wanted ?? expected(contest.bytes);
  const times: Times = new Map(all.map(({ name }) => [name, []]));
  await held(contest, async () => {
    for (let round = -WARM_UPS; round < rounds; round++) {
      for (const contender of inTurn(all, round + WARM_UPS)) {
        const time = await timed(contest, contender, due);
        if (round >= 0) times.get(contender.name)?.push(time);
      }
    }
  });
  return times;
}

async function held({ setUp }: Contest, runs: () => Promise<void>): Promise<void> {
  const tearDown = await setUp?.();
  try {
    await runs();
  } finally {
    await tearDown?.();
  }
}

/** Everybody once, in an order that differs from round to round: nobody always comes after the same one's garbage. */
export function inTurn<T>(all: readonly T[], round: number): T[] {
  const forth = round % 2 === 0;
  return all.map((_, i) => all[((forth ? i : -i) + round + 2 * all.length) % all.length] as T);
}

/** Compares all of ours with all peers, round by round. */
export function ratiosOf({ name, chunk, ours, peers }: Contest, times: Times): Ratio[] {
  return ours.flatMap((our) =>
    peers.map((peer) => {
      const ours = times.get(our.name) ?? [];
      const ratios = (times.get(peer.name) ?? []).map((time, round) => time / (ours[round] ?? NaN));
      const [low, ratio, high] = [quantile(ratios, 1 / 4), quantile(ratios, 1 / 2), quantile(ratios, 3 / 4)];
      const size = chunk === undefined ? {} : { chunk };
      return { contest: name, ...size, ours: our.name, peer: peer.name, ratio, low, high };
    })
  );
}

/** How long one run takes, in milliseconds. */
async function timed(contest: Contest, contender: Contender, due: Received): Promise<number> {
  let total = 0;
  let runs = 0;
  for (; total < LEAST; runs++) {
    if (runs === MOST_RUNS && total === 0) throw new Error(`${contest.name}: the clock does not move`);
    total += await runOf(contest, contender, SPARSE, due);
  }
  return total / runs;
}

async function runOf(
  { name }: Contest,
  contender: Contender,
  stride: number,
  due: Received,
): Promise<number> {
  const heat = await contender.prepare(stride);
  const start = performance.now();
  const counted = await heat.go();
  const time = performance.now() - start;
  const { count, hash } = await heat.received();
  if (typeof counted === "number" && counted !== count) {
    throw new Error(`${name}, ${contender.name}: ${counted} bytes were counted, but ${count} arrived`);
  }
  if (count !== due.count || hash !== due.hash) {
    throw new Error(
      `${name}, ${contender.name}: ${count} bytes with hash ${hash} arrived ` +
        `instead of ${due.count} with ${due.hash}`,
    );
  }
  return heat.took?.() ?? time;
}

/** The value below which so great a part of the values lies; between two of them where it falls there. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place % 1);
}

/** Whether two speak of the same comparison. */
export function sameComparison(a: Comparison, b: Comparison): boolean {
  return a.contest === b.contest && a.chunk === b.chunk && a.ours === b.ours && a.peer === b.peer;
}
