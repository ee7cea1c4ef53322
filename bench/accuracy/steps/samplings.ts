import { DAY_MS, type DurationMs, HOUR_MS, MINUTE_MS, SECOND_MS } from "@foreshock/core/fold";
import { Dice, type MetricKind } from "@foreshock/core/generator";
import { type FaultyPoints, faultySeries } from "./faulty-series.ts";

/** Metrics whose faults are found at a step of five minutes; none of them hides a spike. */
export const SAMPLED_KINDS: readonly MetricKind[] = ["cpu", "rps", "latency", "temp", "errors"];

/** One way to sample a metric, and the same metric sampled regularly. */
export interface Sampling {
  readonly name: string;
  readonly points: (kind: MetricKind, seed: number, size: number) => FaultyPoints;
  readonly regular: (kind: MetricKind, seed: number, size: number) => FaultyPoints;
}

/** A fault lasts 25 minutes, or five points where those take longer. */
const FAULT_MS = 25 * MINUTE_MS;

const plainStep = (intervalMs: DurationMs, pointCount: number) => {
  const faultPoints = Math.max(5, Math.round(FAULT_MS / intervalMs));
  return (kind: MetricKind, seed: number, size: number) =>
    faultySeries({ kind, seed, intervalMs, pointCount, size, faultPoints });
};

const fiveMinutes = plainStep(5 * MINUTE_MS, 4000);

/** Regular steps: as many points as such a series is likely to have. All are compared with five minutes. */
const STEPS: readonly (readonly [string, DurationMs, number])[] = [
  ["1 s", SECOND_MS, 90_000],
  ["15 s", 15 * SECOND_MS, 12_000],
  ["1 min", MINUTE_MS, 8000],
  ["5 min", 5 * MINUTE_MS, 4000],
  ["1 h", HOUR_MS, 1500],
  ["6 h", 6 * HOUR_MS, 800],
  ["1 day", DAY_MS, 400],
  ["1 week", 7 * DAY_MS, 200],
];

type Change = (points: FaultyPoints, dice: Dice) => FaultyPoints;

/** The same points of one step, changed, beside what they were. */
const changed = (name: string, intervalMs: DurationMs, pointCount: number, change: Change) => {
  const regular = plainStep(intervalMs, pointCount);
  return {
    name,
    regular,
    points: (kind: MetricKind, seed: number, size: number) =>
      change(regular(kind, seed, size), new Dice(`sampling ${name} ${kind} ${seed}`)),
  };
};

/**
 * The fine series whose beginning is kept coarsely, beside the whole fine one. The fault lasts five
 * coarse points, so both can see it.
 */
const coarseFirst = (name: string, fineMs: DurationMs, parts: readonly Part[], count: number) => {
  const regular = (kind: MetricKind, seed: number, size: number) =>
    faultySeries({ kind, seed, intervalMs: fineMs, pointCount: count, size, faultPoints: 15 });
  return {
    name,
    regular,
    points: (kind: MetricKind, seed: number, size: number) =>
      averagedIn(regular(kind, seed, size), parts),
  };
};

/** The points up to a share of the series, and of how many of them one mean is made. */
interface Part {
  readonly upTo: number;
  readonly every: number;
}

export const SAMPLINGS: readonly Sampling[] = [
  ...STEPS.map(([name, intervalMs, pointCount]) => {
    return { name, points: plainStep(intervalMs, pointCount), regular: fiveMinutes };
  }),
  coarseFirst("15 s after 1 min", 15 * SECOND_MS, [{ upTo: 0.5, every: 4 }], 16_000),
  coarseFirst("5 min after 1 h", 5 * MINUTE_MS, [{ upTo: 0.5, every: 12 }], 12_000),
  coarseFirst(
    "1 min after 5 min after 1 h",
    MINUTE_MS,
    [
      { upTo: 0.45, every: 60 },
      { upTo: 0.65, every: 5 },
    ],
    28_800,
  ),
  coarseFirst("1 min between 5 min", MINUTE_MS, alternating(20, 5), 28_800),
  changed("jitter of a fifth", MINUTE_MS, 8000, jittered(0.2)),
  changed("jitter of a half", MINUTE_MS, 8000, jittered(0.5)),
  changed("irregular: 3 of 10 points kept", MINUTE_MS, 24_000, thinned(0.3)),
  changed("empty cells of five neighbours", MINUTE_MS, 8000, withEmptyCells(5)),
  changed("every other cell empty", MINUTE_MS, 8000, withEmptyCells(1)),
  changed("3 of 10 values missing", MINUTE_MS, 8000, withMissing(0.3)),
  changed("two replicas, no label", MINUTE_MS, 8000, replicated(300)),
  changed("every point twice", MINUTE_MS, 8000, replicated(0)),
  changed("first 40 points a second apart", MINUTE_MS, 8000, fastStart(40)),
];

function alternating(partCount: number, every: number): Part[] {
  return Array.from({ length: partCount }, (_, i) => {
    return { upTo: (i + 1) / partCount, every: i % 2 === 0 ? every : 1 };
  });
}

/** Means over groups of points, stamped with their first one. */
function averagedIn(points: FaultyPoints, parts: readonly Part[]): FaultyPoints {
  const { timestampsMs, values } = points;
  const times: number[] = [];
  const means: number[] = [];
  for (let i = 0; i < values.length; ) {
    const every = parts.find(({ upTo }) => i < upTo * values.length)?.every ?? 1;
    const group = values.subarray(i, i + every);
    times.push(timestampsMs[i]!);
    means.push(group.reduce((sum, value) => sum + value, 0) / group.length);
    i += every;
  }
  return { ...points, timestampsMs: Float64Array.from(times), values: Float64Array.from(means) };
}

function jittered(share: number): Change {
  return (points, dice) => {
    const { timestampsMs } = points;
    const reach = share * (timestampsMs[1]! - timestampsMs[0]!);
    return { ...points, timestampsMs: timestampsMs.map((at) => at + reach * dice.uniform()) };
  };
}

function thinned(share: number): Change {
  return (points, dice) => {
    const keep = points.values.map(() => (dice.uniform() < share ? 1 : 0));
    const kept = (_: number, i: number) => keep[i] === 1;
    return {
      ...points,
      timestampsMs: points.timestampsMs.filter(kept),
      values: points.values.filter(kept),
    };
  };
}

function withMissing(share: number): Change {
  return (points, dice) => {
    return {
      ...points,
      values: points.values.map((value) => (dice.uniform() < share ? Number.NaN : value)),
    };
  };
}

/** Rows between the points that belong to other metrics. */
function withEmptyCells(count: number): Change {
  return (points) => {
    const every = count + 1;
    const step = points.timestampsMs[1]! - points.timestampsMs[0]!;
    const length = points.values.length * every;
    const timestampsMs = new Float64Array(length);
    const values = new Float64Array(length).fill(Number.NaN);
    for (let i = 0; i < length; i++) {
      const own = Math.floor(i / every);
      timestampsMs[i] = points.timestampsMs[own]! + ((i % every) * step) / every;
      if (i % every === 0) values[i] = points.values[own]!;
    }
    return { ...points, timestampsMs, values };
  };
}

function replicated(laterMs: DurationMs): Change {
  return (points, dice) => {
    const length = 2 * points.values.length;
    const timestampsMs = new Float64Array(length);
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const own = i >> 1;
      timestampsMs[i] = points.timestampsMs[own]! + (i % 2) * laterMs;
      values[i] = points.values[own]! * (i % 2 === 1 ? 1 + 0.001 * dice.gaussian() : 1);
    }
    return { ...points, timestampsMs, values };
  };
}

function fastStart(count: number): Change {
  return (points) => {
    const startMs = points.timestampsMs[count]!;
    return {
      ...points,
      timestampsMs: points.timestampsMs.map((at, i) =>
        i < count ? startMs - (count - i) * SECOND_MS : at,
      ),
    };
  };
}
