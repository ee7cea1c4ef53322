import { setImmediate as breathe } from "node:timers/promises";
import {
  type CalibrationReport,
  calibrationReport,
  DAY_MS,
  daysOfScore,
  emptyTallies,
  type PromiseTally,
  type TimeRange,
} from "@foreshock/core/fold";
import { TENANT_PLACE } from "../fleet/entity-places.ts";
import { placesOf, readScores, watchedSince } from "./entity-scores.ts";
import type { TenantContext } from "./tenant-context.ts";

const LEVELS = ["node", "cluster", "tenant"] as const;
/** Entities read in one go; others wait meanwhile. */
const PLACES_AT_ONCE = 20;

/**
 * Promised against realised alarms of a tenant in a range, from the stored history: nodes, clusters,
 * the tenant, and the findings under its budget. Real incidents count too: above 1 may be bad days.
 * Scores of single metrics are not stored.
 *
 * Cost: about 20 ns per stored step; lets other work run after every 20 entities.
 */
export async function calibrationOf(
  context: TenantContext,
  range: TimeRange,
): Promise<CalibrationReport> {
  const tallies = emptyTallies();
  for (const level of LEVELS) await tallyLevel(context, range, level, tallies[level]);
  return calibrationReport(tallies, [findingsOf(context, range)]);
}

async function tallyLevel(
  context: TenantContext,
  range: TimeRange,
  level: (typeof LEVELS)[number],
  tally: PromiseTally,
): Promise<void> {
  const { stepMs } = context.runner;
  let entity = 0;
  for (const place of placesOf(context, level, {})) {
    readScores(context, place, range, (startMs, score) => {
      tally.push(entity, Math.round(startMs / stepMs), daysOfScore(score), stepMs);
    });
    entity++;
    if (entity % PLACES_AT_ONCE === 0) await breathe();
  }
}

/** Under today's budget, for as long as the tenant was watched inside the range. */
function findingsOf(context: TenantContext, { startMs, endMs }: TimeRange) {
  const { budgetDays } = context.settings;
  const store = context.store;
  const fromMs = Math.max(startMs, watchedSince(context, TENANT_PLACE));
  const toMs = Math.min(endMs, context.watermark);
  const watchedDays = Math.max(0, toMs - fromMs) / DAY_MS;
  return { budgetDays, watchedDays, opened: store.findings.countOpened(startMs, endMs) };
}
