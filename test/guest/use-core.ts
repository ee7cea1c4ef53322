import {
  AggregationPipeline,
  builtInEngines,
  MetricSeries,
  memoryStore,
  Pipeline,
} from "@foreshock/core";
import { type FleetPlan, generateFleet, UTC } from "@foreshock/core/generator";

const STEP_MS = 300_000;
const POINTS = 2880;
const START_MS = Date.UTC(2026, 0, 5);
const FAULTY_NODE = 2;
const PLAN: FleetPlan = {
  seed: "guest",
  grid: { startMs: START_MS, intervalMs: STEP_MS, pointCount: POINTS },
  tenantCount: 1,
  clusterCount: 1,
  nodeCount: 4,
  metricCount: 4,
  common: { correlation: 0.3, law: "normal" },
  zones: [UTC],
  changes: [
    {
      startMs: START_MS + (POINTS - 40) * STEP_MS,
      endMs: START_MS + (POINTS - 20) * STEP_MS,
      tenant: 0,
      cluster: 0,
      nodes: [FAULTY_NODE],
      metrics: [0, 1, 2, 3],
      size: 12,
    },
  ],
};

/** What the core says of a small fleet with one faulty node. */
export interface CoreAnswers {
  /** Of the faulty node's first metric, by engine: the worst window's label, score and sentence. */
  readonly worst: Readonly<Record<string, string>>;
  readonly topNode: string | undefined;
  readonly findings: readonly string[];
}

/** Generates, detects with every engine, rolls up, and folds: most of what the core can do. */
export async function useCore(): Promise<CoreAnswers> {
  const nodes = [...generateFleet(PLAN)];
  const timestamps = Float64Array.from({ length: POINTS }, (_, i) => START_MS + i * STEP_MS);
  const series = nodes.flatMap(({ tenantId, clusterId, nodeId, metrics }) =>
    metrics.map(
      ({ metricName, values }) =>
        new MetricSeries({ tenantId, clusterId, nodeId, metricName, timestamps, values }),
    ),
  );
  const registry = builtInEngines();
  const worst: Record<string, string> = {};
  for (const { name } of registry.list()) {
    const results = await registry.get(name).detect(series[FAULTY_NODE * PLAN.metricCount]!);
    const top = results.reduce((a, b) => (b.anomalyScore > a.anomalyScore ? b : a));
    const text = top.explanation?.text ?? "";
    worst[name] = `${top.anomalyLabel} ${top.anomalyScore.toFixed(6)} ${text}`;
  }
  const rollUp = new AggregationPipeline();
  const engine = registry.get("stream");
  const results = await Promise.all(series.map((one) => engine.detect(one)));
  rollUp.aggregateNodes(results.flat());
  const [top] = rollUp.topNodes(nodes[0]!.clusterId, 1);
  return { worst, topNode: top?.nodeId, findings: await findingsOf(series) };
}

async function findingsOf(series: readonly MetricSeries[]): Promise<string[]> {
  const { tenantId } = series[0]!;
  const fold = { stepMs: STEP_MS, budgetDays: 7, rewindMs: 24 * STEP_MS };
  const pipeline = new Pipeline({ tenantId, store: memoryStore(), ...fold });
  await pipeline.append(
    series.map(({ clusterId, nodeId, metricName, timestamps, values }) => ({
      place: { clusterId, nodeId, metricName },
      timestampsMs: timestamps,
      values,
    })),
  );
  const { findings } = await pipeline.run();
  return Array.from(findings.values(), ({ level, nodeId }) => `${level} ${nodeId}`);
}
