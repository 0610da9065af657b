/** What the runner of the benchmarks tells each runtime. */
export interface Settings {
  /** How many rounds count. */
  rounds: number;
  /** How much of the usual bytes a run moves. */
  share: number;
  /** Only contests whose name contains it. */
  filter: string;
}

/** What stands before a result among the lines that a runtime prints. */
export const RESULT = "result: ";
