import { type Bar, drawFigure, type Figure, type Panel, plainScale, ratioScale } from "./bar_chart.ts";
import { type Goal, goalIn, GOALS, GROWTH_GOAL, ratioFor } from "./goals.ts";
import type { Column, Results } from "./results.ts";

const FOLDER = "scripts/bench/plots";

const FIGURES = [
  {
    file: "streams",
    title: "Web stream to web stream: copy, which counts, against pipeTo, which does not",
  },
  { file: "writers", title: "Into Writers and arrays: copy and readAll against what people write instead" },
  { file: "hosts", title: "Files, sockets and native bodies: copy against what the host offers" },
  { file: "overhead", title: "What the package itself costs: five wrappers deep, and the first byte" },
] as const;

/** Draws what was measured into `scripts/bench/plots/`. */
export async function drawPlots({ columns }: Results): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const { file, title } of FIGURES) {
    const panels = GOALS.filter(({ figure }) => figure === file).map((goal) => panelOf(goal, columns));
    await draw(file, {
      title,
      caption: "Times as fast, on a scale that doubles; the thin line is the middle half of the rounds",
      scale: ratioScale(panels.flatMap(({ bars }) => bars.flatMap(({ value, goal = 1 }) => [value, goal]))),
      panels: panels.filter(({ bars }) => bars.length > 0),
    });
  }
  const panels = growthPanels(columns);
  await draw("memory", {
    title: "Memory: how much it grew while 4 GiB went through",
    caption: "MiB of the resident set above the start, at the most",
    scale: plainScale(panels.flatMap(({ bars }) => bars.map(({ value }) => value)), 10),
    panels,
  });
}

async function draw(file: string, figure: Figure): Promise<void> {
  if (figure.panels.length > 0) await Deno.writeTextFile(`${FOLDER}/${file}.svg`, drawFigure(figure));
}

function panelOf(goal: Goal, columns: readonly Column[]): Panel {
  const bars = columns.flatMap((column): Bar[] => {
    const found = ratioFor(goal, column.ratios);
    if (found === undefined) return [];
    const due = goalIn(goal, column.runtime);
    const { ratio: value, low, high } = found;
    const bar = { label: nameOf(column), value, low, high, met: value >= (due ?? 0) };
    return [due === undefined ? bar : { ...bar, goal: due }];
  });
  return { title: `${goal.title} / ${goal.peer}`, bars };
}

function growthPanels(columns: readonly Column[]): Panel[] {
  const routes = new Set(columns.flatMap(({ growth }) => Object.keys(growth)));
  return [...routes].map((route) => ({
    title: route,
    bars: columns.flatMap((column): Bar[] => {
      const value = column.growth[route];
      if (value === undefined) return [];
      return [{ label: nameOf(column), value, goal: GROWTH_GOAL, met: value <= GROWTH_GOAL }];
    }),
  }));
}

const NAMES: Record<string, string> = { deno: "Deno", bun: "Bun", chromium: "Chromium" };

/** What people call a runtime, with as much of its version as tells it from others. */
function nameOf({ runtime, version }: Column): string {
  const [major = "", minor = ""] = version.split(".");
  if (runtime.startsWith("node")) return `Node ${major}`;
  if (runtime === "workerd") return runtime;
  const short = runtime === "chromium" ? major : `${major}.${minor}`;
  return `${NAMES[runtime] ?? runtime} ${short}`;
}
