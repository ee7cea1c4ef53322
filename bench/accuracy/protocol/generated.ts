import {
  ALARM_PROMISE_DAYS,
  alarmsAMonth,
  CHECKED_PROMISES_DAYS,
  calibrateKinds,
  DAY_MS,
  HOUR_MS,
  LABEL_OF_KIND,
  MINUTE_MS,
  type StreamingEngine,
} from "@foreshock/core/fold";
import {
  Dice,
  type GeneratedSeries,
  generateSeries,
  METRIC_KINDS,
  type MetricKind,
} from "@foreshock/core/generator";
import { median } from "../datasets/record.ts";
import { faultCases } from "../kinds/fault-cases.ts";
import { type BadWeekQuality, judgeBadWeeks } from "./bad-weeks.ts";
import { openingsOf } from "./judge-openings.ts";

const ALARM_SCORE = 0.75;
const CLEAN_SEEDS = 6;
const CLEAN_DAYS = 21;
const MONTH_DAYS = 30;
/** Of each kind; of a few cases every one would count for too much. */
const SHIFT_SEEDS = 10;

const SHIFT_INTERVALS_MS = [MINUTE_MS, 300_000];
const SHIFT_SIZES = [8, 15];

/** What needs no data. */
export interface GeneratedFigures {
  readonly clean: CleanQuality;
  readonly shifts: readonly ShiftQuality[];
  readonly badWeeks: BadWeekQuality;
  readonly labels: LabelQuality;
}

/** @param say hears what is done next */
export function judgeGenerated(
  engine: StreamingEngine,
  say: (step: string) => void,
): GeneratedFigures {
  say("generated: clean metrics");
  const clean = judgeClean(engine);
  say("generated: level shifts of 48 hours");
  const shifts = SHIFT_INTERVALS_MS.flatMap((intervalMs) =>
    SHIFT_SIZES.map((size) => judgeShifts(engine, intervalMs, size, ALARM_PROMISE_DAYS)),
  );
  say("generated: six faults within days");
  const badWeeks = judgeBadWeeks(engine, ALARM_PROMISE_DAYS);
  say("generated: faults and what they are called");
  return { clean, shifts, badWeeks, labels: judgeLabels(engine) };
}

/** Alarms on metrics without any anomaly, per series-month; promised 30, 4.3 and 1. */
export interface CleanQuality {
  /** By "once in so many days", mean over the ten kinds. */
  readonly alarms: ReadonlyMap<number, number>;
  readonly worstKind: MetricKind;
  /** Of the worst kind at once a month. */
  readonly worstAlarms: number;
}

/** Ten kinds x 6 seeds x 21 days of one-minute points, the first days included. */
function judgeClean(engine: StreamingEngine): CleanQuality {
  const kinds = calibrateKinds({
    seed: "bench",
    seriesCount: CLEAN_SEEDS,
    days: CLEAN_DAYS,
    intervalMs: MINUTE_MS,
    engine,
  });
  const { worst, worstKind } = alarmsAMonth(kinds, MONTH_DAYS);
  return {
    alarms: new Map(
      CHECKED_PROMISES_DAYS.map((days) => [days, alarmsAMonth(kinds, days).mean] as const),
    ),
    worstKind,
    worstAlarms: worst,
  };
}

export interface ShiftQuality {
  readonly intervalMs: number;
  /** In units of the noise. */
  readonly size: number;
  readonly cases: number;
  /** Share with an opening within 6 hours; the rest is about these. */
  readonly foundEarly: number;
  /** Mean number of openings during the shift, and in the day after it. */
  readonly openingsDuring: number;
  readonly openingsAfter: number;
  /** Share whose alarm score in the last hour of the shift is 0.75 or more (median of the hour). */
  readonly stillRaised: number;
}

/** A level shift of 48 hours on each kind of metric: is it one alarm, and does it stay one? */
function judgeShifts(
  engine: StreamingEngine,
  intervalMs: number,
  size: number,
  promiseDays: number,
): ShiftQuality {
  const hour = HOUR_MS / intervalMs;
  const cases = METRIC_KINDS.flatMap((kind) =>
    Array.from({ length: SHIFT_SEEDS }, (_, seed) => {
      const series = generateSeries({ kind, seed: `shift ${seed}`, days: 21, intervalMs });
      const days = 12 + new Dice(`shift ${kind} ${seed}`).uniform();
      const start = Math.floor((days * DAY_MS) / intervalMs);
      const end = start + 48 * hour;
      const by = (seed % 2 === 0 ? 1 : -1) * size * unitBefore(series, start);
      const values = series.values.map((value, i) => (i >= start && i < end ? value + by : value));
      const columns = [values];
      const { timestampsMs } = series;
      const { opened, score } = openingsOf({ timestampsMs, columns }, engine, promiseDays);
      const count = (from: number, to: number) =>
        opened.subarray(from, to).reduce((sum, value) => sum + value, 0);
      return {
        early: count(start, start + 6 * hour) > 0,
        during: count(start, end),
        after: count(end, end + 24 * hour),
        raised: median(score.subarray(end - hour, end)) >= ALARM_SCORE,
      };
    }),
  );
  const found = cases.filter(({ early }) => early);
  const mean = (measure: (one: (typeof cases)[number]) => number) =>
    found.reduce((sum, one) => sum + measure(one), 0) / found.length;
  return {
    intervalMs,
    size,
    cases: cases.length,
    foundEarly: found.length / cases.length,
    openingsDuring: mean(({ during }) => during),
    openingsAfter: mean(({ after }) => after),
    stillRaised: mean(({ raised }) => Number(raised)),
  };
}

/** The larger of the kind's noise and of its steps just before. */
function unitBefore({ values, noiseSize }: GeneratedSeries, index: number): number {
  const before = values.subarray(Math.max(0, index - 1000), index);
  const steps = before.subarray(1).map((value, i) => value - before[i]!);
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  const variance = steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / steps.length;
  return Math.max(noiseSize, Math.sqrt(variance / 2));
}

export interface LabelQuality {
  readonly cases: number;
  /** Share with a point at 0.75 or more in or just after the fault. */
  readonly detected: number;
  /** Of the detected: share with the right one of spike, trend, seasonal; with the right kind. */
  readonly labels: number;
  readonly kinds: number;
  /** Share of right labels by true label. */
  readonly byLabel: ReadonlyMap<string, number>;
}

/** Not looked at while the rules were written. */
const FRESH_SEEDS = [21, 22, 23];
const LABEL_DAYS = 12;

/** Every kind of fault on every kind of metric at one minute: what the alarmed window is called. */
function judgeLabels(engine: StreamingEngine): LabelQuality {
  const plan = { intervalMs: MINUTE_MS, days: LABEL_DAYS, seeds: FRESH_SEEDS };
  const cases = [...faultCases(engine, plan)];
  const found = cases.flatMap(({ truth, window }) =>
    window === undefined ? [] : [{ truth, said: window }],
  );
  const share = (part: typeof found, right: (one: (typeof found)[number]) => boolean) =>
    part.filter(right).length / part.length;
  const labelRight = ({ truth, said }: (typeof found)[number]) =>
    LABEL_OF_KIND[said] === LABEL_OF_KIND[truth];
  const byLabel = Map.groupBy(found, ({ truth }) => LABEL_OF_KIND[truth]);
  return {
    cases: cases.length,
    detected: found.length / cases.length,
    labels: share(found, labelRight),
    kinds: share(found, ({ truth, said }) => truth === said),
    byLabel: new Map([...byLabel].map(([label, part]) => [label, share(part, labelRight)])),
  };
}
