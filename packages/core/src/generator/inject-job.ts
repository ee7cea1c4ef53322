import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS } from "../model/time.ts";
import type { Dice } from "./dice.ts";
import type { GeneratedSeries } from "./generate-series.ts";

/** How often a job runs: every night, every week, on the first of the month. */
export const JOB_PERIODS = ["day", "week", "month"] as const;
export type JobPeriod = (typeof JOB_PERIODS)[number];

export interface JobPlan {
  readonly period: JobPeriod;
  /** At least one point is. */
  readonly lengthMs: DurationMs;
  /** In widths of the series' own range. */
  readonly size: number;
  /** Numbers of the runs, from 0 on, that do not come, and that are three times as large. */
  readonly missed?: number;
  readonly tripled?: number;
}

/** One run of a job; both ends inclusive. A missed one is where it should have been. */
export interface JobRun {
  readonly firstIndex: number;
  readonly lastIndex: number;
}

export interface SeriesWithJob {
  readonly values: Float64Array;
  readonly runs: readonly JobRun[];
}

/** Runs differ by a tenth in size and start within this of their time. */
const SIZE_SPREAD = 0.1;
const START_SPREAD_MS: DurationMs = 180_000;
const WEEK_DAYS = 7;
/** What never moves has no range: a width is at least this many noises. */
const LEAST_NOISES = 8;

/**
 * A job that adds to the series at the same time of every day, week or month (UTC), an hour of its own. The series is
 * left as it was. Cost: linear in the points.
 */
export function injectJob(series: GeneratedSeries, plan: JobPlan, dice: Dice): SeriesWithJob {
  const { timestampsMs, intervalMs } = series;
  const values = series.values.slice();
  const size = plan.size * Math.max(widthOf(values), LEAST_NOISES * series.noiseSize);
  const ofDay = Math.floor(dice.between(0, DAY_MS / HOUR_MS)) * HOUR_MS;
  const startMs = timestampsMs[0]!;
  const runs: JobRun[] = [];
  for (const dayMs of daysOf(plan.period, startMs, timestampsMs.at(-1)!)) {
    const late = dice.between(0, START_SPREAD_MS);
    const factor = dice.between(1 - SIZE_SPREAD, 1 + SIZE_SPREAD);
    const firstIndex = Math.ceil((dayMs + ofDay + late - startMs) / intervalMs);
    const lastIndex = firstIndex + Math.max(1, Math.round(plan.lengthMs / intervalMs)) - 1;
    if (firstIndex < 0 || lastIndex >= values.length) continue;
    const times = runs.length === plan.missed ? 0 : runs.length === plan.tripled ? 3 : 1;
    for (let i = firstIndex; i <= lastIndex; i++) values[i]! += times * factor * size;
    runs.push({ firstIndex, lastIndex });
  }
  return { values, runs };
}

/** Midnights of the days on which a job runs. */
function* daysOf(period: JobPeriod, startMs: EpochMs, endMs: EpochMs): Generator<EpochMs> {
  const first = Math.ceil(startMs / DAY_MS) * DAY_MS;
  if (period !== "month") {
    const step = (period === "day" ? 1 : WEEK_DAYS) * DAY_MS;
    for (let at = first; at <= endMs; at += step) yield at;
    return;
  }
  const at = new Date(first);
  for (let month = at.getUTCMonth(); ; month++) {
    const day = Date.UTC(at.getUTCFullYear(), month, 1);
    if (day > endMs) return;
    if (day >= first) yield day;
  }
}

function widthOf(values: Float64Array): number {
  const sorted = values.toSorted();
  return sorted[Math.floor(0.99 * sorted.length)]! - sorted[Math.floor(0.01 * sorted.length)]!;
}
