import { type Comparison, type Contest, type Ratio, sameComparison } from "./measure.ts";

/** What a comparison is to reach, or not to fall below. */
export interface Goal extends Comparison {
  /** How it is called where it is shown. */
  title: string;
  /** The plot it is in. */
  figure: "streams" | "writers" | "hosts" | "overhead";
  /** The ratio in every runtime that is not named in `per`; undefined where there is none. */
  ratio?: number;
  per?: Record<string, number>;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** What stands behind the name of a contest that was held in fresh processes. */
export const ALONE = ", alone";

const sized = (sizes: number[], goal: Goal): Goal[] =>
  sizes.map((size) => ({ ...goal, title: `${goal.title}, ${size} KiB`, chunk: size * KIB }));

/** The comparisons that matter most, in the order in which they are shown. */
export const GOALS: Goal[] = [
  ...["default stream to web stream" + ALONE, "default stream to web stream"].flatMap((contest) =>
    sized([64, 16, 1], {
      figure: "streams",
      title: contest.endsWith(ALONE) ? "stream to stream, fresh process" : "stream to stream, busy process",
      contest,
      ours: "copy",
      peer: "pipeTo",
      ratio: 1,
      per: { bun: 1.3, chromium: 0.8 },
    })
  ),
  {
    figure: "writers",
    title: "byte stream that fills views to Writer, 64 KiB",
    contest: "filling byte stream to Writer",
    chunk: 64 * KIB,
    ours: "copy",
    peer: "pipeTo",
    per: { node20: 2.5, node: 4, deno: 3, chromium: 2.5, bun: 1.2 },
  },
  ...sized([64, 16, 1], {
    figure: "writers",
    title: "byte stream that only enqueues to Writer",
    contest: "enqueueing byte stream to Writer",
    ours: "copy",
    peer: "loop",
    ratio: 0.95,
  }),
  {
    figure: "writers",
    title: "Reader to Writer in memory",
    contest: "Reader to Writer",
    chunk: MIB,
    ours: "copy",
    peer: "32 KiB loop",
    ratio: 1.1,
  },
  {
    figure: "hosts",
    title: "FileHandle.readableWebStream() to Writer",
    contest: "file stream to Writer",
    ours: "copy",
    peer: "pipeTo",
    ratio: 8,
  },
  {
    figure: "hosts",
    title: "File to File of @sluice/io/fs",
    contest: "file to file",
    ours: "File",
    peer: "cp",
    ratio: 0.95,
  },
  {
    figure: "hosts",
    title: "File to File, without the kernel",
    contest: "file to file",
    ours: "File via buffer",
    peer: "cp",
    ratio: 0.9,
    per: { deno: 0.85 },
  },
  {
    figure: "hosts",
    title: "Deno.FsFile to Deno.FsFile",
    contest: "file to file",
    ours: "FsFile",
    peer: "cp",
    ratio: 0.85,
  },
  {
    figure: "hosts",
    title: "Deno.Conn to Deno.Conn",
    contest: "relay of a connection",
    ours: "copy",
    peer: "pipeTo",
    ratio: 1.3,
  },
  {
    figure: "hosts",
    title: "Deno.Conn to Deno.Conn",
    contest: "relay of a connection",
    ours: "copy",
    peer: "io.Copy of Go",
  },
  {
    figure: "hosts",
    title: "native body forwarded, length known",
    contest: "forward a native body, length known",
    ours: "copy",
    peer: "as it is",
    ratio: 0.95,
  },
  {
    figure: "hosts",
    title: "native body forwarded, length unknown",
    contest: "forward a native body, length unknown",
    ours: "copy",
    peer: "loop",
    ratio: 7,
  },
  ...[
    ["stream to stream", "default stream to web stream"],
    ["stream to Writer", "default stream to Writer"],
    ["byte stream to Writer", "filling byte stream to Writer"],
  ].map(([title, ends]) => ({
    figure: "overhead" as const,
    title: `five wrappers deep, ${title}`,
    contest: `${ends}, five wrappers deep`,
    chunk: 64 * KIB,
    ours: "copy",
    peer: "bare",
    ratio: 0.9,
  })),
  {
    figure: "writers",
    title: "readAll of 64 MiB in 16 KiB chunks",
    contest: "readAll",
    chunk: 16 * KIB,
    ours: "readAll",
    peer: "Response",
    ratio: 1,
  },
  ...["Writer", "web stream"].map((dst) => ({
    figure: "overhead" as const,
    title: `first byte of a 1 KiB body to ${dst}`,
    contest: `first byte of a body to ${dst}`,
    chunk: KIB,
    ours: "copy",
    peer: "loop",
    // 1.2 times as long at most.
    ratio: 1 / 1.2,
  })),
];

/** How many MiB memory may grow by while 4 GiB go through one buffer. */
export const GROWTH_GOAL = 20;

/** The goal of a comparison in a runtime, if it has one there. */
export function goalIn({ ratio, per }: Goal, runtime: string): number | undefined {
  return per?.[runtime] ?? ratio;
}

/** What was measured for a goal. */
export function ratioFor(goal: Goal, ratios: readonly Ratio[]): Ratio | undefined {
  return ratios.find((ratio) => sameComparison(goal, ratio));
}

/** Leaves of a contest what a goal speaks of, or nothing. */
export function narrowToGoals(contest: Contest): Contest | undefined {
  const goals = GOALS.filter((goal) =>
    goal.contest.replace(ALONE, "") === contest.name && goal.chunk === contest.chunk
  );
  if (goals.length === 0) return undefined;
  return {
    ...contest,
    ours: contest.ours.filter(({ name }) => goals.some(({ ours }) => ours === name)),
    peers: contest.peers.filter(({ name }) => goals.some(({ peer }) => peer === name)),
  };
}
