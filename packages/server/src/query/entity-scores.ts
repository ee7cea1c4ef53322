import {
  DAY_MS,
  type DurationMs,
  type EpochMs,
  scoreOfDays,
  type TimeRange,
} from "@foreshock/core/fold";
import { TENANT_PLACE } from "../fleet/entity-places.ts";
import type { EntityPlace } from "../fleet/rollup-history.ts";
import type { PlaceFilter } from "../platform/platform.ts";
import type { TenantContext } from "./tenant-context.ts";

/** An entity watched for D days claims at most "once in 10 D days". Source: roll-up, cold start. */
const CLAIM_PER_AGE = 10;

/** Entities of a level that a filter lets through, by name. */
export function placesOf(
  context: TenantContext,
  level: EntityPlace["level"],
  filter: PlaceFilter,
): EntityPlace[] {
  if (level === "tenant") return [TENANT_PLACE];
  if (level === "cluster") {
    return context.directory
      .clusterIds()
      .filter((id) => filter.clusterId === undefined || filter.clusterId === id)
      .map((clusterId) => ({ level, clusterId, nodeId: "" }));
  }
  return [...context.directory.nodes(filter)];
}

/** Since when an entity has been watched; 0 when it is not known. */
export function watchedSince(context: TenantContext, place: EntityPlace): EpochMs {
  const { level, clusterId } = place;
  if (level === "node") return context.runner.nodeSinceMs(place) ?? 0;
  let since = Number.POSITIVE_INFINITY;
  for (const info of context.directory.matching(level === "tenant" ? {} : { clusterId })) {
    if (info.firstMs > 0 && info.firstMs < since) since = info.firstMs;
  }
  return Number.isFinite(since) ? since : 0;
}

/** Ages in steps whose claims are computed once: two weeks of 5-minute steps. */
const CLAIMS_KEPT = 4096;
const claims = new Map<DurationMs, Float64Array>();

/** The most that an entity may claim at a step, by how long it has been watched then. */
export function claimLimit(context: TenantContext, sinceMs: EpochMs, startMs: EpochMs): number {
  const { stepMs } = context.runner;
  const steps = Math.max(0, (startMs - sinceMs) / stepMs + 1);
  const kept = claims.get(stepMs) ?? keepClaims(stepMs);
  const known = steps < CLAIMS_KEPT && Number.isInteger(steps);
  return known ? kept[steps]! : claimAt(steps, stepMs);
}

function keepClaims(stepMs: DurationMs): Float64Array {
  const kept = Float64Array.from({ length: CLAIMS_KEPT }, (_, steps) => claimAt(steps, stepMs));
  claims.set(stepMs, kept);
  return kept;
}

function claimAt(steps: number, stepMs: DurationMs): number {
  return scoreOfDays((CLAIM_PER_AGE * steps * stepMs) / DAY_MS);
}

/** Scores of an entity's steps inside a range, each with what its age then allowed it to claim. */
export function readScores(
  context: TenantContext,
  place: EntityPlace,
  range: TimeRange,
  visit: (startMs: EpochMs, score: number, rarity: number) => void,
): void {
  const sinceMs = watchedSince(context, place);
  context.runner.history?.read(place, range, (startMs, rarity) => {
    visit(startMs, Math.min(1, rarity, claimLimit(context, sinceMs, startMs)), rarity);
  });
}
