import type { AlarmOutcome } from "../../model/alarm-outcome.ts";
import type { FindingContribution } from "./fleet-finding.ts";
import { MARK } from "./step-marks.ts";
import type { StepPoints } from "./step-points.ts";

/** Share of a finding's evidence that must agree: the third that makes a move one of the whole. */
const AGREE_SHARE = 1 / 3;
/** Above this share of evidence from metrics on their way back from a fault, nothing new has happened. */
const NO_NEWS_SHARE = 1 / 2;

const BY_STRENGTH: readonly (readonly [mark: number, outcome: AlarmOutcome])[] = [
  [MARK.held, "held"],
  [MARK.accepted, "accepted"],
  [MARK.recovered, "recovered"],
];

/**
 * State of a finding's metrics in a step, by their own alarms: the strongest word
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

/** Whether most of what is unusual in a step comes from metrics recovering from a fault. */
export function isWayBack(
  points: StepPoints | undefined,
  contributions: readonly FindingContribution[],
): boolean {
  if (points === undefined) return false;
  return markedShare(points, contributions, MARK.recovered) > NO_NEWS_SHARE;
}

function markedShare(
  points: StepPoints,
  contributions: readonly FindingContribution[],
  mark: number,
): number {
  return contributions.reduce(
    (sum, { series, share }) => (points.markOf(series) === mark ? sum + share : sum),
    0,
  );
}
