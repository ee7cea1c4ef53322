import {
  type AnomalyKind,
  type Classification,
  classifiedUntilMs,
  type DurationMs,
  type EpochMs,
  type Explanation,
  HOUR_MS,
  isNamedBefore,
  LABEL_OF_KIND,
  largestOf,
  MINUTE_MS,
  scoreOfDays,
  sentence,
  shapeOf,
  smallestOf,
} from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { ExplainedPart, FindingExplanation, FindingRecord } from "../fleet/finding-record.ts";
import type { TenantRunner } from "../fleet/tenant-runner.ts";
import type { ExplainedEpisode, ExplainedSeries } from "../partition/answers.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Contributing metrics that a finding shows. */
const PARTS_MAX = 12;
/** What was over this long before the opening, or so many steps, does not belong to it. */
const BEFORE_MS = 30 * MINUTE_MS;
const BEFORE_STEPS = 3;
/** What begins this long after the opening, or so many steps, joins it; a later episode may be the return from it. */
const JOINS_MS = HOUR_MS;
const JOINS_STEPS = 12;

interface Part {
  readonly info: SeriesInfo;
  readonly share: number;
  readonly found: ExplainedSeries;
}

/** What the metrics of a finding did, in onset order, according to the stored samples. Asks their partitions. */
export async function explainFinding(
  context: TenantContext,
  finding: FindingRecord,
): Promise<FindingExplanation> {
  const all = await partsOf(context, finding);
  const leading = leadingOf(all, finding, context.runner.stepMs);
  const parts = leading === undefined ? [] : belonging(all, leading, finding);
  const kind = leading === undefined ? "missing" : partKind(leading);
  const explained = parts.map((part) => partOf(part, finding));
  return {
    kind,
    text: textOf(finding, context.runner, parts, leading),
    onset: smallestOf(
      explained.map(({ onset }) => onset),
      explained.length === 0 ? finding.openedMs : Number.POSITIVE_INFINITY,
    ),
    confidence: meanConfidence(parts),
    parts: explained.sort((a, b) => a.onset - b.onset || b.share - a.share),
    changesUntilMs: largestOf(parts.map(changesUntil), 0),
  };
}

/** While an anomaly is open, and until it is known whether it was soon over, its kind may become another. */
function changesUntil({ info, found: { episode } }: Part): EpochMs {
  if (episode === undefined) return 0;
  const { open, windowEndMs } = episode;
  const last = { firstMs: windowEndMs, lastMs: windowEndMs };
  return open ? Number.MAX_SAFE_INTEGER : classifiedUntilMs(last, info.intervalMs);
}

/** The contributing series that are still known, largest share first. */
export function seriesOf(
  context: TenantContext,
  { contributions }: FindingRecord,
): { readonly info: SeriesInfo; readonly share: number }[] {
  const known = contributions.flatMap(({ seriesId, share }) => {
    const info = context.directory.byId(seriesId);
    return info === undefined ? [] : [{ info, share }];
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
      range: {
        startMs: finding.openedMs - Math.max(BEFORE_MS, BEFORE_STEPS * stepMs),
        endMs,
      },
      asOfMs: finding.openedMs + stepMs,
      beganByMs: finding.openedMs + Math.max(JOINS_MS, JOINS_STEPS * stepMs),
    },
  );
  return largest.map(({ info, share }, k) => {
    const found = explained[k]!;
    const silent = found.lastMs > 0 && found.lastMs < finding.openedMs;
    const seen = silent ? { ...found, episode: undefined } : found;
    return { info, share: total > 0 ? share / total : 0, found: seen };
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

function onsetOf({ found: { episode, lastMs } }: Part, { openedMs }: FindingRecord): EpochMs {
  return episode?.explanation.onset ?? (lastMs > 0 ? lastMs : openedMs);
}

/** A series without a point in the step of the opening has stopped reporting. */
function partKind({ found }: Part): AnomalyKind {
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

function partOf(part: Part, finding: FindingRecord): ExplainedPart {
  const { info, share, found } = part;
  const { episode } = found;
  return {
    node: info.key.nodeId,
    metric: info.key.metricName,
    seriesId: info.id,
    score: episode?.score ?? Math.min(1, scoreOfDays(finding.entityDays)),
    share,
    onset: onsetOf(part, finding),
    kind: partKind(part),
    text: episode?.explanation.text ?? `${info.key.metricName} stopped reporting`,
  };
}

function textOf(
  finding: FindingRecord,
  runner: TenantRunner,
  parts: readonly Part[],
  leading: Part | undefined,
): string {
  if (leading === undefined) return `${finding.nodeId ?? finding.clusterId} is unusual`;
  const { info, found } = leading;
  const kind = partKind(leading);
  // The metric leads; how rare it is, is said of the place.
  const explanation = {
    ...(found.episode?.explanation ?? silence(finding, found.lastMs)),
    returnPeriodDays: finding.entityDays,
  };
  const classification: Classification = {
    kind,
    label: LABEL_OF_KIND[kind],
    missedPeak: kind === "seasonal" && explanation.direction === "down",
    evidence: {},
  };
  const metricName = info.key.metricName;
  const earlier = precedingOf(leading, parts);
  return sentence({
    subject: subjectOf(finding, runner, metricName),
    shape: shapeOf(classification, explanation.direction),
    explanation,
    unit: info.metadata.unit ?? "",
    intervalMs: info.intervalMs,
    ...(finding.level === "node" ? { agreement: agreementOf(finding, runner, parts) } : {}),
    ...(earlier === undefined ? {} : { precededBy: earlier }),
  });
}

function subjectOf(finding: FindingRecord, runner: TenantRunner, metricName: string) {
  const { clusterId, nodeId } = finding;
  if (nodeId !== undefined) return { level: "node" as const, metricName, nodeId };
  const nodesMoved = finding.members.length;
  const nodesTotal = Math.max(nodesMoved, runner.nodeCount(clusterId, finding.openedMs));
  return { level: "cluster" as const, metricName, clusterId, nodesMoved, nodesTotal };
}

function agreementOf(
  { clusterId, nodeId }: FindingRecord,
  runner: TenantRunner,
  parts: readonly Part[],
) {
  const count = parts.filter(({ found }) => found.episode !== undefined).length;
  return { count, total: runner.metricCount(clusterId, nodeId ?? "") };
}

/** The contributing metric that began before the leading one, where there is one. */
function precedingOf({ info, found }: Part, parts: readonly Part[]) {
  const onset = found.episode?.explanation.onset;
  if (onset === undefined) return undefined;
  const earlier = parts
    .flatMap(({ info: other, found: { episode } }) =>
      episode === undefined ? [] : [{ other, episode }],
    )
    .filter(
      ({ other, episode }) => other.handle !== info.handle && episode.explanation.onset < onset,
    )
    .sort((a, b) => a.episode.explanation.onset - b.episode.explanation.onset)[0];
  if (earlier === undefined) return undefined;
  const { other, episode } = earlier;
  const sameNode = other.key.nodeId === info.key.nodeId;
  return {
    metricName: other.key.metricName,
    nodeId: sameNode ? "" : other.key.nodeId,
    lagMs: onset - episode.explanation.onset,
    score: episode.score,
  };
}

function silence(finding: FindingRecord, lastMs: number): Omit<Explanation, "text"> {
  const onset = lastMs > 0 ? lastMs : finding.openedMs;
  const unknown = Number.NaN;
  return {
    kind: "missing",
    direction: "none",
    onset,
    peak: finding.peakMs,
    actual: unknown,
    typical: { low: unknown, high: unknown, level: unknown },
    deviation: { absolute: unknown, percent: unknown, sigma: unknown },
    returnPeriodDays: finding.entityDays,
    factors: [{ name: "absence", share: 1 }],
    confidence: 1,
  };
}

function meanConfidence(parts: readonly Part[]): number {
  const known = parts.flatMap(({ found: { episode } }): ExplainedEpisode[] =>
    episode === undefined ? [] : [episode],
  );
  if (known.length === 0) return 1;
  return known.reduce((sum, { explanation }) => sum + explanation.confidence, 0) / known.length;
}
