// The door of the house: everything that the server, its command line and the bench stand on. No promise
// is made about these names between versions; guests use the package's main door.

export * from "./aggregate/alert-budget.ts";
export * from "./aggregate/entity-rollup.ts";
export * from "./aggregate/fleet/fleet-finding.ts";
export type { TenantFleetOptions } from "./aggregate/fleet/fleet-options.ts";
export * from "./aggregate/fleet/fleet-step.ts";
export {
  type Piece,
  type PieceFloor,
  type PieceName,
  type PieceSource,
  RESTING_KINDS,
  type RestingPiece,
} from "./aggregate/fleet/piece.ts";
export * from "./aggregate/fleet/step-marks.ts";
export * from "./aggregate/fleet/tenant-fleet.ts";
export * from "./aggregate/place.ts";
export * from "./aggregate/ranking/changed-meaning.ts";
export * from "./aggregate/ranking/column-summary.ts";
export * from "./aggregate/ranking/contributions.ts";
export * from "./aggregate/ranking/rank-columns.ts";
export * from "./aggregate/ranking/rank-layout.ts";
export * from "./aggregate/ranking/rank-window.ts";
export * from "./aggregate/ranking/window-plan.ts";
export * from "./aggregate/results/aggregation-options.ts";
export * from "./aggregate/results/aggregation-pipeline.ts";
export * from "./aggregate/results/node-anomaly-aggregator.ts";
export * from "./alarm/alarm-openings.ts";
export * from "./alarm/alarm-tracker.ts";
export * from "./alarm/episode-tracker.ts";
export * from "./calibration/calibrate-fleet.ts";
export * from "./calibration/calibrate-kinds.ts";
export * from "./calibration/calibration-report.ts";
export * from "./calibration/promise-tally.ts";
export * from "./calibration/tenant-watch.ts";
export * from "./detect/absence-engine.ts";
export * from "./detect/batch-engine.ts";
export * from "./detect/built-in-engines.ts";
export * from "./detect/explain-window.ts";
export { INTERVAL_POINTS } from "./detect/first-points.ts";
export { learntIntervalMs } from "./detect/interval.ts";
export * from "./detect/peer-engine.ts";
export * from "./detect/point-engine.ts";
export * from "./detect/rescoring.ts";
export * from "./detect/score-series.ts";
export * from "./detect/series-detector.ts";
export { StepWatch } from "./detect/step-watch.ts";
export * from "./detect/stream-engine.ts";
export * from "./detect/window-episode.ts";
export * from "./engine/absence/flatline-detector.ts";
export * from "./engine/absence/silence-detector.ts";
export * from "./engine/batch/batch-scorer.ts";
export * from "./engine/engine.ts";
export * from "./engine/peer/peer-standing.ts";
export * from "./engine/registry.ts";
export * from "./engine/scorer.ts";
export * from "./engine/stream/stream-scorer.ts";
export * from "./explain/counterfactual.ts";
export * from "./explain/explain.ts";
export * from "./explain/kind/classify.ts";
export * from "./explain/kind/classify-episode.ts";
export * from "./explain/kind/event-end.ts";
export * from "./explain/kind/event-view.ts";
export * from "./explain/kind/explanation-classifier.ts";
export * from "./explain/kind/find-onset.ts";
export * from "./explain/kind/known-before.ts";
export * from "./explain/sentence/format-value.ts";
export * from "./explain/sentence/locale-en.ts";
export * from "./explain/sentence/sentence.ts";
export * from "./model/aggregated-anomaly-score.ts";
export * from "./model/alarm-outcome.ts";
export * from "./model/anomaly-result.ts";
export * from "./model/anomaly-type.ts";
export * from "./model/explanation.ts";
export * from "./model/habit-mark.ts";
export * from "./model/metric-series.ts";
export * from "./model/point-runs.ts";
export * from "./model/refusal.ts";
export * from "./model/series-key.ts";
export * from "./model/series-number.ts";
export * from "./model/severity.ts";
export * from "./model/state-bytes.ts";
export * from "./model/state-memory.ts";
export * from "./model/time.ts";
export * from "./pipeline/fold-row.ts";
export * from "./pipeline/pipeline.ts";
export * from "./pipeline/point-sign.ts";
export * from "./pipeline/replay.ts";
export * from "./pipeline/series-fold.ts";
export * from "./pipeline/silence-watch.ts";
export * from "./pipeline/tenant-fold.ts";
export * from "./score/confidence.ts";
export * from "./score/magnitude.ts";
export * from "./score/rarity.ts";
export * from "./score/tail-calibrator.ts";
export * from "./score/usual-range.ts";
export * from "./score/whole-tail.ts";
export * from "./stats/bisect.ts";
export * from "./stats/extremes.ts";
export {
  CLUSTER_LAW,
  type IncidentLaw,
  NODE_LAW,
} from "./stats/incident-tail.ts";
export * from "./stats/sorted-median.ts";
export * from "./store/check-point-columns.ts";
export * from "./store/memory-store.ts";
export * from "./store/metric-source.ts";
export * from "./store/store.ts";
export * from "./window/sliding-window-extractor.ts";
export * from "./window/time-based-window-extractor.ts";
export * from "./window/time-window.ts";
