import { type DurationMs, type EpochMs, MINUTE_MS, type TimeRange } from "@foreshock/core/fold";
import type { IngestSeries } from "../src/platform/ingest-series.ts";

/** A fleet whose every value is known: a calm wave everywhere, and what the test planted. */
export interface PlantedFleet {
  readonly startMs: EpochMs;
  readonly stepMs?: DurationMs;
  readonly cluster?: string;
  readonly nodes: readonly string[];
  readonly metrics?: readonly string[];
  readonly plants?: readonly Plant[];
}

/** Points [from, to) of the node, of one metric or of all, are higher by `lift`. */
export interface Plant {
  readonly node: string;
  readonly metric?: string;
  readonly from: number;
  readonly to: number;
  readonly lift?: number;
}

/** Far outside of the wave (deviation 3.5) and its noise (below 1). */
const LIFT = 60;
const METRICS = ["cpu", "mem"];

/** Points [from, to) of every series of the fleet, node by node. */
export function plantedSeries(fleet: PlantedFleet, from: number, to: number): IngestSeries[] {
  const { startMs, stepMs = MINUTE_MS, cluster = "eu", nodes, metrics = METRICS } = fleet;
  return nodes.flatMap((nodeId, n) =>
    metrics.map((metricName, m): IngestSeries => {
      const points = Array.from({ length: to - from }, (_, k) => from + k);
      return {
        clusterId: cluster,
        nodeId,
        metricName,
        timestampsMs: Float64Array.from(points, (point) => startMs + point * stepMs),
        values: Float64Array.from(points, (point) => {
          return calm(n, m, point) + liftOf(fleet, nodeId, metricName, point);
        }),
      };
    }),
  );
}

/** The series as the JSON route takes them. */
export function asJson(series: readonly IngestSeries[]) {
  return {
    series: series.map(({ clusterId, nodeId, metricName, timestampsMs, values }) => ({
      ...{ cluster: clusterId, node: nodeId, metric: metricName },
      points: Array.from(values, (value, i) => [timestampsMs[i]!, value]),
    })),
  };
}

export function rangeOf(fleet: PlantedFleet, to: number): TimeRange {
  return { startMs: fleet.startMs, endMs: fleet.startMs + to * (fleet.stepMs ?? MINUTE_MS) };
}

function calm(node: number, metric: number, point: number): number {
  const wave = 5 * Math.sin(point / 7 + metric + node / 3);
  return 50 + wave + ((point * 7919 + node * 31) % 13) / 13;
}

function liftOf({ plants = [] }: PlantedFleet, node: string, metric: string, at: number): number {
  const hit = plants.find(
    (plant) =>
      plant.node === node &&
      (plant.metric ?? metric) === metric &&
      at >= plant.from &&
      at < plant.to,
  );
  return hit === undefined ? 0 : (hit.lift ?? LIFT);
}
