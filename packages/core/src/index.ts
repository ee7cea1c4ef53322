// The public door: the contract of a user of the library. The server's own door is `./fold`.

export { rankWindow } from "./aggregate/ranking/rank-window.ts";
export { AggregationPipeline } from "./aggregate/results/aggregation-pipeline.ts";
export { NodeAnomalyAggregator } from "./aggregate/results/node-anomaly-aggregator.ts";
export { createAbsenceEngine } from "./detect/absence-engine.ts";
export { createBatchEngine } from "./detect/batch-engine.ts";
export { builtInEngines, DEFAULT_ENGINE_NAME } from "./detect/built-in-engines.ts";
export { createPeerEngine } from "./detect/peer-engine.ts";
export { bindEngine, createStreamEngine } from "./detect/stream-engine.ts";
export type { AnomalyDetectionEngine } from "./engine/engine.ts";
export { EngineRegistry } from "./engine/registry.ts";
export {
  type BatchScorer,
  type OpenScorer,
  SCORER_OUT,
  type StreamScorer,
} from "./engine/scorer.ts";
export { ExplanationClassifier } from "./explain/kind/explanation-classifier.ts";
export {
  AggregatedAnomalyScore,
  type AggregationStrategy,
} from "./model/aggregated-anomaly-score.ts";
export { AnomalyResult } from "./model/anomaly-result.ts";
export { type AnomalyKind, type AnomalyLabel, AnomalyType } from "./model/anomaly-type.ts";
export type { Explanation } from "./model/explanation.ts";
export { MetricSeries } from "./model/metric-series.ts";
export { Refusal, type RefusalCode } from "./model/refusal.ts";
export { type SeriesKey, type TenantId, tenantIdOf } from "./model/series-key.ts";
export { type Severity, severityOf } from "./model/severity.ts";
export { openState, sealState, unreadable } from "./model/state-bytes.ts";
export {
  DAY_MS,
  type EpochMs,
  HOUR_MS,
  MINUTE_MS,
  type TimeRange,
  timeRange,
} from "./model/time.ts";
export { Pipeline } from "./pipeline/pipeline.ts";
export { daysOfScore, scoreOfDays, scoreOfP } from "./score/rarity.ts";
export { memoryStore } from "./store/memory-store.ts";
export { metricSource } from "./store/metric-source.ts";
export type { MetricSource, Store, TenantStore } from "./store/store.ts";
export { SlidingWindowExtractor } from "./window/sliding-window-extractor.ts";
export { TimeBasedWindowExtractor } from "./window/time-based-window-extractor.ts";
export type { TimeWindow } from "./window/time-window.ts";
