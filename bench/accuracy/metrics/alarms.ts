import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { type IndexRange, median, medianStep, runsOf } from "../datasets/record.ts";

/** How alarms are counted. Both numbers are points. */
export interface AlarmRule {
  readonly threshold: number;
  /** Runs at most this many quiet points apart are one alarm. */
  readonly mergeGap: number;
  /** An event is widened by this many points on both sides. */
  readonly tolerance: number;
}

/** What a user would have seen at a fixed threshold; of one series, or summed over several. */
export interface AlarmCounts {
  readonly events: number;
  readonly detected: number;
  readonly alarms: number;
  /** Alarms that touch an event. */
  readonly trueAlarms: number;
  /** Length of the scored span, labelled or not. */
  readonly days: number;
  /** From the start of each detected event to its first alarm point. */
  readonly delaysMs: readonly number[];
}

/** The counts of one series. Missing scores are no alarm. */
export function countAlarms(
  score: Float64Array,
  labels: Uint8Array,
  timestampsMs: Float64Array,
  { threshold, mergeGap, tolerance }: AlarmRule,
): AlarmCounts {
  const length = score.length;
  if (length === 0) return NO_ALARMS;
  const stepMs = length > 1 ? medianStep(timestampsMs) : MINUTE_MS;
  const hit = Uint8Array.from(score, (value) => (value >= threshold ? 1 : 0));
  const alarms = merged(runsOf(hit), mergeGap);
  const events = runsOf(labels);
  const wide = events.map(([first, last]) => [first - tolerance, last + tolerance] as const);
  const delaysMs: number[] = [];
  wide.forEach(([from, to], k) => {
    const first = hit.indexOf(1, Math.max(0, from));
    if (first >= 0 && first <= to) {
      delaysMs.push(timestampsMs[first]! - timestampsMs[events[k]![0]]!);
    }
  });
  return {
    events: events.length,
    detected: delaysMs.length,
    alarms: alarms.length,
    trueAlarms: alarms.filter(([first, last]) =>
      wide.some(([from, to]) => first <= to && last >= from),
    ).length,
    days: (timestampsMs[length - 1]! - timestampsMs[0]! + stepMs) / DAY_MS,
    delaysMs,
  };
}

const NO_ALARMS: AlarmCounts = {
  events: 0,
  detected: 0,
  alarms: 0,
  trueAlarms: 0,
  days: 0,
  delaysMs: [],
};

/** Sums over series (micro average). */
export function poolAlarms(counts: readonly AlarmCounts[]): AlarmCounts {
  return counts.reduce(
    (sum, one) => ({
      events: sum.events + one.events,
      detected: sum.detected + one.detected,
      alarms: sum.alarms + one.alarms,
      trueAlarms: sum.trueAlarms + one.trueAlarms,
      days: sum.days + one.days,
      delaysMs: [...sum.delaysMs, ...one.delaysMs],
    }),
    NO_ALARMS,
  );
}

export interface AlarmQuality {
  /** Share of the alarms that touch an event; NaN without an alarm. */
  readonly precision: number;
  /** Share of the events with an alarm; NaN without an event. */
  readonly recall: number;
  /** 0 where nothing was right; NaN without an event. */
  readonly f1: number;
  readonly falsePerDay: number;
  /** NaN where nothing was detected. */
  readonly delayMsMedian: number;
}

export function qualityOf(counts: AlarmCounts): AlarmQuality {
  const { events, detected, alarms, trueAlarms, days, delaysMs } = counts;
  const precision = alarms === 0 ? Number.NaN : trueAlarms / alarms;
  const recall = events === 0 ? Number.NaN : detected / events;
  const nothing = Number.isNaN(precision) || precision + recall === 0;
  return {
    precision,
    recall,
    f1: nothing && events > 0 ? 0 : (2 * precision * recall) / (precision + recall),
    falsePerDay: days === 0 ? Number.NaN : (alarms - trueAlarms) / days,
    delayMsMedian: median(Float64Array.from(delaysMs)),
  };
}

function merged(runs: readonly IndexRange[], gap: number): IndexRange[] {
  const joined: [number, number][] = [];
  for (const [first, last] of runs) {
    const open = joined.at(-1);
    if (open !== undefined && first - open[1] - 1 <= gap) open[1] = last;
    else joined.push([first, last]);
  }
  return joined;
}
