import { expected, type Received } from "./traffic.ts";

/** One run, made ready outside the measured time. */
export interface Heat {
  /** What is measured. */
  go(): Promise<unknown>;
  /** What arrived; asked after the measured time. */
  received(): Received | Promise<Received>;
}

/** One way to do the job of a contest. */
export interface Contender {
  name: string;
  prepare(): Heat | Promise<Heat>;
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
  ours: Contender[];
  peers: Contender[];
}

/** How one way of `copy` did against one peer: above 1 it was faster. */
export interface Ratio {
  contest: string;
  chunk?: number;
  ours: string;
  peer: string;
  ratio: number;
}

/**
 * Lets everybody do the job in turn, round after round, and compares the times within each round. Garbage is left to the
 * runtime: collecting it by hand between the runs throws away optimized code too, and most of it ours, which has more
 * classes than a loop of ten lines.
 *
 * A contender that fails, or moves other bytes than it should, fails the contest.
 *
 * @param contest The job
 * @param rounds How often each does it; two rounds before that are not counted
 * @returns The median ratios
 */
export async function compare(
  { name, chunk, bytes, wanted = expected(bytes), ours, peers }: Contest,
  rounds: number,
): Promise<Ratio[]> {
  const all = [...ours, ...peers];
  const times = new Map<Contender, number[]>(all.map((contender) => [contender, []]));
  for (let round = -2; round < rounds; round++) {
    // Nobody always comes after the same one, whose garbage is still about.
    for (let i = 0; i < all.length; i++) {
      const contender = all[(i * (round % 2 === 0 ? 1 : all.length - 1) + round + all.length) % all.length];
      if (contender === undefined) continue;
      const time = await timed(contender, wanted, name);
      if (round >= 0) times.get(contender)?.push(time);
    }
  }
  const ratios: Ratio[] = [];
  for (const our of ours) {
    for (const peer of peers) {
      const ours = times.get(our) ?? [];
      const ratio = median((times.get(peer) ?? []).map((time, round) => time / (ours[round] ?? NaN)));
      ratios.push({
        contest: name,
        ...chunk === undefined ? {} : { chunk },
        ours: our.name,
        peer: peer.name,
        ratio,
      });
    }
  }
  return ratios;
}

async function timed(contender: Contender, wanted: Received, contest: string): Promise<number> {
  const heat = await contender.prepare();
  const start = performance.now();
  await heat.go();
  const time = performance.now() - start;
  const { count, hash } = await heat.received();
  if (count !== wanted.count || hash !== wanted.hash) {
    throw new Error(
      `${contest}, ${contender.name}: ${count} bytes with hash ${hash} arrived ` +
        `instead of ${wanted.count} with ${wanted.hash}`,
    );
  }
  return time;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
