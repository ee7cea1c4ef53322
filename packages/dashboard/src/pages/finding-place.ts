import type { FindingRow } from "@foreshock/client";
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

/** The range a finding is looked at in: an open one keeps moving while the page's range holds it. */
export function rangeChange(finding: FindingRow, nowMs: number): Partial<View> {
  const range = findingRange(finding, nowMs);
  const dayAgoMs = nowMs - 24 * HOUR_MS;
  if (finding.closedAt === null && range.startMs >= dayAgoMs) return { from: "now-24h", to: "now" };
  return absoluteRange(range);
}
