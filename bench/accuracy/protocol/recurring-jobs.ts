import {
  ALARM_PROMISE_DAYS,
  DAY_MS,
  type DurationMs,
  FoldRow,
  HOUR_MS,
  MINUTE_MS,
  replaySeries,
  SeriesFold,
  type StreamingEngine,
} from "@foreshock/core/fold";
import {
  Dice,
  generateSeries,
  injectJob,
  type JobPeriod,
  type JobPlan,
  METRIC_KINDS,
} from "@foreshock/core/generator";

/** How jobs that come again are told. */
export interface RecurringQuality {
  /** Runs from the fourth on that the series could see, and how many of them opened an alarm. */
  readonly runs: number;
  readonly opened: number;
  /** Highest score of those runs, mean. */
  readonly score: number;
  /** Series, and in how many an alarm opened where the job did not come, or was three times as large. */
  readonly series: number;
  readonly missedFound: number;
  readonly tripledFound: number;
}

export interface RecurringPlan {
  readonly period: JobPeriod;
  readonly intervalMs: DurationMs;
  /** 0 = a single point. */
  readonly lengthMs: DurationMs;
}

/** Days of a series, and which run is left out or tripled. */
const LENGTHS: Readonly<Record<JobPeriod, readonly [days: number, odd: number]>> = {
  day: [24, 18],
  week: [77, 8],
  month: [245, 6],
};
const SIZE = 1;
const FOURTH = 3;
/** A series that begins with its job cannot know it for one: nothing is judged at first, and the first hours are let go. */
const SEEN_FROM_MS = DAY_MS;
/** A run's alarm opens at the latest so long after its end; that of a missed one when it is overdue. */
const AFTER_MS = 2 * HOUR_MS;

/** @param seeds one series of one kind of metrics each, in turn */
export function judgeRecurring(
  engine: StreamingEngine,
  plan: RecurringPlan,
  seeds: readonly number[],
): RecurringQuality {
  const sum = { runs: 0, opened: 0, score: 0, series: 0, missedFound: 0, tripledFound: 0 };
  const [, odd] = LENGTHS[plan.period];
  for (const seed of seeds) {
    const usual = folded(engine, plan, seed, {});
    const seen = usual.filter(({ sinceStartMs }) => sinceStartMs >= SEEN_FROM_MS);
    for (const { score, opened } of seen.slice(FOURTH)) {
      sum.runs++;
      sum.opened += Number(opened);
      sum.score += score;
    }
    sum.series++;
    sum.missedFound += Number(folded(engine, plan, seed, { missed: odd })[odd]!.opened);
    sum.tripledFound += Number(folded(engine, plan, seed, { tripled: odd })[odd]!.opened);
  }
  return { ...sum, score: sum.score / sum.runs };
}

interface Run {
  score: number;
  opened: boolean;
  readonly sinceStartMs: DurationMs;
}

/** What was said of each run of the job. */
function folded(
  engine: StreamingEngine,
  { period, intervalMs, lengthMs }: RecurringPlan,
  seed: number,
  odd: Pick<JobPlan, "missed" | "tripled">,
): Run[] {
  const kind = METRIC_KINDS[seed % METRIC_KINDS.length]!;
  const series = generateSeries({
    kind,
    seed: `job ${seed}`,
    days: LENGTHS[period][0],
    intervalMs,
  });
  const plan = { period, lengthMs, size: SIZE, ...odd };
  const { values, runs } = injectJob(series, plan, new Dice(`job ${seed} ${period}`));
  const { timestampsMs } = series;
  const said = runs.map(({ firstIndex }): Run => {
    return { score: 0, opened: false, sinceStartMs: firstIndex * intervalMs };
  });
  const fold = new SeriesFold({
    open: () => engine.open(),
    counter: false,
    promiseDays: ALARM_PROMISE_DAYS,
  });
  const after = Math.ceil(AFTER_MS / intervalMs);
  let run = 0;
  const row = new FoldRow();
  replaySeries(fold, { timestampsMs, values }, row, (i) => {
    while (run < runs.length && i > runs[run]!.lastIndex + after) run++;
    if (run === runs.length || i < runs[run]!.firstIndex - 1) return;
    const one = said[run]!;
    one.score = Math.max(one.score, row.score);
    if (fold.alarmChange === "opened") one.opened = true;
  });
  return said;
}

/** Jobs of a point, half an hour and three hours at steps of 1 minute to 1 hour. */
export function recurringPlans(): RecurringPlan[] {
  const periods = ["day", "week", "month"] as const;
  return periods.flatMap((period) =>
    [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS].flatMap((intervalMs) =>
      [0, 30 * MINUTE_MS, 3 * HOUR_MS]
        .filter((lengthMs) => lengthMs === 0 || lengthMs >= intervalMs)
        .map((lengthMs) => ({ period, intervalMs, lengthMs })),
    ),
  );
}
