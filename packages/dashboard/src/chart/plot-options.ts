import uPlot from "uplot";
import { tickTexts } from "../format/number.ts";
import type { MsRange } from "../state/time-range.ts";
import type { Tokens } from "../theme/tokens.ts";
import { type Columns, valueDomain } from "./columns.ts";
import { drawRibbon, severityColour } from "./draw-series.ts";
import type { Shade } from "./shades.ts";
import { timeTicks } from "./time-ticks.ts";

export interface PlotFacts {
  readonly columns: Columns;
  readonly range: MsRange;
  readonly stepMs: number;
  readonly unit: string;
  readonly shades: readonly Shade[];
  readonly tokens: Tokens;
  readonly family: string;
  /** Index of the point under the cursor; null where the cursor is elsewhere. */
  readonly onPoint: (index: number | null) => void;
  readonly onZoom: (range: MsRange) => void;
}

const RIBBON_HEIGHT = 6;
const RIBBON_GAP = 4;
/** So close to the right edge a label would be cut. */
const TICK_FREE_SHARE = 0.025;
const SHADE_ALPHA = 0.14;

/** Columns in the order of the series below; uPlot wants seconds. */
export function plotData({ columns }: PlotFacts): uPlot.AlignedData {
  return [
    columns.at.map((ms) => ms / 1000),
    columns.upper as (number | null)[],
    columns.lower as (number | null)[],
    columns.max as (number | null)[],
    columns.min as (number | null)[],
    columns.expected as (number | null)[],
    columns.value as (number | null)[],
  ];
}

/**
 * Band, expected line, actual line, the ribbon of scores under the plot, and shades behind it; see `shadesOf`.
 */
export function plotOptions(facts: PlotFacts, width: number, height: number): uPlot.Options {
  const { tokens, range, columns } = facts;
  const [low, high] = valueDomain(columns);
  const bound: uPlot.Series = { stroke: "transparent", points: { show: false } };
  return {
    width,
    height,
    padding: [8, 6, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: {
      points: { size: 7, width: 2 },
      drag: { x: true, y: false, setScale: false },
      focus: { prox: -1 },
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, range: [range.startMs / 1000, range.endMs / 1000] },
      y: { range: [low, high] },
    },
    axes: [timeAxis(facts), valueAxis(facts)],
    series: [
      {},
      bound,
      bound,
      bound,
      bound,
      {
        stroke: tokens.expected,
        width: 1,
        dash: [4, 4],
        points: { show: false },
      },
      { stroke: tokens.series, width: 1.5, points: { show: false } },
    ],
    bands: [
      { series: [1, 2], fill: tokens.band },
      { series: [3, 4], fill: tokens["series-soft"] },
    ],
    hooks: {
      drawClear: [(plot) => drawShades(plot, facts)],
      draw: [(plot) => drawStrip(plot, facts)],
      setCursor: [(plot) => facts.onPoint(plot.cursor.idx ?? null)],
      setSelect: [(plot) => zoomTo(plot, facts)],
    },
  };
}

function timeAxis({ tokens, family, range }: PlotFacts): uPlot.Axis {
  const lastMs = range.endMs - (range.endMs - range.startMs) * TICK_FREE_SHARE;
  const ticksAt = (plot: uPlot) =>
    timeTicks(range, Math.max(2, Math.floor(plot.width / 110))).filter(({ atMs }) => atMs < lastMs);
  return {
    stroke: tokens["ink-soft"],
    font: `12px ${family}`,
    grid: { stroke: tokens.line, width: 1 },
    ticks: { show: false },
    gap: RIBBON_HEIGHT + RIBBON_GAP + 6,
    size: 40,
    splits: (plot) => ticksAt(plot).map(({ atMs }) => atMs / 1000),
    values: (plot) => ticksAt(plot).map(({ label }) => label),
  };
}

function valueAxis({ tokens, family, unit }: PlotFacts): uPlot.Axis {
  return {
    stroke: tokens["ink-soft"],
    font: `12px ${family}`,
    grid: { stroke: tokens.line, width: 1 },
    ticks: { show: false },
    gap: 8,
    size: (plot, values) => {
      if (values === null || values === undefined) return 56;
      plot.ctx.font = `${12 * uPlot.pxRatio}px ${family}`;
      const widthOf = (text: string) => plot.ctx.measureText(text).width;
      const widest = values.reduce((width, text) => Math.max(width, widthOf(text)), 0);
      return Math.ceil(widest / uPlot.pxRatio) + 16;
    },
    values: (_, splits) => tickTexts(splits, unit),
  };
}

/** Drawn before the lines. uPlot's canvas is in device pixels. */
function drawShades(plot: uPlot, { shades, range, tokens }: PlotFacts): void {
  const { ctx: pen, bbox } = plot;
  pen.save();
  pen.globalAlpha = SHADE_ALPHA;
  for (const { startMs, endMs, severity } of shades) {
    if (endMs < range.startMs || startMs > range.endMs) continue;
    const left = plot.valToPos(Math.max(startMs, range.startMs) / 1000, "x", true);
    const right = plot.valToPos(Math.min(endMs, range.endMs) / 1000, "x", true);
    pen.fillStyle = severityColour(tokens, severity);
    pen.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  pen.restore();
}

function drawStrip(plot: uPlot, { columns, range, stepMs, tokens }: PlotFacts): void {
  const { ctx: pen, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const y = bbox.top + bbox.height + RIBBON_GAP * ratio;
  const box = { x: bbox.left, y, width: bbox.width, height: RIBBON_HEIGHT * ratio };
  pen.save();
  pen.beginPath();
  pen.rect(box.x, box.y, box.width, box.height);
  pen.clip();
  drawRibbon(pen, columns, range, stepMs, box, tokens);
  pen.restore();
}

function zoomTo(plot: uPlot, facts: PlotFacts): void {
  const { left, width } = plot.select;
  if (width < 5) return;
  const startMs = plot.posToVal(left, "x") * 1000;
  const endMs = plot.posToVal(left + width, "x") * 1000;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  facts.onZoom({ startMs, endMs });
}
