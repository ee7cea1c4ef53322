import {
  type AnomalyKind,
  type Classification,
  type Explanation,
  LABEL_OF_KIND,
  largestOf,
  returnPeriodDays,
  type SentenceSubject,
  scoreOfDays,
  sentence,
  shapeOf,
} from "@foreshock/core/fold";
import type { ExplainedPart, FindingExplanation, FindingRecord } from "../fleet/finding-record.ts";
import type { TenantRunner } from "../fleet/tenant-runner.ts";
import type { ExplainedEpisode } from "../partition/answers.ts";
import { unitOf } from "../platform/metric-unit.ts";
import {
  changesUntil,
  onsetOf,
  type Part,
  partKind,
  type Story,
  storyOf,
} from "./finding-parts.ts";
import type { TenantContext } from "./tenant-context.ts";

/** What the metrics of a finding did, in onset order, according to the stored samples. Asks their partitions. */
export async function explainFinding(
  context: TenantContext,
  finding: FindingRecord,
): Promise<FindingExplanation> {
  const story = await storyOf(context, finding);
  const { parts, leading, kind } = story;
  const { runner } = context;
  const explained = parts.map((part) => partOf(part, finding, runner));
  return {
    kind,
    text: textOf(finding, runner, story),
    // The instant that the sentence names: what came before it has its own, in the parts.
    onset: leading === undefined ? finding.openedMs : onsetOf(leading, finding),
    confidence: meanConfidence(parts),
    ...countsOf(finding, runner, story),
    parts: explained.sort((a, b) => a.onset - b.onset || b.share - a.share),
    changesUntilMs: largestOf(parts.map(changesUntil), 0),
  };
}

function partOf(part: Part, finding: FindingRecord, runner: TenantRunner): ExplainedPart {
  const { info, share, found } = part;
  const { episode } = found;
  const { metricName, nodeId } = info.key;
  const told = episode?.explanation ?? silence(finding, found.lastMs, ownDays(part, runner));
  const { onset } = told;
  return {
    node: nodeId,
    metric: metricName,
    seriesId: info.id,
    score: episode?.score ?? Math.min(1, scoreOfDays(told.returnPeriodDays)),
    share,
    onset,
    kind: partKind(part),
    text:
      episode?.explanation.text ??
      sentence({
        subject: { level: "metric", metricName, nodeId },
        shape: "silent",
        explanation: told,
        intervalMs: info.intervalMs,
      }),
  };
}

/** How rare the silence of a metric is for itself. */
function ownDays({ p }: Part, { stepMs }: TenantRunner): number {
  return returnPeriodDays(p, stepMs);
}

function textOf(
  finding: FindingRecord,
  runner: TenantRunner,
  { parts, leading, kind }: Story,
): string {
  if (leading === undefined) return `${finding.nodeId ?? finding.clusterId} is unusual`;
  const { info, found } = leading;
  // The metric leads; how rare it is, is said of the place.
  const explanation = {
    ...(found.episode?.explanation ?? silence(finding, found.lastMs, finding.tenantDays)),
    returnPeriodDays: finding.tenantDays,
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
    subject: subjectOf(finding, runner, metricName, kind),
    shape: shapeOf(classification, explanation.direction),
    explanation,
    rareFor: "fleet",
    unit: unitOf(info.key.metricName, info.metadata),
    intervalMs: info.intervalMs,
    ...(finding.level === "node" ? { agreement: agreementOf(finding, runner, parts, kind) } : {}),
    ...(earlier === undefined ? {} : { precededBy: earlier }),
  });
}

/** Whom the sentence is about: who did what it says, and only those. */
function subjectOf(
  finding: FindingRecord,
  runner: TenantRunner,
  metricName: string,
  kind: AnomalyKind,
): SentenceSubject {
  const { clusterId, nodeId, silentNodes = finding.members.length } = finding;
  if (nodeId !== undefined) {
    const isMetricOnly = kind === "missing" && silentNodes === 0;
    return { level: isMetricOnly ? "metric" : "node", metricName, nodeId };
  }
  const isMetricOnly = kind === "missing" && silentNodes === 0;
  return {
    level: "cluster",
    metricName,
    clusterId,
    ...nodesOf(finding, runner, metricName, kind),
    isMetricOnly,
  };
}

function countsOf(
  finding: FindingRecord,
  runner: TenantRunner,
  { leading, kind }: Story,
): Pick<FindingExplanation, "nodesMoved" | "nodesTotal"> {
  if (finding.nodeId !== undefined) return { nodesMoved: 1, nodesTotal: 1 };
  const metricName = leading?.info.key.metricName ?? "";
  return nodesOf(finding, runner, metricName, kind);
}

/** How many nodes of its cluster did what a finding's sentence says. */
function nodesOf(
  finding: FindingRecord,
  runner: TenantRunner,
  metricName: string,
  kind: AnomalyKind,
): { readonly nodesMoved: number; readonly nodesTotal: number } {
  const { clusterId, members, moved, silentNodes = members.length } = finding;
  const metric = moved?.find((one) => one.metricName === metricName);
  const missing = silentNodes > 0 ? silentNodes : (metric?.silent ?? 0);
  const counted = kind === "missing" ? missing : (metric?.nodes ?? 0);
  const nodesMoved = counted > 0 ? counted : members.length;
  const nodesTotal = Math.max(nodesMoved, runner.nodeCount(clusterId, finding.openedMs));
  return { nodesMoved, nodesTotal };
}

function agreementOf(
  { clusterId, nodeId }: FindingRecord,
  runner: TenantRunner,
  parts: readonly Part[],
  kind: AnomalyKind,
) {
  const agrees = (part: Part) => (partKind(part) === "missing") === (kind === "missing");
  const count = parts.filter(agrees).length;
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

function silence(
  finding: FindingRecord,
  lastMs: number,
  returnPeriodDays: number,
): Omit<Explanation, "text"> {
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
    returnPeriodDays,
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
