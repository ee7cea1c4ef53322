import {
  DAY_MS,
  type DurationMs,
  type EpochMs,
  scoreOfDays,
  type TimeRange,
} from "@foreshock/core/fold";
import { TENANT_PLACE } from "../fleet/entity-places.ts";
import type { EntityPlace } from "../fleet/rollup-history.ts";
import type { Pace } from "../platform/pace.ts";
import type { PlaceFilter } from "../platform/platform.ts";
import { CELLS, historyCells } from "./read-cost.ts";
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

/** Since when an entity has been watched; 0 when it is not known. Cost: the series of a cluster, else O(1). */
export async function watchedSince(
  context: TenantContext,
  place: EntityPlace,
  pace: Pace,
): Promise<EpochMs> {
  const { level, clusterId } = place;
  if (level === "node") return context.runner.nodeSinceMs(place) ?? 0;
  let since = Number.POSITIVE_INFINITY;
  if (level === "tenant") since = context.directory.oldestMs;
  else {
    for (const { series } of context.directory.nodes({ clusterId })) {
      await pace.spend(series.length * CELLS.series);
      for (const { firstMs } of series) if (firstMs > 0 && firstMs < since) since = firstMs;
    }
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

/** The steps [first, end) of a day's scores; step i begins at `dayMs` + i steps. NaN where there is none. */
export type VisitDay = (scores: Float32Array, first: number, end: number, dayMs: EpochMs) => void;

/**
 * The days of an entity that a range touches, oldest first, at a pace: between two days others may have
 * their turn. Cost: the steps of the range, and something for each day. Memory: a day at a time.
 */
export async function visitDays(
  context: TenantContext,
  place: EntityPlace,
  range: TimeRange,
  pace: Pace,
  visit: VisitDay,
): Promise<void> {
  const { history, stepMs } = context.runner;
  if (history === undefined) return;
  let startMs = range.startMs;
  while (startMs < range.endMs) {
    const endMs = Math.min(range.endMs, (Math.floor(startMs / DAY_MS) + 1) * DAY_MS);
    const turn = pace.spend(historyCells(1, { startMs, endMs }, stepMs));
    if (turn !== undefined) await turn;
    history.days(place, { startMs, endMs }, visit);
    startMs = endMs;
  }
}

/** Scores of an entity's steps inside a range, each with what its age then allowed it to claim. */
export async function readScores(
  context: TenantContext,
  place: EntityPlace,
  range: TimeRange,
  pace: Pace,
  visit: (startMs: EpochMs, score: number, rarity: number) => void,
): Promise<void> {
  const { stepMs } = context.runner;
  const sinceMs = await watchedSince(context, place, pace);
  await visitDays(context, place, range, pace, (scores, first, end, dayMs) => {
    for (let i = first; i < end; i++) {
      const rarity = scores[i]!;
      if (Number.isNaN(rarity)) continue;
      const startMs = dayMs + i * stepMs;
      visit(startMs, Math.min(1, rarity, claimLimit(context, sinceMs, startMs)), rarity);
    }
  });
}
