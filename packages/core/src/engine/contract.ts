import { describe, it } from "vitest";
import type { Check } from "./contract/check.ts";
import type { PlantedFault } from "./contract/planted-fault.ts";
import { pointChecks } from "./contract/point-checks.ts";
import { engineRankChecks, scorerRankChecks } from "./contract/rank-checks.ts";
import { resultChecks } from "./contract/result-checks.ts";
import { scorerChecks } from "./contract/scorer-checks.ts";
import { stateChecks } from "./contract/state-checks.ts";
import { streamingChecks } from "./contract/streaming-checks.ts";
import {
  type AnomalyDetectionEngine,
  DETECTOR_OUT_LENGTH,
  type PointEngine,
  type StreamingEngine,
} from "./engine.ts";
import type { BatchScorer, StreamScorer } from "./scorer.ts";

export type { Check } from "./contract/check.ts";
export type { PlantedFault } from "./contract/planted-fault.ts";
export { prefixOf, seriesOf, someSeries, withPoints } from "./contract/some-series.ts";

/** Either floor of an engine. */
export type Contracted = AnomalyDetectionEngine | StreamScorer | BatchScorer;

export interface ContractOptions {
  /** What the engine is for, at least one of them; left out: values that deviate. */
  readonly faults?: readonly [PlantedFault, ...PlantedFault[]];
}

const DEVIATION = [{ kind: "deviation" }] as const;

/**
 * What every engine owes, ours or a guest's: call it once in the engine's test file, for a scorer
 * (lower floor) or for an engine (upper floor). Beside the form of the answers it demands substance:
 * a planted fault must rank above the rest of the series, so an engine that finds nothing, one that
 * scores everything alike and one that scores by position all fail. An engine that cannot see values
 * that deviate declares in `options` what it sees instead.
 */
export function engineContract(
  name: string,
  make: () => Contracted,
  options: ContractOptions = {},
): void {
  describe(`${name} keeps the contract of engines`, () => {
    for (const { says, run } of engineChecks(make, options)) it(says, run);
  });
}

/** The contract as checks that throw, for whoever wants to see a refusal. */
export function engineChecks(
  make: () => Contracted,
  { faults = DEVIATION }: ContractOptions = {},
): Check[] {
  const engine = make();
  if (!("detect" in engine)) {
    const makeScorer = make as () => StreamScorer | BatchScorer;
    return [...scorerChecks(makeScorer), ...scorerRankChecks(makeScorer, faults)];
  }
  const makeEngine = make as () => AnomalyDetectionEngine;
  const points = "score" in engine ? pointChecks(make as () => PointEngine) : [];
  const ranks = engineRankChecks(makeEngine, faults);
  return [...resultChecks(makeEngine), ...points, ...streaming(engine, make), ...ranks];
}

/** The rules for engines that also work point by point. */
function streaming(engine: AnomalyDetectionEngine, make: () => Contracted): Check[] {
  if (!("open" in engine && "score" in engine)) return [];
  const makeEngine = make as () => StreamingEngine;
  const open = () => makeEngine().open();
  return [...streamingChecks(makeEngine), ...stateChecks(open, DETECTOR_OUT_LENGTH)];
}
