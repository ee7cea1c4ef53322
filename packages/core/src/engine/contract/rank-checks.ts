import { expect } from "vitest";
import type { MetricSeries } from "../../model/metric-series.ts";
import type { AnomalyDetectionEngine, PointEngine } from "../engine.ts";
import { type BatchScorer, SCORER_OUT, SCORER_OUT_LENGTH, type StreamScorer } from "../scorer.ts";
import type { Check } from "./check.ts";
import { type FaultyCase, faultyCases, type PlantedFault } from "./planted-fault.ts";

/**
 * Mean area under the ROC curve over the planted cases: chance is 0.5. Ours reach 0.89 and more; an
 * engine that sees the fault late, or for too long, still passes. The idea is river's `check_anomaly`.
 */
export const ROC_AUC_MIN = 0.8;

/** How anomalous an engine finds each point of a case; NaN counts as not at all. */
type Ranking = (faulty: FaultyCase) => Float64Array | Promise<Float64Array>;

/** What an engine says in `detect` and, where it has them, in its point scores must rank the fault. */
export function engineRankChecks(
  makeEngine: () => AnomalyDetectionEngine,
  faults: readonly PlantedFault[],
): Check[] {
  return faults.flatMap((fault) => {
    const engineFor = ({ peers }: FaultyCase) =>
      fault.kind === "one-node" ? fault.among(peers) : makeEngine();
    const byResults: Ranking = async (faulty) => windowScores(engineFor(faulty), faulty.series);
    const byPoints: Ranking = (faulty) => rarities(engineFor(faulty) as PointEngine, faulty.series);
    const checks = [
      rankCheck(`ranks the windows of a planted fault (${fault.kind})`, fault, byResults),
    ];
    if (!("score" in makeEngine())) return checks;
    return [
      ...checks,
      rankCheck(`ranks the points of a planted fault (${fault.kind})`, fault, byPoints),
    ];
  });
}

/** The nonconformity of a scorer must rank the fault. */
export function scorerRankChecks(
  makeScorer: () => StreamScorer | BatchScorer,
  faults: readonly PlantedFault[],
): Check[] {
  return faults.map((fault) =>
    rankCheck(`ranks the points of a planted fault (${fault.kind})`, fault, ({ series }) =>
      nonconformityOf(makeScorer(), series),
    ),
  );
}

/** Columns of nonconformity by either kind of scorer. */
export function nonconformityOf(
  scorer: StreamScorer | BatchScorer,
  { timestamps, values }: Pick<MetricSeries, "timestamps" | "values">,
  intervalMs = 300_000,
): Float64Array {
  if (!("open" in scorer)) return scorer.score(timestamps, values, intervalMs).nonconformity;
  const open = scorer.open(intervalMs);
  const out = new Float64Array(SCORER_OUT_LENGTH);
  return values.map((value, i) => {
    open.push(timestamps[i]!, value, out);
    return out[SCORER_OUT.nonconformity]!;
  });
}

function rankCheck(says: string, fault: PlantedFault, ranking: Ranking): Check {
  return {
    says: `${says} above the others, far better than chance`,
    run: async () => {
      const areas: number[] = [];
      for (const faulty of faultyCases(fault)) {
        const { rankedFrom, labels } = faulty;
        const scores = await ranking(faulty);
        areas.push(rocAuc(scores.subarray(rankedFrom), labels.subarray(rankedFrom)));
      }
      const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
      const perCase = areas.map((area) => area.toFixed(2)).join(" ");
      expect(mean, `mean ROC AUC of ${perCase}`).toBeGreaterThanOrEqual(ROC_AUC_MIN);
    },
  };
}

/** The highest score of the results that cover a point; a point without results counts as 0. */
async function windowScores(
  engine: AnomalyDetectionEngine,
  series: MetricSeries,
): Promise<Float64Array> {
  const scores = new Float64Array(series.length);
  for (const { windowStart, windowEnd, anomalyScore } of await engine.detect(series)) {
    series.timestamps.forEach((atMs, i) => {
      if (atMs >= windowStart && atMs < windowEnd) scores[i] = Math.max(scores[i]!, anomalyScore);
    });
  }
  return scores;
}

function rarities(engine: PointEngine, series: MetricSeries): Float64Array {
  return engine.score(series).p.map((p) => 1 - p);
}

/**
 * Chance that a labelled point has the higher score of a labelled and an unlabelled one; ties count
 * half. Source: Mann and Whitney (1947).
 */
export function rocAuc(scores: Float64Array, labels: Uint8Array): number {
  const known = scores.map((score) => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score));
  const order = Uint32Array.from(known, (_, i) => i).sort((a, b) =>
    rankOrder(known[a]!, known[b]!),
  );
  let faulty = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && known[order[end]!] === known[order[start]!]) end++;
    const meanRank = (start + end + 1) / 2;
    for (let i = start; i < end; i++) {
      if (labels[order[i]!] !== 1) continue;
      faulty++;
      rankSum += meanRank;
    }
    start = end;
  }
  return (rankSum - (faulty * (faulty + 1)) / 2) / (faulty * (order.length - faulty));
}

/** Ascending; a difference would be NaN between two infinities. */
function rankOrder(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
