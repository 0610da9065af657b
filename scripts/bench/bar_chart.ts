/** A figure of panels, side by side. */
export interface Figure {
  title: string;
  /** What the numbers mean, in a sentence. */
  caption: string;
  scale: Scale;
  panels: Panel[];
}

/** Bars below each other. */
export interface Panel {
  title: string;
  bars: Bar[];
}

/** One bar. It starts where the scale says. */
export interface Bar {
  label: string;
  value: number;
  /** Where the middle half of the rounds lies. */
  low?: number;
  high?: number;
  /** What it was to reach. */
  goal?: number;
  met: boolean;
}

/** Where values lie between the left (0) and the right (1) of a panel. */
export interface Scale {
  place(value: number): number;
  ticks: number[];
  /** The value where bars start. */
  start: number;
  write(value: number): string;
}

/** A scale on which twice as fast lies as far from the middle as twice as slow. */
export function ratioScale(values: readonly number[]): Scale {
  const least = Math.min(-1, Math.floor(Math.log2(Math.min(1, ...values)) - 0.1));
  const most = Math.max(1, Math.ceil(Math.log2(Math.max(1, ...values)) + 0.1));
  const span = most - least;
  const every = Math.ceil(span / 7);
  return {
    place: (value) => (Math.log2(value) - least) / span,
    ticks: range(least, most).filter((power) => power % every === 0).map((power) => 2 ** power),
    start: 1,
    write: (value) => value < 1 ? `1/${1 / value}` : `${value}`,
  };
}

/** A scale from 0. */
export function plainScale(values: readonly number[], step: number): Scale {
  const most = Math.ceil(Math.max(step, ...values) / step) * step;
  return {
    place: (value) => value / most,
    ticks: range(0, most / step).map((i) => i * step),
    start: 0,
    write: (value) => `${value}`,
  };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const COLUMNS = 2;
const PANEL = 410; // all lengths in pixels
const GAP = 20;
const MARGIN = 16;
const HEAD = 66;
const LABEL = 104;
const NUMBER = 52;
const ROW = 19;
const BAR = 11;
const TITLE = 26;
const AXIS = 30;

const STYLE = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
  .paper { fill: #ffffff }
  .title { font-size: 16px; font-weight: 600 }
  .panel { font-size: 13px; font-weight: 600 }
  .dim { fill: #59636e }
  .right { text-anchor: end }
  .middle { text-anchor: middle }
  .met { fill: #2f81d0 }
  .missed { fill: #d9822b }
  .grid { stroke: #d8dee4 }
  .start { stroke: #818b98 }
  .goal { stroke: #1f2328; stroke-width: 2 }
  .range { stroke: #1f2328; stroke-opacity: 0.45 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .paper { fill: #0d1117 }
    .dim { fill: #9198a1 }
    .met { fill: #4493f8 }
    .missed { fill: #db8b3b }
    .grid { stroke: #2a313c }
    .start { stroke: #656c76 }
    .goal { stroke: #f0f6fc }
    .range { stroke: #f0f6fc }
  }`;

/** Draws a figure as SVG that can be read on light and on dark pages. */
export function drawFigure({ title, caption, scale, panels }: Figure): string {
  const width = 2 * MARGIN + COLUMNS * PANEL + GAP;
  let bottom = HEAD;
  const drawn: string[] = [];
  for (let i = 0; i < panels.length; i += COLUMNS) {
    const row = panels.slice(i, i + COLUMNS);
    row.forEach((panel, column) => {
      const x = MARGIN + column * (PANEL + GAP);
      drawn.push(`<g transform="translate(${x} ${bottom})">\n${drawPanel(panel, scale)}\n</g>`);
    });
    bottom += TITLE + Math.max(...row.map(({ bars }) => bars.length)) * ROW + AXIS;
  }
  const whole = bottom + MARGIN / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" width="${width}" \
height="${whole}" role="img" aria-label="${escape(title)}">
<style>${STYLE}
</style>
<rect class="paper" width="${width}" height="${whole}" rx="8"/>
${write(MARGIN, 28, title, "title")}
${write(MARGIN, 48, caption, "dim")}
${drawLegend(width - MARGIN)}
${drawn.join("\n")}
</svg>
`;
}

function drawLegend(right: number): string {
  const x = right - 226;
  return [
    `<rect class="met" x="${x}" y="38" width="${BAR}" height="${BAR}"/>`,
    write(x + 17, 48, "goal met"),
    `<rect class="missed" x="${x + 82}" y="38" width="${BAR}" height="${BAR}"/>`,
    write(x + 99, 48, "missed"),
    line(x + 162, 36, x + 162, 51, "goal"),
    write(x + 170, 48, "the goal"),
  ].join("\n");
}

function drawPanel({ title, bars }: Panel, scale: Scale): string {
  const [left, width] = [LABEL, PANEL - LABEL - NUMBER];
  const at = (value: number) => round(left + width * Math.min(1, Math.max(0, scale.place(value))));
  const bottom = TITLE + bars.length * ROW;
  const grid = scale.ticks.flatMap((tick) => [
    line(at(tick), TITLE, at(tick), bottom + 3, tick === scale.start ? "start" : "grid"),
    write(at(tick), bottom + 16, scale.write(tick), "dim middle"),
  ]);
  const rows = bars.flatMap(({ label, value, low, high, goal, met }, i) => {
    const y = TITLE + i * ROW + ROW / 2;
    const [from, to] = [scale.start, value].map(at).sort((a, b) => a - b) as [number, number];
    return [
      write(left - 8, y + 4, label, "right"),
      `<rect class="${met ? "met" : "missed"}" x="${from}" y="${y - BAR / 2}" width="${
        round(Math.max(1, to - from))
      }" height="${BAR}"/>`,
      ...low === undefined || high === undefined ? [] : [line(at(low), y, at(high), y, "range")],
      ...goal === undefined ? [] : [line(at(goal), y - ROW / 2 + 1, at(goal), y + ROW / 2 - 1, "goal")],
      write(PANEL, y + 4, value.toFixed(value < 10 ? 2 : 0), "right"),
    ];
  });
  return [write(0, 14, title, "panel"), ...grid, ...rows].join("\n");
}

function write(x: number, y: number, text: string, style = ""): string {
  return `<text x="${round(x)}" y="${round(y)}"${style === "" ? "" : ` class="${style}"`}>${
    escape(text)
  }</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line class="${style}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
