import type { FindingRow } from "@foreshock/client";
import { touches } from "../chart/shades.ts";
import { HOUR_MS, MINUTE_MS, msOf } from "../format/time.ts";
import type { Place } from "../state/place.ts";
import { absoluteRange, type MsRange } from "../state/time-range.ts";
import type { View } from "../state/view-codec.ts";

/** What came before, so that one sees what was usual. */
const BEFORE_MS = 8 * HOUR_MS;
const AFTER_MS = 2 * HOUR_MS;
/** Ranges that move with the clock move in steps, so that a picture is not asked for every second. */
const GRID_MS = 5 * MINUTE_MS;

/** The page that tells a finding's story: its node, or its cluster. */
export function findingPlace(finding: FindingRow, tenant: string): Place {
  const { cluster, node } = finding;
  return node === null
    ? { page: "cluster", tenant, cluster }
    : { page: "node", tenant, cluster, node };
}

/** From some hours before the onset to a little after its end; to now while it is open. */
export function findingRange(finding: FindingRow, nowMs: number): MsRange {
  const onsetMs = msOf(finding.onset) ?? Date.parse(finding.openedAt);
  const closedMs = msOf(finding.closedAt);
  const endMs = closedMs === null ? nowMs : Math.min(nowMs, closedMs + AFTER_MS);
  return {
    startMs: Math.floor((onsetMs - BEFORE_MS) / GRID_MS) * GRID_MS,
    endMs: Math.ceil(Math.max(endMs, onsetMs + GRID_MS) / GRID_MS) * GRID_MS,
  };
}

/** From the onset to the end, to now while it is open; with a node, from where that node's part of it began. */
export function findingTime(finding: FindingRow, nowMs: number, node?: string): MsRange {
  const onsets = finding.contributions
    .filter((part) => part.node === node)
    .flatMap(({ onset }) => msOf(onset) ?? []);
  const startMs = onsets.reduce(
    (oldest, onset) => Math.min(oldest, onset),
    msOf(finding.onset) ?? Date.parse(finding.openedAt),
  );
  return { startMs, endMs: Math.max(startMs, msOf(finding.closedAt) ?? nowMs) };
}

/**
 * The findings of a cluster or a node that were going on in a range: the one that is followed first, then open
 * ones, then the worst.
 */
export function findingsHere(
  findings: readonly FindingRow[],
  place: { readonly cluster: string; readonly node?: string },
  about: { readonly range: MsRange; readonly nowMs: number; readonly followed: string },
): readonly FindingRow[] {
  const { range, nowMs, followed } = about;
  const first = ({ id }: FindingRow) => Number(id === followed);
  const open = ({ closedAt }: FindingRow) => Number(closedAt === null);
  return findings
    .filter((finding) => isAt(finding, place) && touches(findingTime(finding, nowMs), range))
    .sort((a, b) => first(b) - first(a) || open(b) - open(a) || b.score - a.score);
}

function isAt(
  { cluster, nodes }: FindingRow,
  place: { readonly cluster: string; readonly node?: string },
): boolean {
  if (cluster !== place.cluster) return false;
  return place.node === undefined || nodes.some(({ node }) => node === place.node);
}

/** The range a finding is looked at in: an open one keeps moving while the page's range holds it. */
export function rangeChange(finding: FindingRow, nowMs: number): Partial<View> {
  const range = findingRange(finding, nowMs);
  const dayAgoMs = nowMs - 24 * HOUR_MS;
  const followed = { finding: finding.id };
  if (finding.closedAt === null && range.startMs >= dayAgoMs) {
    return { ...followed, from: "now-24h", to: "now" };
  }
  return { ...followed, ...absoluteRange(range) };
}
