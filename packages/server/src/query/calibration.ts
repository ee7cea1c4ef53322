import {
  type CalibrationReport,
  calibrationReport,
  countedMs,
  DAY_MS,
  daysOfScore,
  emptyTallies,
  type PromiseTally,
  type TimeRange,
} from "@foreshock/core/fold";
import { TENANT_PLACE } from "../fleet/entity-places.ts";
import type { EntityPlace } from "../fleet/rollup-history.ts";
import type { Pace } from "../platform/pace.ts";
import { placesOf, readScores, watchedSince } from "./entity-scores.ts";
import { admittedCells } from "./read-cost.ts";
import type { TenantContext } from "./tenant-context.ts";

const LEVELS = ["node", "cluster", "tenant"] as const;

/** What the report looks at, in cells. @throws TooCostly */
export function calibrationCells(context: TenantContext, range: TimeRange): number {
  const { directory, runner } = context;
  const entities = directory.nodeCount + directory.clusters.size + 1;
  return admittedCells(entities, range, runner.stepMs);
}

/**
 * Promised against realised alarms of a tenant in a range, from the stored history: nodes, clusters,
 * the tenant, and the findings under its budget. Real incidents count too: above 1 may be bad days.
 * Scores of single metrics are not stored.
 *
 * Cost: about 20 ns per stored step of all entities in the range. Memory: 24 bytes an entity.
 *
 * @throws TooCostly
 */
export async function calibrationOf(
  context: TenantContext,
  range: TimeRange,
  pace: Pace,
): Promise<CalibrationReport> {
  const tallies = emptyTallies();
  for (const level of LEVELS) {
    const places = placesOf(context, level, {});
    await tally(context, { places, range, into: tallies[level] }, pace);
  }
  return calibrationReport(tallies, [await findingsOf(context, range, pace)]);
}

interface Tallied {
  readonly places: readonly EntityPlace[];
  readonly range: TimeRange;
  readonly into: PromiseTally;
}

async function tally(
  context: TenantContext,
  { places, range, into }: Tallied,
  pace: Pace,
): Promise<void> {
  const { stepMs } = context.runner;
  for (let entity = 0; entity < places.length; entity++) {
    await readScores(context, places[entity]!, range, pace, (startMs, score) => {
      into.push(entity, Math.round(startMs / stepMs), daysOfScore(score), countedMs(stepMs));
    });
  }
}

/** Under today's budget, for as long as the tenant was watched inside the range. */
async function findingsOf(context: TenantContext, { startMs, endMs }: TimeRange, pace: Pace) {
  const { budgetDays } = context.settings;
  const store = context.store;
  const fromMs = Math.max(startMs, await watchedSince(context, TENANT_PLACE, pace));
  const toMs = Math.min(endMs, context.watermark);
  const watchedDays = Math.max(0, toMs - fromMs) / DAY_MS;
  return { budgetDays, watchedDays, opened: store.findings.countOpened(startMs, endMs) };
}
