import {
  type AnomalyKind,
  classifiedUntilMs,
  type DurationMs,
  type EpochMs,
  isNamedBefore,
} from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { FindingRecord } from "../fleet/finding-record.ts";
import type { ExplainedSeries } from "../partition/answers.ts";

/** A metric that contributes to a finding, and what it did. */
export interface Part {
  readonly info: SeriesInfo;
  readonly p: number;
  readonly share: number;
  readonly found: ExplainedSeries;
}

/** A series without a point in the step of the opening has stopped reporting. */
export function partKind({ found }: Part): AnomalyKind {
  return found.episode?.explanation.kind ?? "missing";
}

/**
 * The metric by which the finding is described: the largest of the kind that most of the evidence is of, among those
 * that had begun when it opened. What comes later joins it.
 */
export function leadingOf(
  parts: readonly Part[],
  finding: FindingRecord,
  stepMs: DurationMs,
): Part | undefined {
  const begun = parts.filter((part) => onsetOf(part, finding) < finding.openedMs + stepMs);
  const some = begun.length > 0 ? begun : parts;
  const kind = kindOf(some);
  return some.find((part) => partKind(part) === kind) ?? some[0];
}

/**
 * The parts that tell about this finding: those that began with the one that leads, or after it, or before it by so
 * little that the sentence names them. What began hours earlier goes on beside it; what is not an anomaly by itself
 * has no beginning that could come first. Shares are of what is left.
 */
export function belonging(parts: readonly Part[], leading: Part, finding: FindingRecord): Part[] {
  const beganMs = onsetOf(leading, finding);
  const kept = parts.filter((part) => {
    const lagMs = beganMs - onsetOf(part, finding);
    if (lagMs < part.info.intervalMs) return true;
    const score = part.found.episode?.score ?? 0;
    return isNamedBefore({ lagMs, score, intervalMs: leading.info.intervalMs });
  });
  const total = kept.reduce((sum, { share }) => sum + share, 0);
  return kept.map((part) => ({ ...part, share: total > 0 ? part.share / total : 0 }));
}

function onsetOf({ found: { episode, lastMs } }: Part, { openedMs }: FindingRecord): EpochMs {
  return episode?.explanation.onset ?? (lastMs > 0 ? lastMs : openedMs);
}

function kindOf(parts: readonly Part[]): AnomalyKind {
  const votes = new Map<AnomalyKind, number>();
  for (const part of parts) {
    const kind = partKind(part);
    votes.set(kind, (votes.get(kind) ?? 0) + part.share);
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "missing";
}

/** While an anomaly is open, and until it is known whether it was soon over, its kind may become another. */
export function changesUntil({ info, found: { episode } }: Part): EpochMs {
  if (episode === undefined) return 0;
  const { open, windowEndMs } = episode;
  const last = { firstMs: windowEndMs, lastMs: windowEndMs };
  return open ? Number.MAX_SAFE_INTEGER : classifiedUntilMs(last, info.intervalMs);
}
