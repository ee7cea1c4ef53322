import type { Severity } from "@foreshock/client";
import type { MsRange } from "../state/time-range.ts";
import type { Tokens } from "../theme/tokens.ts";
import { anomalousRuns, type DrawnColumns, presentRuns, valueDomain } from "./columns.ts";
import type { Shade } from "./shades.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Scale {
  x(atMs: number): number;
  y(value: number): number;
  readonly box: Box;
}

/** Alpha of the shade behind an anomaly: seen at once, and the line over it still read. */
const SHADE_ALPHA = 0.16;

/** Anomaly shades, expected band, and the line with its min-max reach, into `box`. */
export function drawSeries(
  pen: CanvasRenderingContext2D,
  columns: DrawnColumns,
  range: MsRange,
  box: Box,
  tokens: Tokens,
  shades: readonly Shade[],
): void {
  const [low, high] = valueDomain(columns);
  const perMs = box.width / (range.endMs - range.startMs);
  const scale: Scale = {
    x: (atMs) => box.x + (atMs - range.startMs) * perMs,
    y: (value) => box.y + box.height - ((value - low) / (high - low)) * box.height,
    box,
  };
  drawShades(pen, shades, scale, tokens);
  pen.fillStyle = tokens.band;
  fillBetween(pen, columns.at, columns.lower, columns.upper, scale);
  pen.fillStyle = tokens["series-soft"];
  fillBetween(pen, columns.at, columns.min, columns.max, scale);
  pen.strokeStyle = tokens.series;
  pen.lineWidth = 1.25;
  pen.lineJoin = "round";
  strokeLine(pen, columns.at, columns.value, scale);
}

function drawShades(
  pen: CanvasRenderingContext2D,
  shades: readonly Shade[],
  { x, box }: Scale,
  tokens: Tokens,
): void {
  pen.globalAlpha = SHADE_ALPHA;
  for (const { startMs, endMs, severity } of shades) {
    const left = Math.max(box.x, x(startMs));
    const right = Math.min(box.x + box.width, x(endMs));
    if (right < box.x || left > box.x + box.width) continue;
    pen.fillStyle = severityColour(tokens, severity);
    pen.fillRect(left, box.y, Math.max(2, right - left), box.height);
  }
  pen.globalAlpha = 1;
}

function fillBetween(
  pen: CanvasRenderingContext2D,
  at: readonly number[],
  lower: readonly (number | null)[],
  upper: readonly (number | null)[],
  { x, y }: Scale,
): void {
  const both = lower.map((value, i) => (value === null ? null : (upper[i] ?? null)));
  for (const { start, end } of presentRuns(at, both)) {
    pen.beginPath();
    for (let i = start; i < end; i++) pen.lineTo(x(at[i]!), y(upper[i]!));
    for (let i = end - 1; i >= start; i--) pen.lineTo(x(at[i]!), y(lower[i]!));
    pen.closePath();
    pen.fill();
  }
}

function strokeLine(
  pen: CanvasRenderingContext2D,
  at: readonly number[],
  values: readonly (number | null)[],
  { x, y }: Scale,
): void {
  for (const { start, end } of presentRuns(at, values)) {
    pen.beginPath();
    if (end - start === 1) pen.moveTo(x(at[start]!) - 1, y(values[start]!));
    for (let i = start; i < end; i++) pen.lineTo(x(at[i]!), y(values[i]!));
    pen.stroke();
  }
}

/** A strip of score colours; steps without a score stay empty. */
export function drawRibbon(
  pen: CanvasRenderingContext2D,
  columns: Pick<DrawnColumns, "at" | "score">,
  range: MsRange,
  stepMs: number,
  box: Box,
  tokens: Tokens,
): void {
  const perMs = box.width / (range.endMs - range.startMs);
  const stepWidth = Math.max(1, stepMs * perMs);
  pen.fillStyle = tokens["sev-none"];
  pen.fillRect(box.x, box.y, box.width, box.height);
  for (const { start, end, severity } of anomalousRuns(columns.score)) {
    const left = box.x + (columns.at[start]! - range.startMs) * perMs - stepWidth / 2;
    const right = box.x + (columns.at[end - 1]! - range.startMs) * perMs + stepWidth / 2;
    pen.fillStyle = severityColour(tokens, severity);
    pen.fillRect(left, box.y, Math.max(2, right - left), box.height);
  }
}

export function severityColour(tokens: Tokens, severity: Severity): string {
  return tokens[`sev-${severity}`];
}
