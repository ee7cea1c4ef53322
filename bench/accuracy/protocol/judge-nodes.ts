import {
  appendAll,
  childOf,
  evidenceOf,
  type PointEngine,
  type PointScores,
  rankWindow,
} from "@foreshock/core/fold";
import { runStageA } from "../../../packages/core/src/aggregate/testing-folds.ts";

import { type Attribution, attribution } from "../metrics/hit-rate.ts";
import { scoredNodes } from "./engine-scores.ts";
import { judgeSet, type SetQuality } from "./judge-set.ts";
import type { LabelledRegion } from "./labelled-region.ts";

const TOP_METRICS = 3;
const P_MIN = 1e-12;

/** How an engine did on a set of nodes. */
export interface NodeSetQuality {
  /** The calibrated score of the node, as stored and shown. */
  readonly calibrated: SetQuality;
  /** VUS-PR of the orders that lists may use: mean of the 3 largest -log10 p, and the closed form. */
  readonly topThreeVusPr: number;
  readonly stageAVusPr: number;
  /** Metrics inside incidents, one for each given lateness; empty where the set does not name them. */
  readonly attribution: readonly MeanAttribution[];
}

export interface MeanAttribution extends Attribution {
  readonly incidents: number;
}

/**
 * Node scores and the order of metrics inside labelled incidents.
 *
 * @param latenessMs ranges that are ranked start so much after the true onset, one after the other
 */
export function judgeNodes(
  regions: readonly LabelledRegion[],
  engine: PointEngine,
  latenessMs: readonly number[] = [0],
): NodeSetQuality {
  const calibrated: Float64Array[] = [];
  const topThree: Float64Array[] = [];
  const stageA: Float64Array[] = [];
  const attributions = latenessMs.map((): Attribution[] => []);
  const records = regions.map(({ record }) => record);
  for (const { metrics, score } of scoredNodes(records, engine)) {
    const region = regions[calibrated.length]!;
    const points = metrics.map((one) => ({ p: evidenceOf(one.points) }));
    const children = metrics.map((one) => ({ p: childOf(one.points) }));
    calibrated.push(score);
    topThree.push(topThreeOf(children));
    stageA.push(stageAOf(children, region.record.columns));
    latenessMs.forEach((lateMs, k) => {
      appendAll(attributions[k]!, attributionsOf(region, points, lateMs));
    });
  }
  return {
    calibrated: judgeSet(regions, calibrated),
    topThreeVusPr: judgeSet(regions, topThree, []).vusPr,
    stageAVusPr: judgeSet(regions, stageA, []).vusPr,
    attribution: attributions.filter((all) => all.length > 0).map(meanAttribution),
  };
}

type MetricPoints = Pick<PointScores, "p">;

function topThreeOf(metrics: readonly MetricPoints[]): Float64Array {
  const rarity = metrics.map(({ p }) => p.map((value) => -Math.log10(Math.max(value, P_MIN))));
  return rarity[0]!.map((_, i) => {
    const largest = rarity.map((column) => column[i]!).sort((a, b) => b - a);
    return largest.slice(0, TOP_METRICS).reduce((sum, value) => sum + value, 0) / TOP_METRICS;
  });
}

/** Minus the log of the closed form over the metrics, before the node's own past is asked. */
function stageAOf(
  metrics: readonly MetricPoints[],
  columns: readonly Float64Array[],
): Float64Array {
  const children = metrics.length;
  const rows = metrics[0]!.p.length;
  const p = new Float64Array(rows * children);
  metrics.forEach((metric, k) => {
    for (let row = 0; row < rows; row++) {
      p[row * children + k] = Number.isNaN(columns[k]![row]!) ? Number.NaN : metric.p[row]!;
    }
  });
  return runStageA({ p, children }, "auto").map((value) => -Math.log(value));
}

function attributionsOf(
  { record }: LabelledRegion,
  metrics: readonly MetricPoints[],
  lateMs: number,
): Attribution[] {
  const { causes, timestampsMs, columns, metricNames, series, intervalMs } = record;
  const place = { timestampsMs, values: columns, p: metrics.map(({ p }) => p) };
  return causes.map(({ range, columns: contributing }) => {
    const [first, last] = range;
    const endMs = timestampsMs[last]! + intervalMs;
    const { metrics: ranked } = rankWindow({
      ...place,
      columns: metricNames.map((metricName) => ({ nodeId: series, metricName })),
      startMs: Math.min(timestampsMs[first]! + lateMs, endMs - intervalMs),
      endMs,
    });
    return attribution(
      ranked.map(({ column }) => column),
      contributing,
    );
  });
}

function meanAttribution(all: readonly Attribution[]): MeanAttribution {
  const mean = (share: (one: Attribution) => number) =>
    all.reduce((sum, one) => sum + share(one), 0) / all.length;
  return {
    incidents: all.length,
    at100: mean((one) => one.at100),
    at150: mean((one) => one.at150),
    firstRight: mean((one) => one.firstRight),
    oneOfThree: mean((one) => one.oneOfThree),
  };
}
