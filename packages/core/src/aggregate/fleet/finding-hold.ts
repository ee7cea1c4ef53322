import type { AlarmOutcome } from "../../model/alarm-outcome.ts";
import type { FindingContribution } from "./fleet-finding.ts";
import { MARK } from "./step-marks.ts";
import type { StepPoints } from "./step-points.ts";

/** Share of a finding's evidence that must agree: the third that makes a move one of the whole. */
const AGREE_SHARE = 1 / 3;
/** Evidence of which more than half is the way back from a fault is no news. */
const NO_NEWS_SHARE = 1 / 2;

const BY_STRENGTH: readonly (readonly [mark: number, outcome: AlarmOutcome])[] = [
  [MARK.held, "held"],
  [MARK.accepted, "accepted"],
  [MARK.recovered, "recovered"],
];

/**
 * How the metrics behind a finding stand in a step, by what their own alarms say: the strongest word
 * that a third of the evidence agrees on; `open` where there is none. O(contributions).
 */
export function standingOf(
  points: StepPoints | undefined,
  contributions: readonly FindingContribution[],
): AlarmOutcome {
  if (points === undefined) return "open";
  const found = BY_STRENGTH.find(
    ([mark]) => markedShare(points, contributions, mark) >= AGREE_SHARE,
  );
  return found === undefined ? "open" : found[1];
}

/** Whether what is unusual in a step is mostly metrics that come back from a fault. */
export function isWayBack(
  points: StepPoints | undefined,
  contributions: readonly FindingContribution[],
): boolean {
  if (points === undefined) return false;
  return markedShare(points, contributions, MARK.recovered) > NO_NEWS_SHARE;
}

function markedShare(
  { marks }: StepPoints,
  contributions: readonly FindingContribution[],
  mark: number,
): number {
  return contributions.reduce(
    (sum, { series, share }) => (marks.of(series) === mark ? sum + share : sum),
    0,
  );
}
