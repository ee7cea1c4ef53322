import type { AnomalyRow, Explanation, FindingRow } from "@foreshock/client";
import { severityOf } from "../src/severity/severity.ts";
import { type FixtureFault, type FixtureMetric, METRICS, STEP_MS } from "./fixture-fleet.ts";

/** What a made-up fault looks like in the API, `nowMs` being now. */
export function anomalyRow(fault: FixtureFault, node: string, nowMs: number): AnomalyRow {
  const metric = METRICS.find((one) => one.name === fault.metric)!;
  return {
    id: `${fault.id}~${node}`,
    seriesId: [fault.cluster, node, fault.metric].join("~"),
    cluster: fault.cluster,
    node,
    metric: fault.metric,
    engine: "stream",
    windowStart: iso(nowMs - fromMs(fault)),
    windowEnd: iso(nowMs - fault.toMin * 60_000),
    score: fault.score,
    severity: severityOf(fault.score),
    label: fault.label,
    kind: fault.kind,
    magnitude: Math.abs(fault.factor - 1) / metric.noise,
    explanation: explanationOf(fault, metric, nowMs),
    open: fault.toMin === 0,
  };
}

/** @param clusterNodes the nodes of the faults' cluster, for a fault of all of them. */
export function findingRow(
  faults: readonly FixtureFault[],
  clusterNodes: readonly string[],
  nowMs: number,
): FindingRow {
  const worst = [...faults].sort((a, b) => b.score - a.score)[0]!;
  const total = faults.reduce((sum, fault) => sum + fault.score, 0);
  const nodes = worst.node === null ? clusterNodes : [worst.node];
  return {
    id: `fnd_${worst.id}`,
    level: worst.node === null ? "cluster" : "node",
    cluster: worst.cluster,
    node: worst.node,
    openedAt: iso(nowMs - fromMs(worst) + STEP_MS),
    closedAt: worst.toMin === 0 ? null : iso(nowMs - worst.toMin * 60_000),
    outcome: worst.toMin === 0 ? "held" : "recovered",
    onset: iso(nowMs - fromMs(faults[0]!)),
    score: worst.score,
    severity: severityOf(worst.score),
    entityReturnPeriodDays: (worst.score / (1 - worst.score)) ** (1 / 0.646),
    fleetReturnPeriodDays: 31,
    label: worst.label,
    kind: worst.kind,
    text: worst.text,
    contributions: faults.map((fault) => ({
      node: fault.node ?? nodes[0]!,
      metric: fault.metric,
      seriesId: [fault.cluster, fault.node ?? nodes[0], fault.metric].join("~"),
      score: fault.score,
      share: fault.score / total,
      onset: iso(nowMs - fromMs(fault)),
      kind: fault.kind,
      text: fault.text,
    })),
    nodes: nodes.map((node) => ({ node, score: worst.score })),
    confidence: 0.95,
  };
}

function explanationOf(fault: FixtureFault, metric: FixtureMetric, nowMs: number): Explanation {
  const actual = metric.base * fault.factor;
  return {
    text: fault.text,
    kind: fault.kind,
    direction: fault.factor > 1 ? "up" : "down",
    onset: iso(nowMs - fromMs(fault)),
    peak: iso(nowMs - fromMs(fault) * 0.6 - fault.toMin * 24_000),
    actual,
    typical: { low: metric.base * 0.85, high: metric.base * 1.2, level: metric.base },
    deviation: {
      absolute: actual - metric.base,
      percent: (fault.factor - 1) * 100,
      sigma: (fault.factor - 1) / metric.noise,
    },
    returnPeriodDays: (fault.score / (1 - fault.score)) ** (1 / 0.646),
    factors: [
      { name: "sudden", share: 0.62 },
      { name: "hour", share: 0.21 },
      { name: "recent", share: 0.12 },
      { name: "shift", share: 0.05 },
    ],
    peers: { z: (fault.factor - 1) / metric.noise / 2, compared: 11, anomalous: 0 },
    counterfactual: {
      at: iso(nowMs - fromMs(fault)),
      value: metric.base * (fault.factor > 1 ? 1.35 : 0.75),
      bound: fault.factor > 1 ? "at-most" : "at-least",
      score: 0.48,
    },
    confidence: 0.95,
  };
}

/** How long ago it began. */
export function fromMs(fault: FixtureFault): number {
  return fault.fromMin * 60_000;
}

/** How far it has grown at `at`, from 0 to 1. */
export function rampOf(fault: FixtureFault, at: number, nowMs: number): number {
  const begin = nowMs - fromMs(fault);
  const end = nowMs - fault.toMin * 60_000;
  return Math.min(1, Math.max(0, (at - begin) / (end - begin)));
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
