import type { Calendar } from "./calendar.ts";
import type { Dice } from "./dice.ts";
import { autoregressive, gaussians, poisson } from "./random-laws.ts";

/** What cloud metrics look like when nothing is wrong. */
export const METRIC_KINDS = [
  "cpu",
  "rps",
  "latency",
  "mem_saw",
  "disk",
  "errors",
  "net_cron",
  "queue",
  "const",
  "temp",
] as const;
export type MetricKind = (typeof METRIC_KINDS)[number];

/** Usual size of a kind's noise, in its own unit: what faults are measured in. */
export const NOISE_SIZE: Readonly<Record<MetricKind, number>> = {
  cpu: 3.4,
  rps: 40,
  latency: 14,
  mem_saw: 0.6,
  disk: 0.05,
  errors: 0.7,
  net_cron: 4e5,
  queue: 2,
  const: 0.5,
  temp: 0.4,
};

/** Kinds that move with the load: what users do is common to them, within a node and a cluster. */
export const LOAD_KINDS: ReadonlySet<MetricKind> = new Set<MetricKind>([
  "cpu",
  "rps",
  "latency",
  "errors",
  "net_cron",
  "queue",
]);

export interface HealthyMetric {
  readonly kind: MetricKind;
  readonly calendar: Calendar;
  readonly dice: Dice;
  /** Innovations of the slow noise, unit variance, one per point; drawn from `dice` where left out. */
  readonly shocks?: Float64Array;
}

/**
 * A clean series: one value per point of the calendar's grid, none missing, no point anomalous. Memories
 * of the noise are per point, whatever the interval is.
 *
 * Cost: about 50-150 ns per point.
 * Source: the laws of the reference generator (spec/detection.md section 4).
 */
export function healthyValues({ kind, calendar, dice, shocks }: HealthyMetric): Float64Array {
  const pointCount = calendar.grid.pointCount;
  const noise = (memory: number, sd: number) =>
    autoregressive(shocks ?? gaussians(dice, pointCount), memory, sd);
  return LAWS[kind]({ calendar, dice, noise, pointCount });
}

interface Draw {
  readonly calendar: Calendar;
  readonly dice: Dice;
  readonly noise: (memory: number, sd: number) => Float64Array;
  readonly pointCount: number;
}

const LAWS: Readonly<Record<MetricKind, (draw: Draw) => Float64Array>> = {
  cpu,
  rps,
  latency,
  mem_saw: sawtooth,
  disk,
  errors,
  net_cron: network,
  queue,
  const: nearlyConstant,
  temp: temperature,
};

/** Percent; daily load, calmer at weekends. */
function cpu({ calendar: { daily, weekend }, dice, noise }: Draw): Float64Array {
  return noise(0.8, 3).map((slow, i) => {
    const load = 15 * daily[i]! * (1 - 0.4 * weekend[i]!);
    return Math.min(Math.max(35 + load + slow + 1.5 * dice.gaussian(), 0), 100);
  });
}

/** Requests counted. */
function rps({ calendar: { daily, weekend }, dice, noise }: Draw): Float64Array {
  return noise(0.9, 0.03).map((slow, i) => {
    const rate = 800 * Math.exp(0.5 * daily[i]! - 0.3 * weekend[i]!);
    return poisson(dice, Math.max(rate * (1 + slow), 1));
  });
}

/** Milliseconds; skewed, with a heavy upper tail. */
function latency({ calendar: { daily }, dice, noise }: Draw): Float64Array {
  return noise(0.6, 0.08).map((slow, i) => {
    const usual = 80 * Math.exp(0.15 * daily[i]! + slow + 0.12 * dice.gaussian());
    return usual + 4 * dice.pareto(3);
  });
}

/** Percent; fills up until the garbage collector comes, every 300 to 3000 points. */
function sawtooth({ dice, noise }: Draw): Float64Array {
  const periodPoints = 300 + dice.below(2700);
  return noise(0.7, 0.5).map((slow, i) => {
    return 40 + (30 * (i % periodPoints)) / periodPoints + slow + 0.2 * dice.gaussian();
  });
}

/** Percent; grows slowly, rounded. */
function disk({ dice, noise }: Draw): Float64Array {
  const step = 0.0008 * (1 + dice.uniform());
  let grown = 0;
  return noise(0.95, 0.05).map((slow) => {
    if (dice.uniform() < 0.3) grown += step;
    return 50 + grown + Math.round(slow * 100) / 100;
  });
}

/** Errors counted; mostly 0. */
function errors({ calendar: { daily }, dice, noise }: Draw): Float64Array {
  return noise(0.95, 0.4).map((slow, i) => {
    return poisson(dice, 0.3 * Math.exp(0.6 * daily[i]!) * Math.exp(slow));
  });
}

/** Bytes per second; with an hourly and a nightly job. */
function network({ calendar: { daily, minuteOfDay }, dice, noise }: Draw): Float64Array {
  const job = dice.below(60);
  return noise(0.7, 0.1).map((slow, i) => {
    const minute = minuteOfDay[i]!;
    let value = 2e6 * Math.exp(0.4 * daily[i]! + 0.15 * dice.gaussian() + slow);
    if (minute % 60 === job) value += 4e6 * (1 + 0.2 * dice.gaussian());
    if (minute >= NIGHTLY_JOB.startMinute && minute < NIGHTLY_JOB.endMinute) value += 8e6;
    return value;
  });
}

/** Local minutes of the day in which the nightly job runs, everywhere alike. */
const NIGHTLY_JOB = { startMinute: 180, endMinute: 200 } as const;

/** Jobs waiting; log-normal and strongly correlated. */
function queue({ noise }: Draw): Float64Array {
  return noise(0.97, 1).map((slow) => Math.floor(Math.exp(slow)));
}

/** 8, and now and then 7 or 9 for one point. */
function nearlyConstant({ dice, pointCount }: Draw): Float64Array {
  return Float64Array.from({ length: pointCount }, () => {
    return dice.uniform() < 0.002 ? 7 + dice.below(3) : 8;
  });
}

/** Degrees; slow, rounded to a tenth. */
function temperature({ calendar: { daily }, dice, noise }: Draw): Float64Array {
  return noise(0.98, 0.8).map((slow, i) => {
    return Math.round(10 * (45 + 2 * daily[i]! + slow + 0.2 * dice.gaussian())) / 10;
  });
}
