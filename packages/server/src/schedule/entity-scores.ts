import { DAY_MS, type EpochMs, scoreOfDays, type TimeRange } from "@foreshock/core";
import type { PlaceFilter } from "../api/platform.ts";
import type { EntityPlace } from "./rollup-history.ts";
import { TENANT_PLACE } from "./tenant-runner.ts";
import type { LiveTenantView } from "./tenant-view.ts";

/** An entity watched for a days claims at most "once in 10 a days". Source: roll-up, cold start. */
const CLAIM_PER_AGE = 10;

/** Entities of a level that a filter lets through, by name. */
export function placesOf(
  view: LiveTenantView,
  level: EntityPlace["level"],
  filter: PlaceFilter,
): EntityPlace[] {
  if (level === "tenant") return [TENANT_PLACE];
  if (level === "cluster") {
    return view.directory
      .clusterIds()
      .filter((id) => filter.clusterId === undefined || filter.clusterId === id)
      .map((clusterId) => ({ level, clusterId, nodeId: "" }));
  }
  return [...view.directory.nodes(filter)].map(({ clusterId, nodeId }) => ({
    level,
    clusterId,
    nodeId,
  }));
}

/** Since when an entity has been watched; 0 when it is not known. */
export function watchedSince(view: LiveTenantView, place: EntityPlace): EpochMs {
  const { level, clusterId, nodeId } = place;
  if (level === "node") return view.runner.nodeSinceMs(clusterId, nodeId) ?? 0;
  let since = Number.POSITIVE_INFINITY;
  for (const info of view.directory.matching(level === "tenant" ? {} : { clusterId })) {
    if (info.firstMs > 0 && info.firstMs < since) since = info.firstMs;
  }
  return Number.isFinite(since) ? since : 0;
}

/** Scores of an entity's steps inside a range, each with what its age then allowed it to claim. */
export function readScores(
  view: LiveTenantView,
  place: EntityPlace,
  range: TimeRange,
  visit: (startMs: EpochMs, score: number, rarity: number) => void,
): void {
  const sinceMs = watchedSince(view, place);
  const { stepMs } = view.runner;
  view.runner.history?.read(place, range, (startMs, rarity) => {
    const ageDays = (startMs - sinceMs + stepMs) / DAY_MS;
    const most = scoreOfDays(CLAIM_PER_AGE * Math.max(0, ageDays));
    visit(startMs, Math.min(1, rarity, most), rarity);
  });
}
