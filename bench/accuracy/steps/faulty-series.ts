import { DAY_MS, type DurationMs, type EpochMs, MetricSeries } from "@foreshock/core/fold";
import { Dice, generateSeries, type MetricKind, unitAt } from "@foreshock/core/generator";

/** Size of a fault in the series' noise. */
export const FAULT_SIZE = 12;

/** Two columns of equal length, and when the fault is: [firstMs, lastMs]. */
export interface FaultyPoints {
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
}

export interface FaultySeriesPlan {
  readonly kind: MetricKind;
  readonly seed: number;
  readonly intervalMs: DurationMs;
  readonly pointCount: number;
  /** In noises; 0: a clean series. */
  readonly size: number;
  readonly faultPoints: number;
}

/** A generated series that is moved up for a while, somewhere from 75 % to 90 % of the way. */
export function faultySeries(plan: FaultySeriesPlan): FaultyPoints {
  const { kind, seed, intervalMs, pointCount, size, faultPoints } = plan;
  const days = (pointCount * intervalMs) / DAY_MS;
  const made = generateSeries({ kind, seed: `steps ${seed}`, days, intervalMs });
  const values = made.values.slice();
  const dice = new Dice(`steps ${seed} ${kind}`);
  const first = Math.floor(values.length * (0.75 + 0.15 * dice.uniform()));
  const last = first + faultPoints - 1;
  const unit = unitAt(made, first);
  for (let i = first; i <= last; i++) values[i]! += size * unit;
  const timestampsMs = made.timestampsMs;
  return { timestampsMs, values, firstMs: timestampsMs[first]!, lastMs: timestampsMs[last]! };
}

export function seriesOfPoints({ timestampsMs, values }: FaultyPoints): MetricSeries {
  return new MetricSeries({
    tenantId: "bench",
    clusterId: "steps",
    nodeId: "node",
    metricName: "metric",
    timestamps: timestampsMs,
    values,
  });
}
