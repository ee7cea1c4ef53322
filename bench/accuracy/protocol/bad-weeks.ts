import { DAY_MS, HOUR_MS, MINUTE_MS, type StreamingEngine } from "@foreshock/core/fold";
import {
  Dice,
  generateSeries,
  injectSeveral,
  METRIC_KINDS,
  type SeveralPlan,
} from "@foreshock/core/generator";
import { openingsOf } from "./judge-openings.ts";

const INTERVALS_MS = [MINUTE_MS, 5 * MINUTE_MS];
/** Of each kind and interval. */
const SEEDS = 6;
const DAYS = 20;
/** What is learnt first opens here and there; it is left out, as in the labelled sets. */
const LEFT_OUT_DAYS = 3;
/** An opening still belongs to a fault this long after its end. */
const BEHIND_MS = 30 * MINUTE_MS;

/** Six faults in three to eight days, after ten healthy ones. */
const BAD_WEEK: SeveralPlan = {
  count: 6,
  healthyDays: 10,
  pausesMs: [8 * HOUR_MS, 26 * HOUR_MS],
  sizes: [12, 30],
};

/** How alarms come through a week with several true faults. */
export interface BadWeekQuality {
  readonly faults: number;
  /** Share of the faults with an opening of their own. */
  readonly opened: number;
  /** The same of the first faults, the second ones and so on. */
  readonly openedByTurn: readonly number[];
  /** Openings outside of every fault, per series-day. */
  readonly falsePerDay: number;
}

/** Ten kinds of metrics x 6 seeds x 2 intervals, each with six faults within days. Fixed seeds. */
export function judgeBadWeeks(engine: StreamingEngine, promiseDays: number): BadWeekQuality {
  const weeks = INTERVALS_MS.flatMap((intervalMs) =>
    METRIC_KINDS.flatMap((kind) =>
      Array.from({ length: SEEDS }, (_, seed) => badWeek(`${seed} ${kind}`, { kind, intervalMs })),
    ),
  ).map((week) => judged(week, engine, promiseDays));
  const sum = (of: (week: (typeof weeks)[number]) => number) =>
    weeks.reduce((total, week) => total + of(week), 0);
  const openedByTurn = Array.from(
    { length: BAD_WEEK.count },
    (_, turn) => sum(({ opened }) => Number(opened[turn])) / weeks.length,
  );
  return {
    faults: weeks.length * BAD_WEEK.count,
    opened: openedByTurn.reduce((total, share) => total + share, 0) / BAD_WEEK.count,
    openedByTurn,
    falsePerDay: sum((week) => week.false) / (weeks.length * (DAYS - LEFT_OUT_DAYS)),
  };
}

type Kind = (typeof METRIC_KINDS)[number];

function badWeek(seed: string, { kind, intervalMs }: { kind: Kind; intervalMs: number }) {
  const series = generateSeries({ kind, seed: `bad week ${seed}`, days: DAYS, intervalMs });
  const several = injectSeveral(series, BAD_WEEK, new Dice(`bad week ${seed} ${intervalMs}`));
  return { series, ...several };
}

function judged(
  { series, values, faults }: ReturnType<typeof badWeek>,
  engine: StreamingEngine,
  promiseDays: number,
): { readonly opened: readonly boolean[]; readonly false: number } {
  const { timestampsMs, intervalMs } = series;
  const { opened } = openingsOf({ timestampsMs, columns: [values] }, engine, promiseDays);
  const behind = BEHIND_MS / intervalMs;
  const left = opened.slice();
  left.fill(0, 0, (LEFT_OUT_DAYS * DAY_MS) / intervalMs);
  const seen = faults.map(({ firstIndex, lastIndex }) => {
    const part = left.subarray(firstIndex, lastIndex + 1 + behind);
    const found = part.includes(1);
    part.fill(0);
    return found;
  });
  return { opened: seen, false: left.reduce((total, one) => total + one, 0) };
}
