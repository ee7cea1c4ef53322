import type { AnomalyKind, EpochMs, FleetFinding } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { FindingsTable, StoredFinding } from "../store/fleet/fleet-findings.ts";

/** Of the stored text. 1 (release 0.1.0) named metrics by numbers of the process that wrote it. */
export const FINDING_VERSION = 2;

/** A finding that outlives the process: its metrics are named by their public series ids. */
export interface FindingRecord extends Omit<FleetFinding, "contributions"> {
  readonly contributions: readonly RecordedContribution[];
}

export interface RecordedContribution {
  readonly seriesId: string;
  readonly p: number;
  readonly share: number;
}

/** What a finding looks like to people, made from the samples of its metrics. */
export interface FindingExplanation {
  readonly kind: AnomalyKind;
  readonly text: string;
  readonly onset: EpochMs;
  readonly confidence: number;
  /** Nodes that did what the sentence says, and all; left out in what earlier releases kept. */
  readonly nodesMoved?: number;
  readonly nodesTotal?: number;
  /** In onset order; shares add up to 1. */
  readonly parts: readonly ExplainedPart[];
  /** Points up to here still change what its parts are called. Left out by earlier releases: none does. */
  readonly changesUntilMs?: EpochMs;
}

export interface ExplainedPart {
  readonly node: string;
  readonly metric: string;
  readonly seriesId: string;
  readonly score: number;
  readonly share: number;
  readonly onset: EpochMs;
  readonly kind: AnomalyKind;
  readonly text: string;
}

/** An explanation that is kept. Not settled while late points may still change the finding. */
export interface KeptExplanation extends FindingExplanation {
  readonly settled: boolean;
  /** What is open or just over was called something for now only: whoever reads asks again. */
  readonly passing?: boolean;
}

interface FindingText {
  readonly version: number;
  readonly finding: FindingRecord;
  readonly explanation?: KeptExplanation | undefined;
}

/** The finding without numbers of this process; metrics that nobody knows any more are left out. */
export function recordOf(
  { contributions, ...finding }: FleetFinding,
  seriesOf: (number: number) => SeriesInfo | undefined,
): FindingRecord {
  const recorded = contributions.flatMap(({ series, p, share }) => {
    const info = seriesOf(series);
    return info === undefined ? [] : [{ seriesId: info.id, p, share }];
  });
  return { ...finding, contributions: recorded };
}

export function storedFinding(
  finding: FindingRecord,
  explanation?: KeptExplanation,
): StoredFinding {
  const text: FindingText = { version: FINDING_VERSION, finding, explanation };
  return {
    id: finding.id,
    level: finding.level,
    clusterId: finding.clusterId,
    nodeId: finding.nodeId ?? "",
    openedMs: finding.openedMs,
    closedMs: finding.closedMs ?? null,
    score: 0,
    payload: JSON.stringify(text),
  };
}

export function readFinding({
  payload,
}: StoredFinding): Pick<FindingText, "finding" | "explanation"> {
  return JSON.parse(payload) as FindingText;
}

/**
 * Rewrites what release 0.1.0 stored. `seriesOf` must speak of the fold that was saved beside the
 * findings; where that cannot be read, the metrics are dropped.
 */
export function upgradeFindings(
  table: FindingsTable,
  seriesOf: () => (number: number) => SeriesInfo | undefined,
): void {
  const old = table.olderThan(FINDING_VERSION);
  const known = old.length > 0 ? seriesOf() : () => undefined;
  for (const stored of old) {
    const finding = JSON.parse(stored.payload) as FleetFinding;
    const inPlace = (number: number): SeriesInfo | undefined => {
      const info = known(number);
      return info !== undefined && isInside(info, finding) ? info : undefined;
    };
    table.put(storedFinding(recordOf(finding, inPlace)));
  }
}

/** A number that means a series elsewhere was dealt by another fold. */
function isInside({ key }: SeriesInfo, { clusterId, nodeId }: FleetFinding): boolean {
  return key.clusterId === clusterId && (nodeId === undefined || key.nodeId === nodeId);
}
