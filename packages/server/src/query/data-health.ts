import { HOUR_MS } from "@foreshock/core/fold";
import type { DataHealth, EntityState } from "../platform/platform.ts";
import { seriesState } from "./inventory.ts";
import type { TenantContext } from "./tenant-context.ts";

const WORST_MAX = 20;
/** A tenant whose newest scored point is this old, with points still to score, is catching up. */
const BACKFILL_MS = HOUR_MS;

/** Is the data good: fresh, complete, settled? */
export function healthOf(context: TenantContext): DataHealth {
  const { watermark, directory, backlogPoints } = context;
  const states = new Map<EntityState, number>();
  const silent: DataHealth["worst"][number][] = [];
  for (const info of directory.series) {
    if (!directory.living.isAwake(info)) continue;
    const state = seriesState(context, info);
    states.set(state, (states.get(state) ?? 0) + 1);
    if (state !== "silent") continue;
    const { clusterId: cluster, nodeId: node, metricName: metric } = info.key;
    silent.push({ seriesId: info.id, cluster, node, metric, lastAt: info.lastMs, state });
  }
  const series = directory.living.count;
  const silentCount = states.get("silent") ?? 0;
  const { accepted, rejected } = context.counters;
  const behindMs = Math.max(0, context.nowMs() - watermark);
  return {
    watermark,
    series,
    seriesAsleep: directory.series.length - series,
    learning: states.get("learning") ?? 0,
    late: context.runner.fold?.fleet.ignoredPoints ?? 0,
    silent: silentCount,
    freshShare: series === 0 ? 1 : (series - silentCount) / series,
    acceptedPoints: accepted,
    rejectedPoints: rejected,
    detectionLagMs: watermark === 0 ? 0 : lagOf(context),
    backlogPoints,
    backfill:
      backlogPoints === 0 || behindMs < BACKFILL_MS ? 1 : backfilled(accepted, backlogPoints),
    worst: silent.sort((a, b) => a.lastAt - b.lastAt).slice(0, WORST_MAX),
  };
}

/** From the newest point that was handed in to the end of the newest step that is judged. */
function lagOf({ directory, runner, watermark }: TenantContext): number {
  let newestMs = 0;
  for (const info of directory.series) newestMs = Math.max(newestMs, info.newestMs);
  return Math.max(0, newestMs - (watermark + runner.stepMs));
}

function backfilled(accepted: number, backlog: number): number {
  return Math.max(0, Math.min(1, 1 - backlog / Math.max(accepted, backlog)));
}
