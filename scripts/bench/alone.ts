import { ALONE } from "./goals.ts";
import type { Effort } from "./job.ts";
import { inTurn, type Ratio, ratiosOf, type Times } from "./measure.ts";
import type { Place } from "./places.ts";
import { contestsOf } from "./run_job.ts";

/** What is compared in fresh processes, which cost much more time than the rest: the least that anybody needs, and ours. */
const PEERS = ["pipeTo", "loop"];
const OURS = "copy";

/**
 * Holds the contests that are marked so, with a fresh process for each contender and round. A process that does
 * one thing over and over lets the compilers do their best for it, which no server sees.
 *
 * @param place Where
 * @param effort How often
 * @param filter Only contests whose name contains it
 */
export async function compareAlone(place: Place, effort: Effort, filter: string): Promise<Ratio[]> {
  const ratios: Ratio[] = [];
  for (const contest of contestsOf(place.cases, effort)) {
    const name = contest.name + ALONE;
    if (!contest.alone || !name.includes(filter)) continue;
    const ours = contest.ours.filter(({ name }) => name === OURS);
    const peers = contest.peers.filter(({ name }) => PEERS.includes(name));
    const all = [...ours, ...peers].map(({ name }) => name);
    const times: Times = new Map(all.map((name) => [name, []]));
    for (let round = 0; round < effort.rounds; round++) {
      for (const contender of inTurn(all, round)) {
        const [time] = await place.run({
          kind: "alone",
          effort: { ...effort, rounds: 3 },
          contest: contest.name,
          chunk: contest.chunk,
          contender,
        });
        times.get(contender)?.push(Number(time));
      }
    }
    ratios.push(...ratiosOf({ ...contest, name, ours, peers }, times));
  }
  return ratios;
}
