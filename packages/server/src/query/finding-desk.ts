import {
  type AnomalyKind,
  type Classification,
  type Explanation,
  type FleetFinding,
  HOUR_MS,
  LABEL_OF_KIND,
  scoreOfDays,
  sentence,
  severityOf,
  shapeOf,
  smallestOf,
} from "@foreshock/core";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { TenantRunner } from "../fleet/tenant-runner.ts";
import type { ExplainedSeries, ExplainQuestion } from "../partition/protocol.ts";
import type { AnomalyRow, FindingPart, FindingRow } from "../platform/platform.ts";

/** Contributing metrics that a finding shows. */
const PARTS_MAX = 12;
/** Episodes that began so long before the opening still belong to it. */
const BEFORE_MS = 6 * HOUR_MS;

/** Asks the partition owners for the episodes of some series around an instant. */
export type AskExplained = (
  series: readonly SeriesInfo[],
  about: Pick<ExplainQuestion, "range" | "asOfMs">,
) => Promise<readonly ExplainedSeries[]>;

interface Part {
  readonly info: SeriesInfo;
  readonly share: number;
  readonly p: number;
  readonly found: ExplainedSeries;
}

/**
 * A finding as people see it: what its metrics did, in onset order, as the stored samples tell it. Made
 * when it is asked for, so it sharpens while the finding goes on.
 */
export async function findingRow(
  finding: FleetFinding,
  runner: TenantRunner,
  ask: AskExplained,
): Promise<FindingRow> {
  const parts = await partsOf(finding, runner, ask);
  const kind = kindOf(parts);
  const score = Math.min(scoreOfDays(finding.entityDays), 1);
  const contributions = parts.map((part) => contributionOf(part, finding));
  const onsets = contributions.map(({ onset }) => onset);
  return {
    id: finding.id,
    level: finding.level,
    cluster: finding.clusterId,
    node: finding.nodeId ?? null,
    openedAt: finding.openedMs,
    closedAt: finding.closedMs ?? null,
    outcome: finding.outcome,
    onset: smallestOf(onsets, finding.openedMs),
    score,
    severity: severityOf(score),
    entityReturnPeriodDays: finding.entityDays,
    fleetReturnPeriodDays: finding.tenantDays,
    label: LABEL_OF_KIND[kind],
    kind,
    text: textOf(finding, runner, parts, kind),
    contributions: contributions.sort((a, b) => a.onset - b.onset || b.share - a.share),
    nodes: finding.members.map(({ nodeId, p }) => ({ node: nodeId, score: runner.scoreOf(p) })),
    confidence: meanConfidence(parts),
  };
}

async function partsOf(
  finding: FleetFinding,
  runner: TenantRunner,
  ask: AskExplained,
): Promise<Part[]> {
  const largest = finding.contributions.slice(0, PARTS_MAX);
  const total = largest.reduce((sum, { share }) => sum + share, 0);
  const infos = largest.map(({ series }) => runner.infoOf(series));
  const endMs = Math.max(finding.closedMs ?? 0, finding.raisedMs) + runner.stepMs;
  const range = { startMs: finding.openedMs - BEFORE_MS, endMs };
  const asOfMs = finding.openedMs + runner.stepMs;
  const explained = await ask(infos, { range, asOfMs });
  const byHandle = new Map(explained.map((found) => [found.handle, found]));
  return largest.map(({ share, p }, k) => {
    const info = infos[k]!;
    const found = byHandle.get(info.handle) ?? { handle: info.handle, row: undefined, lastMs: 0 };
    const silent = found.lastMs > 0 && found.lastMs < finding.openedMs;
    const told = silent ? { ...found, row: undefined } : found;
    return { info, share: total > 0 ? share / total : 0, p, found: told };
  });
}

/** A series without a point in the step of the opening has stopped reporting. */
function partKind({ found }: Part): AnomalyKind {
  return found.row?.kind ?? "missing";
}

function kindOf(parts: readonly Part[]): AnomalyKind {
  const votes = new Map<AnomalyKind, number>();
  for (const part of parts) {
    const kind = partKind(part);
    votes.set(kind, (votes.get(kind) ?? 0) + part.share);
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "missing";
}

function contributionOf(part: Part, finding: FleetFinding): FindingPart {
  const { info, share, found } = part;
  const { row } = found;
  return {
    node: info.key.nodeId,
    metric: info.key.metricName,
    seriesId: info.id,
    score: row?.score ?? Math.min(1, scoreOfDays(finding.entityDays)),
    share,
    onset: row?.explanation.onset ?? (found.lastMs > 0 ? found.lastMs : finding.openedMs),
    kind: partKind(part),
    text: row?.explanation.text ?? `${info.key.metricName} stopped reporting`,
  };
}

function textOf(
  finding: FleetFinding,
  runner: TenantRunner,
  parts: readonly Part[],
  kind: AnomalyKind,
): string {
  const leading = parts.find((part) => partKind(part) === kind) ?? parts[0];
  if (leading === undefined) return `${finding.nodeId ?? finding.clusterId} is unusual`;
  const { info, found } = leading;
  const explanation = found.row?.explanation ?? silence(finding, found.lastMs);
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

function subjectOf(finding: FleetFinding, runner: TenantRunner, metricName: string) {
  const { clusterId, nodeId } = finding;
  if (nodeId !== undefined) return { level: "node" as const, metricName, nodeId };
  const nodesMoved = finding.members.length;
  const nodesTotal = runner.nodeCount(clusterId);
  return { level: "cluster" as const, metricName, clusterId, nodesMoved, nodesTotal };
}

function agreementOf(
  { clusterId, nodeId }: FleetFinding,
  runner: TenantRunner,
  parts: readonly Part[],
) {
  const count = parts.filter(({ found }) => found.row !== undefined).length;
  return { count, total: runner.metricCount(clusterId, nodeId ?? "") };
}

/** The contributing metric that began before the leading one, where there is one. */
function precedingOf({ info, found }: Part, parts: readonly Part[]) {
  const onset = found.row?.explanation.onset;
  if (onset === undefined) return undefined;
  const earlier = parts
    .flatMap(({ info: other, found: { row } }) => (row === undefined ? [] : [{ other, row }]))
    .filter(({ other, row }) => other.handle !== info.handle && row.explanation.onset < onset)
    .sort((a, b) => a.row.explanation.onset - b.row.explanation.onset)[0];
  if (earlier === undefined) return undefined;
  const { other, row } = earlier;
  const sameNode = other.key.nodeId === info.key.nodeId;
  return {
    metricName: other.key.metricName,
    nodeId: sameNode ? "" : other.key.nodeId,
    lagMs: onset - row.explanation.onset,
    score: row.score,
  };
}

function silence(finding: FleetFinding, lastMs: number): Omit<Explanation, "text"> {
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
  const known = parts.flatMap(({ found: { row } }): AnomalyRow[] =>
    row === undefined ? [] : [row],
  );
  if (known.length === 0) return 1;
  return known.reduce((sum, row) => sum + row.explanation.confidence, 0) / known.length;
}
