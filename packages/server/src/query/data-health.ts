import type { SeriesInfo } from "../dispatch/directory.ts";
import type { Pace } from "../platform/pace.ts";
import type { DataHealth, EntityState, PipelineRow } from "../platform/platform.ts";
import { seriesState } from "./inventory.ts";
import { loadingOf } from "./loading.ts";
import { pipelineOf } from "./pipeline-state.ts";
import { CELLS } from "./read-cost.ts";
import type { TenantContext } from "./tenant-context.ts";

const WORST_MAX = 20;

/** Is the data good: fresh, complete, settled? Cost: the tenant's series. Memory: the worst 20. */
export async function healthOf(context: TenantContext, pace: Pace): Promise<DataHealth> {
  const { watermark, directory, backlogPoints } = context;
  const states = new Map<EntityState, number>();
  const longest: SeriesInfo[] = [];
  for (const info of directory.series) {
    const turn = pace.spend(CELLS.series);
    if (turn !== undefined) await turn;
    if (!directory.living.isAwake(info)) continue;
    const state = seriesState(context, info);
    states.set(state, (states.get(state) ?? 0) + 1);
    if (state === "silent") keepLongest(longest, info);
  }
  const series = directory.living.count;
  const silentCount = states.get("silent") ?? 0;
  const { counters } = context;
  const { accepted, rejected } = counters;
  const pipeline = pipelineOf(context);
  return {
    watermark,
    pipeline,
    series,
    seriesAsleep: directory.series.length - series,
    learning: states.get("learning") ?? 0,
    late: context.runner.fold?.fleet.ignoredPoints ?? 0,
    silent: silentCount,
    freshShare: freshOf(pipeline, series, silentCount),
    acceptedPoints: accepted,
    duplicatePoints: counters.duplicate,
    overwrittenPoints: counters.overwritten,
    skippedHistograms: counters.skippedHistograms,
    skippedExemplars: counters.skippedExemplars,
    rejectedPoints: rejected,
    detectionLagMs: watermark === 0 ? 0 : lagOf(context),
    backlogPoints,
    backfill: loadingOf(context)?.share ?? 1,
    worst: longest.map(({ id: seriesId, key, lastMs: lastAt }) => {
      const { clusterId: cluster, nodeId: node, metricName: metric } = key;
      return { seriesId, cluster, node, metric, lastAt, state: "silent" as const };
    }),
  };
}

function freshOf({ state }: PipelineRow, series: number, silent: number): number {
  if (state === "stopped") return 0;
  return series === 0 ? 1 : (series - silent) / series;
}

/** Keeps the 20 that have been silent for the longest, those first; equals in the order they came. */
function keepLongest(longest: SeriesInfo[], info: SeriesInfo): void {
  let at = longest.length;
  while (at > 0 && longest[at - 1]!.lastMs > info.lastMs) at--;
  if (at === WORST_MAX) return;
  longest.splice(at, 0, info);
  if (longest.length > WORST_MAX) longest.pop();
}

/** From the newest point that was handed in to the end of the newest step that is judged. */
function lagOf({ directory, runner, watermark }: TenantContext): number {
  return Math.max(0, directory.living.newestMs - (watermark + runner.stepMs));
}
