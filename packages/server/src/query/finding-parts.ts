import {
  type AnomalyKind,
  classifiedUntilMs,
  type DurationMs,
  type EpochMs,
  HOUR_MS,
  isNamedBefore,
  MINUTE_MS,
} from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { FindingRecord } from "../fleet/finding-record.ts";
import type { ExplainedSeries } from "../partition/answers.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Contributing metrics that a finding shows. */
const PARTS_MAX = 12;
/** What was over this long before the opening, or so many steps, does not belong to it. */
const BEFORE_MS = 30 * MINUTE_MS;
const BEFORE_STEPS = 3;
/** What begins this long after the opening, or so many steps, joins it; a later episode may be the return from it. */
const JOINS_MS = HOUR_MS;
const JOINS_STEPS = 12;

/** A series that takes part in a finding, and what it did. */
export interface Part {
  readonly info: SeriesInfo;
  readonly p: number;
  readonly share: number;
  readonly found: ExplainedSeries;
}

/** The metrics that a finding is told by. */
export interface Story {
  readonly parts: readonly Part[];
  /** Whose sentence is told; undefined where no series of the finding is known any more. */
  readonly leading: Part | undefined;
  readonly kind: AnomalyKind;
}

/** What the metrics of a finding did, according to the stored samples. Asks their partitions. */
export async function storyOf(context: TenantContext, finding: FindingRecord): Promise<Story> {
  const all = await partsOf(context, finding);
  const leading = leadingOf(all, finding, context.runner.stepMs);
  if (leading === undefined) return { parts: [], leading, kind: "missing" };
  return { parts: belonging(all, leading, finding), leading, kind: partKind(leading) };
}

/** While an anomaly is open, and until it is known whether it was soon over, its kind may become another. */
export function changesUntil({ info, found: { episode } }: Part): EpochMs {
  if (episode === undefined) return 0;
  const { open, windowEndMs } = episode;
  const last = { firstMs: windowEndMs, lastMs: windowEndMs };
  return open ? Number.MAX_SAFE_INTEGER : classifiedUntilMs(last, info.intervalMs);
}

/** The contributing series that are still known, largest share first. */
export function seriesOf(
  context: TenantContext,
  { contributions }: FindingRecord,
): { readonly info: SeriesInfo; readonly p: number; readonly share: number }[] {
  const known = contributions.flatMap(({ seriesId, p, share }) => {
    const info = context.directory.byId(seriesId);
    return info === undefined ? [] : [{ info, p, share }];
  });
  return known.slice(0, PARTS_MAX);
}

async function partsOf(context: TenantContext, finding: FindingRecord): Promise<Part[]> {
  const largest = seriesOf(context, finding);
  const total = largest.reduce((sum, { share }) => sum + share, 0);
  const { stepMs } = context.runner;
  const endMs = Math.max(finding.closedMs ?? 0, finding.raisedMs) + stepMs;
  const explained = await context.explained(
    largest.map(({ info }) => info),
    {
      range: { startMs: finding.openedMs - Math.max(BEFORE_MS, BEFORE_STEPS * stepMs), endMs },
      asOfMs: finding.openedMs + stepMs,
      beganByMs: finding.openedMs + Math.max(JOINS_MS, JOINS_STEPS * stepMs),
    },
  );
  return largest.map(({ info, p, share }, k) => {
    const found = explained[k]!;
    const silent = found.lastMs > 0 && found.lastMs < finding.openedMs;
    const seen = silent ? { ...found, episode: undefined } : found;
    return { info, p, share: total > 0 ? share / total : 0, found: seen };
  });
}

/**
 * The parts that tell about this finding: those that began with the one that leads, or after it, or before it by so
 * little that the sentence names them. What began hours earlier goes on beside it; what is not an anomaly by itself
 * has no beginning that could come first. Shares are of what is left.
 */
function belonging(parts: readonly Part[], leading: Part, finding: FindingRecord): Part[] {
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

/**
 * The largest part of the kind that most of the evidence is of, among those that had begun when the finding opened:
 * what comes later joins it.
 */
function leadingOf(
  parts: readonly Part[],
  finding: FindingRecord,
  stepMs: DurationMs,
): Part | undefined {
  const begun = parts.filter((part) => onsetOf(part, finding) < finding.openedMs + stepMs);
  const some = begun.length > 0 ? begun : parts;
  const kind = kindOf(some);
  return some.find((part) => partKind(part) === kind) ?? some[0];
}

export function onsetOf(
  { found: { episode, lastMs } }: Part,
  { openedMs }: FindingRecord,
): EpochMs {
  return episode?.explanation.onset ?? (lastMs > 0 ? lastMs : openedMs);
}

/** A series without a point in the step of the opening has stopped reporting. */
export function partKind({ found }: Part): AnomalyKind {
  return found.episode?.explanation.kind ?? "missing";
}

function kindOf(parts: readonly Part[]): AnomalyKind {
  const votes = new Map<AnomalyKind, number>();
  for (const part of parts) {
    const kind = partKind(part);
    votes.set(kind, (votes.get(kind) ?? 0) + part.share);
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "missing";
}
