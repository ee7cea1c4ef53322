import { createHash } from "node:crypto";
import { severityOf } from "@foreshock/core";
import type { AnomalyRow } from "../src/platform/platform.ts";

/** A series in the memory of `TestingPlatform`: points ascending, one per instant. */
export interface HeldSeries {
  readonly id: string;
  readonly clusterId: string;
  readonly nodeId: string;
  readonly metricName: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Instant to value; a later write of the same instant wins. */
  readonly points: Map<number, number>;
}

export interface Scored {
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly median: number;
  readonly spread: number;
  /** z^2 / (z^2 + 25): 0.5 at five robust standard deviations. */
  readonly scores: readonly number[];
}

/** Points older than a sample of five are needed before anything is called unusual. */
const POINTS_MIN = 5;

/** Distance from the median of the whole series, in robust standard deviations, squashed. */
export function scored({ points }: HeldSeries): Scored {
  const times = [...points.keys()].sort((a, b) => a - b);
  const values = times.map((at) => points.get(at)!);
  const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const median = known[known.length >> 1] ?? Number.NaN;
  const away = known.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
  const spread = Math.max(1.4826 * (away[away.length >> 1] ?? 0), 1e-9 + Math.abs(median) * 1e-3);
  const scores = values.map((value) => {
    if (Number.isNaN(value) || known.length < POINTS_MIN) return 0;
    const z = (value - median) / spread;
    return (z * z) / (z * z + 25);
  });
  return { times, values, median, spread, scores };
}

/** Runs of points that score 0.5 or more. */
export function anomaliesOf(series: HeldSeries, { times, values, ...rest }: Scored): AnomalyRow[] {
  const rows: AnomalyRow[] = [];
  for (let i = 0; i < times.length; i++) {
    if (rest.scores[i]! < 0.5) continue;
    let end = i;
    while (end + 1 < times.length && rest.scores[end + 1]! >= 0.5) end++;
    let peak = i;
    for (let k = i; k <= end; k++) if (rest.scores[k]! > rest.scores[peak]!) peak = k;
    const open = end === times.length - 1;
    rows.push(
      anomaly(
        series,
        rest,
        { start: times[i]!, end: times[end]! + 1, open },
        {
          at: times[peak]!,
          value: values[peak]!,
          score: rest.scores[peak]!,
        },
      ),
    );
    i = end;
  }
  return rows;
}

function anomaly(
  series: HeldSeries,
  { median, spread }: Pick<Scored, "median" | "spread">,
  run: { readonly start: number; readonly end: number; readonly open: boolean },
  peak: { readonly at: number; readonly value: number; readonly score: number },
): AnomalyRow {
  const up = peak.value > median;
  const sigma = (peak.value - median) / spread;
  const kind = up ? "spike" : "dip";
  return {
    id: idOf("anm", series.id, String(run.start)),
    seriesId: series.id,
    cluster: series.clusterId,
    node: series.nodeId,
    metric: series.metricName,
    engine: "robust-z",
    windowStart: run.start,
    windowEnd: run.end,
    score: peak.score,
    severity: severityOf(peak.score),
    label: "spike",
    kind,
    magnitude: Math.abs(sigma),
    explanation: {
      text: `${series.metricName} on ${series.nodeId} went from ${median} to ${peak.value}`,
      kind,
      direction: up ? "up" : "down",
      onset: run.start,
      peak: peak.at,
      actual: peak.value,
      typical: { low: median - 3 * spread, high: median + 3 * spread, level: median },
      deviation: {
        absolute: peak.value - median,
        percent: (100 * (peak.value - median)) / median,
        sigma,
      },
      returnPeriodDays: Number.NaN,
      factors: [{ name: "sudden", share: 1 }],
      confidence: 1,
    },
    open: run.open,
  };
}

export function idOf(prefix: string, ...parts: readonly string[]): string {
  return `${prefix}_${createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16)}`;
}
