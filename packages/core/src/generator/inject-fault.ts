import type { AnomalyKind } from "../model/anomaly-type.ts";
import { assert } from "../model/refusal.ts";
import { DAY_MS } from "../model/time.ts";
import type { Dice } from "./dice.ts";
import type { GeneratedSeries } from "./generate-series.ts";

/** What can go wrong with one series; named as the classifier names it. */
export const FAULT_KINDS = [
  "spike",
  "dip",
  "shift_up",
  "shift_down",
  "trend",
  "seasonal",
  "variance",
  "flatline",
  "missing",
] as const satisfies readonly AnomalyKind[];
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A series with one fault, and where it is. */
export interface FaultySeries {
  readonly values: Float64Array;
  /** 1 inside the fault. */
  readonly labels: Uint8Array;
  readonly firstIndex: number;
  /** Inclusive. */
  readonly lastIndex: number;
}

/** How long each fault lasts, in points: [shortest, longest + 1). */
const LENGTH_POINTS: Readonly<Record<FaultKind, readonly [number, number]>> = {
  spike: [1, 6],
  dip: [1, 6],
  shift_up: [240, 1440],
  shift_down: [240, 1440],
  trend: [360, 1200],
  seasonal: [600, 1440],
  variance: [120, 600],
  flatline: [60, 600],
  missing: [20, 300],
};

/** Points before the fault from which the size of a usual step is taken. */
const UNIT_POINTS = 2000;
/** Half of the window of the smooth course that a variance fault swings around. */
const SMOOTH_REACH = 15;

/**
 * One fault between 60 % and 90 % of the way. `size` is in units of the series' noise. The series is
 * left as it was. It must hold at least four days before the fault, which a seasonal fault copies from.
 *
 * Source: the laws of the reference generator (spec/detection.md section 7).
 */
export function injectFault(
  series: GeneratedSeries,
  fault: FaultKind,
  dice: Dice,
  size = 8,
): FaultySeries {
  const values = series.values.slice();
  const count = values.length;
  const firstIndex = Math.floor(count * (0.6 + 0.3 * dice.uniform()));
  const [shortest, tooLong] = LENGTH_POINTS[fault];
  const drawn = shortest + dice.below(tooLong - shortest);
  const length = Math.min(drawn, count - firstIndex);
  const unit = unitAt(series, firstIndex);
  const part = values.subarray(firstIndex, firstIndex + length);
  if (fault === "seasonal") copyHalfADayOff(series, part, firstIndex);
  else if (fault === "variance") swing(values, part, firstIndex, { unit, size, dice });
  else if (fault === "flatline") part.fill(values[firstIndex - 1]!);
  else if (fault === "missing") part.fill(Number.NaN);
  else move(part, fault, size * unit);
  const labels = new Uint8Array(count);
  labels.fill(1, firstIndex, firstIndex + length);
  return { values, labels, firstIndex, lastIndex: firstIndex + length - 1 };
}

/** Faults that move the value away and leave its course as it is. */
export type MovingFault = "spike" | "dip" | "shift_up" | "shift_down" | "trend";

/** Moves the values of `part` in place, all the way by `by` in their unit or somewhat less or more. */
export function move(part: Float64Array, fault: MovingFault, by: number): void {
  const last = Math.max(part.length - 1, 1);
  for (let i = 0; i < part.length; i++) {
    if (fault === "spike") part[i]! += by;
    else if (fault === "dip") part[i]! -= by;
    else if (fault === "shift_up") part[i]! += 0.75 * by;
    else if (fault === "shift_down") part[i]! -= 0.75 * by;
    else part[i]! += (1.5 * by * i) / last;
  }
}

/** Half a day out of phase: what was measured three and a half days ago. */
function copyHalfADayOff(series: GeneratedSeries, part: Float64Array, firstIndex: number): void {
  const dayPoints = Math.floor(DAY_MS / series.intervalMs);
  const source = firstIndex - Math.floor(dayPoints / 2) - 3 * dayPoints;
  assert(source >= 0, "a seasonal fault needs four days of series before it");
  part.set(series.values.subarray(source, source + part.length));
}

interface Swing {
  readonly unit: number;
  readonly size: number;
  readonly dice: Dice;
}

/** Deviations from the smooth course grow, and noise comes on top. */
function swing(
  values: Float64Array,
  part: Float64Array,
  firstIndex: number,
  { unit, size, dice }: Swing,
): void {
  const smooth = part.map((_, i) => smoothAt(values, firstIndex + i));
  for (let i = 0; i < part.length; i++) {
    const deviation = part[i]! - smooth[i]!;
    part[i] = smooth[i]! + deviation * size * 0.6 + dice.gaussian() * unit * size * 0.3;
  }
}

function smoothAt(values: Float64Array, at: number): number {
  let sum = 0;
  for (let i = at - SMOOTH_REACH; i <= at + SMOOTH_REACH; i++) sum += values[i] ?? 0;
  return sum / (2 * SMOOTH_REACH + 1);
}

/** What faults are measured in: the larger of the kind's noise and of the usual step just before. */
export function unitAt({ values, noiseSize }: GeneratedSeries, firstIndex: number): number {
  const from = Math.max(firstIndex - UNIT_POINTS, 0);
  const before = values.subarray(from, firstIndex);
  const steps = before.subarray(1).map((value, i) => value - before[i]!);
  const mean = sumOf(steps) / steps.length;
  const variance = sumOf(steps.map((step) => (step - mean) ** 2)) / steps.length;
  return Math.max(noiseSize, Math.sqrt(variance / 2) + 1e-9);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
