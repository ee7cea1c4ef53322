import { DAY_MS, type DurationMs, type EpochMs } from "../model/time.ts";
import { calendarOf, type TimeGrid, type TimeZone, timestampsOf, UTC } from "./calendar.ts";
import { Dice } from "./dice.ts";
import { healthyValues, type MetricKind, NOISE_SIZE } from "./metric-kinds.ts";

/** A Monday's midnight, UTC: 2023-11-13. */
export const ORIGIN_MS: EpochMs = 1_699_833_600_000;

export interface SeriesPlan {
  readonly kind: MetricKind;
  /** The same text gives the same series, another text an unrelated one. */
  readonly seed: string;
  readonly days: number;
  readonly intervalMs: DurationMs;
  readonly startMs?: EpochMs;
  readonly zone?: TimeZone;
}

/** One generated series: two columns of equal length. */
export interface GeneratedSeries {
  readonly kind: MetricKind;
  readonly intervalMs: DurationMs;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  /** Usual size of its noise, in its own unit. */
  readonly noiseSize: number;
}

/** A clean series whose daily load peaks at an hour of its own. Cost: about 100 ns per point. */
export function generateSeries(plan: SeriesPlan): GeneratedSeries {
  const { kind, seed, days, intervalMs, startMs = ORIGIN_MS, zone = UTC } = plan;
  const dice = new Dice(`${seed} ${kind}`);
  const pointCount = Math.floor((days * DAY_MS) / intervalMs);
  const grid: TimeGrid = { startMs, intervalMs, pointCount };
  const calendar = calendarOf(grid, zone, dice.uniform());
  return {
    kind,
    intervalMs,
    timestampsMs: timestampsOf(grid),
    values: healthyValues({ kind, calendar, dice }),
    noiseSize: NOISE_SIZE[kind],
  };
}
