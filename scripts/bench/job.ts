/** What a program of the benchmarks is to do in its runtime. In browsers and workerd nothing tells of allocations. */
export type Job = Mixed | Alone | Allocations;

/** Contests of all shapes one after another in one process, as a server sees them. */
export interface Mixed {
  kind: "mixed";
  effort: Effort;
  /** Only contests whose name contains it. */
  filter: string;
}

/** One contender, in a process that does nothing else. */
export interface Alone {
  kind: "alone";
  effort: Effort;
  contest: string;
  chunk: number | undefined;
  contender: string;
}

/** How much memory each chunk costs. */
export interface Allocations {
  kind: "allocations";
  chunks: number;
}

/** How thoroughly it is measured. */
export interface Effort {
  /** How many rounds count. */
  rounds: number;
  /** How much of the usual bytes a run moves. */
  share: number;
  /** Only contests and contenders that have a goal. */
  goalsOnly: boolean;
}

/** What stands before a result among the lines that a program prints. */
export const RESULT = "result: ";
